//go:build chromium

package e2e

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/chromium"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const pressTime = 80 * time.Millisecond // of somebody quick

// user works with the page as a person does: by what stands on the screen, with the
// browser's own mouse and keyboard.
type user struct {
	t   *testing.T
	tab *chromium.Page
}

// finders find what a user would mean by a name: in the dialog that is open, else in
// the page; what is called exactly so before what begins so, before what contains it.
const finders = `
	const scope = () => [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
	const nameOf = (e) => (e.ariaLabel ?? (e.labels?.length > 0 ? [...e.labels].map((l) => l.textContent).join(" ") : e.textContent)).replace(/\s+/g, " ").trim();
	const named = (selector, name) => {
		const all = [...scope().querySelectorAll(selector)].filter((e) => e.checkVisibility());
		return all.find((e) => nameOf(e) === name) ?? all.find((e) => nameOf(e).startsWith(name)) ?? all.find((e) => nameOf(e).includes(name));
	};
	const pressable = "button, a[href], summary, [role=option], input[type=checkbox], input[type=radio]";
	const writable = "input:not([type=checkbox], [type=radio], [aria-hidden]), select, textarea";`

// quoted is a text as JavaScript writes it.
func quoted(text string) string {
	b, _ := json.Marshal(text) // a string has a form
	return string(b)
}

// sees waits until an expression of the page is true; finders are at hand.
func (u *user) sees(expression string) {
	u.t.Helper()
	awaitWith(u.t, u.tab, finders, expression)
}

// reads waits until a text stands on the screen.
func (u *user) reads(text string) {
	u.t.Helper()
	u.sees(`document.body.innerText.replace(/\s+/g, " ").includes(` + quoted(text) + `)`)
}

// click clicks on what bears a name, once it is there and takes presses.
func (u *user) click(name string) {
	u.t.Helper()
	u.clickOn("pressable", name)
}

func (u *user) clickOn(selector, name string) {
	u.t.Helper()
	target := fmt.Sprintf("named(%s, %s)", selector, quoted(name))
	u.sees(target + ` && !` + target + `.disabled && ` + target + `.ariaBusy !== "true"`)
	at := chromium.Eval[[]float64](u.tab, finders+`
		const point = (box) => [box.left + Math.min(box.width / 2, 40), box.top + box.height / 2];
		const takes = (e, box) => {
			const hit = document.elementFromPoint(...point(box));
			return hit !== null && (e.contains(hit) || [...(e.labels ?? [])].some((l) => l.contains(hit)));
		};
		let e, box;
		const end = Date.now() + 20000;
		for (let still = -1; still < 3; still++) { // nobody clicks on what moves, or is covered
			if (Date.now() > end) return [];
			await new Promise((r) => requestAnimationFrame(r));
			const found = `+target+`; // it may have been drawn anew
			if (found && found !== e) found.scrollIntoView({ block: "center", behavior: "instant" });
			e = found;
			const now = e && (e.matches("[type=checkbox], [type=radio]") ? e.labels[0] ?? e : e).getClientRects()[0];
			if (!now || now.top !== box?.top || now.left !== box.left || !takes(e, now)) still = -1;
			box = now;
		}
		return point(box);`)
	if len(at) == 0 {
		u.t.Fatalf("%q is covered by something else, or went away", name)
	}
	left := []chromedp.MouseOption{chromedp.Button("left"), chromedp.ClickCount(1)}
	u.tab.Do(
		chromedp.MouseEvent(chromedp.MousePressed, at[0], at[1], left...),
		chromedp.Sleep(pressTime), // what moves meanwhile is missed
		chromedp.MouseEvent(chromedp.MouseReleased, at[0], at[1], left...),
	)
}

// clickIfThere presses, in one step, a button that may go away by itself.
func (u *user) clickIfThere(name string) {
	u.t.Helper()
	chromium.Eval[bool](u.tab, finders+fmt.Sprintf(`named("button", %s)?.click(); return true;`, quoted(name)))
}

