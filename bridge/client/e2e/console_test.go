//go:build chromium

package e2e

import (
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/chromium"
	"github.com/agrafe-fse/agrafe/bridge/local"
)

// letIn is how many pages of the console are let in.
func (p *practice) letIn(c *local.Client) (n int) {
	p.t.Helper()
	var listed struct {
		Origins []struct {
			Origin string
			Keys   []struct{ Revoked bool }
		}
	}
	if err := c.Call(p.t.Context(), "origins.list", nil, &listed); err != nil {
		p.t.Fatal(err)
	}
	for _, o := range listed.Origins {
		if o.Origin == "http://"+p.addr {
			n += len(o.Keys)
		}
	}
	return n
}

func is[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// The console is opened by a local program, keeps its key, and comes back without a
// token; all of it under its policy, at any name of this machine.
func TestConsole(t *testing.T) {
	p := newPractice(t, nil)
	c, err := local.DialToken(t.Context(), p.addr, p.cfg.TokenFile(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var opened struct{ URL string }
	if err := c.Call(t.Context(), "console.open", nil, &opened); err != nil {
		t.Fatal(err)
	}
	b := chromium.Start(t, chromium.Options{Sites: sites()})
	tab := b.Open(opened.URL)
	shown := `for (let i = 0; i < 200 && !document.querySelector("#app")?.children.length; i++) await new Promise((r) => setTimeout(r, 50));
return document.querySelector("#app").children.length > 0 && [...document.styleSheets].length > 0;`
	is(t, "the page runs", chromium.Eval[bool](tab, shown), true)
	for begun := time.Now(); p.letIn(c) != 1; time.Sleep(20 * time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("%d pages of the console are let in", p.letIn(c))
		}
	}
	is(t, "the token is gone from the address", chromium.Eval[bool](tab, `return !location.href.includes("lancement")`), true)
	tab.Go("http://localhost:" + p.addr[len("127.0.0.1:"):] + "/")
	is(t, "another name leads there", chromium.Eval[string](tab, `return location.origin`), "http://"+p.addr)
	is(t, "the page runs again", chromium.Eval[bool](tab, shown), true)
	is(t, "it is let in once", p.letIn(c), 1)
	for what, code := range map[string]string{
		"an inline script": `const s = document.createElement("script"); try { s.textContent = "window.ran = true"; document.body.append(s) } catch {} return window.ran === true`,
		"markup":           `try { document.body.insertAdjacentHTML("beforeend", "<b></b>"); return true } catch { return false }`,
		"another host":     `return fetch("http://127.0.0.1:1/", { mode: "no-cors" }).then(() => true, () => false)`,
	} {
		is(t, what+" is let", chromium.Eval[bool](tab, code), false)
	}
}
