//go:build chromium

package e2e

import (
	"testing"

	"github.com/agrafe-fse/agrafe/bridge/chromium"
	"github.com/chromedp/chromedp"
)

// shows waits until a draft has an act, and the honoraires of its first one.
func (u *user) shows(honoraires string) {
	u.t.Helper()
	u.sees(`document.querySelector(".acts") && named(writable, "Honoraires, ligne 1").value === "` + honoraires + `"`)
}

func TestReloadKeepsTheDraft(t *testing.T) {
	p := newPractice(t)
	u := p.invoice()
	u.fill("Honoraires, ligne 1", "31,50\t")
	u.kept()
	u.tab.Do(chromedp.Reload())
	u.shows("31,50")
}

// One who leaves the page at once loses nothing of what was typed the moment before.
func TestBackButtonKeepsTheDraft(t *testing.T) {
	p := newPractice(t)
	p.insert(1, "patient")
	u := p.sit("/jour")
	u.press("n")
	u.reads("ADRTROIS DOMINIQUE")
	u.fill("Ajouter des actes", "G\r")
	chromium.Eval[bool](u.tab, `history.back(); return true;`)
	u.sees(`document.querySelector("h1").textContent === "Ma journée"`)
	u.goTo("fse")
	u.click("Actions : ADRTROIS DOMINIQUE")
	u.clickOn(`"[role=menuitem]"`, "Modifier")
	u.shows("30,00")
}

// Two tabs on one draft: what one keeps the other shows; when both type, the user chooses.
func TestTwoTabsOnOneDraft(t *testing.T) {
	p := newPractice(t)
	p.insert(1, "patient")
	b := chromium.Start(t, chromium.Options{})
	one := &user{t, p.open(b, "/facturer")}
	one.reads("ADRTROIS DOMINIQUE")
	one.fill("Ajouter des actes", "G\r")
	id := one.kept()
	two := &user{t, p.open(b, "/facturer/"+id)}
	two.shows("30,00")
	hidden := func(euros string) { // the first tab is behind: its user types nothing there, a helper of its page may
		chromium.Eval[bool](one.tab, finders+`
			const field = named(writable, "Honoraires, ligne 1");
			field.value = "`+euros+`";
			field.dispatchEvent(new Event("input", { bubbles: true }));
			field.dispatchEvent(new Event("blur"));
			return true;`)
	}
	hidden("31,00")
	two.shows("31,00")

	two.clickOn("writable", "Honoraires, ligne 1")
	chromium.Eval[bool](two.tab, finders+`
		(async () => { // types on until it is told, never long enough in rest to be kept
			for (let i = 0; !document.body.innerText.includes("Cette FSE a été changée ailleurs") && i < 400; i++) {
				const field = named(writable, "Honoraires, ligne 1");
				field.value = ["33,00", "34,00"][i % 2];
				field.dispatchEvent(new Event("input", { bubbles: true }));
				await new Promise((r) => setTimeout(r, 50));
			}
		})();
		return true;`)
	hidden("32,00")
	two.reads("Cette FSE a été changée ailleurs")
	two.fill("Honoraires, ligne 1", "35,00\t")
	two.click("Garder ma saisie")
	two.kept()
	one.shows("35,00")
}

// The rows of acts stay the same when one above them goes: what is half typed stays in its
// row, and so does the focus when the other tab has taken the act away.
func TestActsKeepTheirRows(t *testing.T) {
	p := newPractice(t)
	p.insert(1, "patient")
	b := chromium.Start(t, chromium.Options{})
	one := &user{t, p.open(b, "/facturer")}
	one.reads("ADRTROIS DOMINIQUE")
	one.fill("Ajouter des actes", "G + MEG + IK 12\r")
	one.fill("Honoraires, ligne 2", "abc\t")
	one.sees(`named(writable, "Honoraires, ligne 2").value === "abc"`)
	one.menu("G (1)", "Retirer")
	one.sees(`document.querySelectorAll(".acts tbody").length === 2`)
	one.sees(`named(writable, "Honoraires, ligne 1").value === "abc" && named(writable, "Honoraires, ligne 2").value !== "abc"`)
	one.fill("Honoraires, ligne 1", "5,00\t")
	id := one.kept()
	one.clickOn("writable", "Honoraires, ligne 2")

	two := &user{t, p.open(b, "/facturer/"+id)}
	two.menu("MEG (1)", "Retirer")
	two.kept()
	one.sees(`document.querySelectorAll(".acts tbody").length === 1`)
	one.sees(`document.activeElement === named(writable, "Honoraires, ligne 1")`)
	one.sees(`named(writable, "Code, ligne 1").value === "IK"`)
}

// The CPS leaves while its code is asked for: the FSE keeps its number, waits, and is
// signed once the card is back.
func TestCardYankedWhileSigning(t *testing.T) {
	p := newPractice(t)
	u := p.invoice()
	u.reads("Prête à signer.")
	id := u.kept()
	u.click("Signer")
	u.reads("fenêtre ouverte par Agrafe")
	p.remove(0)
	u.reads("Aucune CPS dans un lecteur")
	p.typing <- struct{}{} // the window is still there
	u.sees(`!document.querySelector("dialog") && document.querySelector(".step.signature .note.error")`)
	u.shows("30,00")
	if f := p.get(id); f.State != "a-signer" || f.Number != 1 {
		t.Errorf("it is %s, number %d, want it to wait for its signature", f.State, f.Number)
	}
	p.remove(1)
	u.reads("remettez la carte pour signer")
	p.insert(0, "medecin-secteur1")
	p.insert(1, "patient")
	u.sees(`!document.querySelector(".step.patient .note")`)
	p.typing <- struct{}{}
	u.click("Signer")
	u.reads("En lot")
	if f := p.get(id); f.State != "en-lot" {
		t.Errorf("it is %s, want it signed", f.State)
	}
}