// menu opens the menu of a thing and chooses an item of it.
func (u *user) menu(of, item string) {
	u.t.Helper()
	u.click("Actions : " + of)
	u.sees(`document.querySelector("[role=menu]")`)
	u.clickOn(`"[role=menuitem]"`, item)
}

// fill replaces what a field holds by what is typed.
func (u *user) fill(label, text string) {
	u.t.Helper()
	u.clickOn("writable", label)
	u.press("a", chromedp.ModifierCtrl)
	u.press(kb.Backspace)
	u.press(text)
}

// choose chooses a line of a select by typing how it begins.
func (u *user) choose(label, line string) {
	u.t.Helper()
	u.sees(fmt.Sprintf(`named("select", %s)?.disabled === false`, quoted(label)))
	chromium.Eval[bool](u.tab, finders+fmt.Sprintf(`named("select", %s).focus(); return true;`, quoted(label)))
	u.press(line)
	u.sees(fmt.Sprintf(`named("select", %s).selectedOptions[0].textContent.startsWith(%s)`, quoted(label), quoted(line)))
}

// press types keys, one after the other.
func (u *user) press(keys string, modifiers ...chromedp.Modifier) {
	u.t.Helper()
	u.tab.Do(chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...)))
}

// tabTo goes on with the Tab key until what bears a name has the focus.
func (u *user) tabTo(name string) {
	u.t.Helper()
	for range 120 {
		if chromium.Eval[bool](u.tab, finders+`const e = document.activeElement; return nameOf(e).startsWith(`+quoted(name)+`) && e !== document.body;`) {
			return
		}
		u.press(kb.Tab)
	}
	u.t.Fatalf("the Tab key never reaches %q", name)
}

// goTo leads to a page by its address.
func (u *user) goTo(page string) {
	u.t.Helper()
	chromium.Eval[bool](u.tab, `location.hash = "#/`+page+`"; return true;`)
	await(u.t, u.tab, `location.hash.startsWith("#/`+page+`") && document.querySelector("h1")`)
}

// address is the part of the address behind a page's name.
func (u *user) address() string {
	u.t.Helper()
	return chromium.Eval[string](u.tab, `return location.hash.split("/")[2] ?? "";`)
}

// kept waits until the draft is kept by the daemon, and gives its ID.
func (u *user) kept() string {
	u.t.Helper()
	u.sees(`document.querySelector(".saved")?.textContent.includes("Gardée") && location.hash.split("/")[2]`)
	return u.address()
}

// sit opens the console on a page before a user.
func (p *practice) sit(page string) *user {
	p.t.Helper()
	return &user{p.t, p.open(chromium.Start(p.t, chromium.Options{}), page)}
}

// fse is what the tests look at of an FSE.
type fse struct {
	ID            string `json:"id"`
	State         string `json:"etat"`
	Number        int    `json:"numero"`
	Certification string `json:"certification"`
	Lot           string `json:"lot"`
	ReplacedBy    string `json:"remplaceePar"`
	Paper         *struct {
		State string `json:"etat"`
	} `json:"papier"`
	Draft struct {
		Mode    string
		Pathway string                                  `json:"parcours"`
		Payer   struct{ Regime, Caisse, Centre string } `json:"amo"`
		Nature  struct{ Code string }                   `json:"nature"`
		Acts    []struct{ Code string }                 `json:"actes"`
		Patient struct {
			NIR  string `json:"nir"`
			Name string `json:"nom"`
		} `json:"beneficiaire"`
	} `json:"facture"`
	Price *struct {
		Total struct {
			Honoraires, AMO, AMC, Patient, NonPrisEnCharge int
		}
	} `json:"prix"`
}

// get reads an FSE as a program of the machine does.
func (p *practice) get(id string) fse {
	p.t.Helper()
	var f fse
	p.call("fse.get", map[string]any{"id": id}, &f)
	return f
}
