//go:build chromium

package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/agrafe-fse/agrafe/bridge/chromium"
	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/bridge/trust"
)

// program connects as a program of this machine does.
func (p *practice) program() *local.Client {
	p.t.Helper()
	c, err := local.DialSocket(p.t.Context(), p.cfg.ControlSocket(), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = c.Close() })
	return c
}

// keys is how many keys of pages of an origin the daemon knows.
func (p *practice) keys(origin string) int {
	p.t.Helper()
	var list struct{ Origins []trust.Listing }
	if err := p.program().Call(p.t.Context(), "origins.list", nil, &list); err != nil {
		p.t.Fatal(err)
	}
	n := 0
	for _, o := range list.Origins {
		if o.Origin.String() == origin {
			n += len(o.Keys)
		}
	}
	return n
}

// begin runs the body of an async function in a tab and leaves its result in
// window.end.
func begin(tab *chromium.Page, body string) {
	chromium.Eval[bool](tab, "window.end = undefined; (async () => {"+body+"\n})().then((v) => (window.end = v)); return true")
}

// Two tabs that connect at once share the key that IndexedDB keeps, whether the
// user or a policy lets them in.
func TestTwoTabsOneKey(t *testing.T) {
	p := newPractice(t, nil)
	b := chromium.Start(t, chromium.Options{Sites: sites()})
	grant(b)
	for _, origin := range []string{listed, unlisted} {
		tabs := []*chromium.Page{b.Open(origin), b.Open(origin)}
		for _, tab := range tabs {
			begin(tab, p.connected("onCode() {}"))
		}
		for _, tab := range tabs {
			await(t, tab, "end !== undefined")
			want(t, "connect to "+origin, chromium.Eval[string](tab, "return end"), "open")
		}
		if n := p.keys(origin); n != 1 {
			t.Errorf("%s has %d keys, want 1", origin, n)
		}
	}
	if len(p.asked) != 1 {
		t.Errorf("the user was asked %d times, want once", len(p.asked))
	}
	if chromium.Eval[bool](b.Open(unlisted), `
const db = await new Promise((ok) => { indexedDB.open("agrafe").onsuccess = (e) => ok(e.target.result); });
const all = await new Promise((ok) => { db.transaction("identities").objectStore("identities").getAll().onsuccess = (e) => ok(e.target.result); });
db.close();
return all.length !== 1 || all[0].keys.privateKey.extractable`) {
		t.Error("IndexedDB does not hold one key that can't be exported")
	}
}

// A page that is loaded anew finds its work, and one that the back button brings
// back is connected.
func TestReloadAndBack(t *testing.T) {
	p := newPractice(t, nil)
	b := chromium.Start(t, chromium.Options{Sites: sites()})
	grant(b)
	tab := b.Open(listed)
	want(t, "connect", chromium.Eval[string](tab, p.connected("")), "open")
	chromium.Eval[bool](tab, facture+`
const ids = [];
for (let i = 0; i < 6; i++) ids.push((await agrafe.call("fse.create", { facture })).id);
sessionStorage.job = (await agrafe.call("fse.signMany", { ids })).job.id;
return true`)
	tab.Do(chromedp.Reload())
	want(t, "after a reload", chromium.Eval[string](tab, p.connected("")), "open")
	want(t, "the job after a reload", chromium.Eval[string](tab, `
const { state, result } = await agrafe.job(sessionStorage.job);
return state + " " + result.resultats.map((r) => r.fse?.numero)`), "done 000000001,000000002,000000003,000000004,000000005,000000006")

	tab.Go(unlisted)
	back(t, tab, listed)
	if !chromium.Eval[bool](tab, "return window.agrafe !== undefined") { // loaded, not kept
		want(t, "back", chromium.Eval[string](tab, p.connected("")), "open")
	}
	await(t, tab, `(await agrafe.call("lots.list", {}).catch(() => ({}))).lots?.length === 1`)
}

// back presses the button. A page that the browser kept does not load, which is
// what chromedp would wait for.
func back(t *testing.T, tab *chromium.Page, origin string) {
	t.Helper()
	chromium.Eval[bool](tab, "setTimeout(() => history.back()); return true")
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		at, err := chromedp.Run(tab.Context(), chromedp.Evaluate[string]("location.origin")) // fails between two pages
		if err == nil && at == origin {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("never back at %s: %q, %v", origin, at, err)
		}
	}
}

// A lease that one tab holds can't be acquired by the other, which may take it by
// force, and again with its name once it was loaded anew.
func TestLeaseOfTwoTabs(t *testing.T) {
	p := newPractice(t, nil)
	b := chromium.Start(t, chromium.Options{Sites: sites()})
	grant(b)
	one, two := b.Open(listed), b.Open(listed)
	for _, tab := range []*chromium.Page{one, two} {
		want(t, "connect", chromium.Eval[string](tab, p.connected("")), "open")
	}
	const acquire = `
try {
  sessionStorage.lease = (await agrafe.call("lease.%s", { reader: "a", previous: sessionStorage.lease })).id;
  return "held";
} catch (e) {
  return e.kind;
}`
	chromium.Eval[bool](one, `window.seen = []; agrafe.on("lease", (e) => seen.push(e.lease)); return true`)
	want(t, "the first", chromium.Eval[string](one, fmt.Sprintf(acquire, "acquire")), "held")
	want(t, "the second", chromium.Eval[string](two, fmt.Sprintf(acquire, "acquire")), "busy")
	want(t, "by force", chromium.Eval[string](two, fmt.Sprintf(acquire, "steal")), "held")
	await(t, one, `seen.length >= 2`)
	two.Do(chromedp.Reload())
	want(t, "connect again", chromium.Eval[string](two, p.connected("")), "open")
	want(t, "its own, after a reload", chromium.Eval[string](two, fmt.Sprintf(acquire, "acquire")), "held")
}

// A daemon that has no place left says so to the pages that it knows, and does not
// have the user asked again.
func TestNoPlaceLeft(t *testing.T) {
	p := newPractice(t, nil)
	b := chromium.Start(t, chromium.Options{Sites: sites()})
	grant(b)
	tab := b.Open(unlisted)
	want(t, "paired", chromium.Eval[string](tab, p.connected("onCode() {}")), "open")
	chromium.Eval[bool](tab, "agrafe.close(); return true")
	var all []*local.Client
	for {
		c, err := local.DialSocket(t.Context(), p.cfg.ControlSocket(), nil)
		if err != nil {
			break
		}
		all = append(all, c)
	}
	want(t, "full", chromium.Eval[string](tab, p.connected("onCode() {}")), "DAEMON_BUSY")
	for _, c := range all {
		_ = c.Close()
	}
	await(t, tab, `await (async () => {`+p.connected("")+`})() === "open"`)
	if len(p.asked) != 1 {
		t.Errorf("the user was asked %d times, want once", len(p.asked))
	}
}
