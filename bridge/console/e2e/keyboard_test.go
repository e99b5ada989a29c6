//go:build chromium

package e2e

import (
	"testing"

	"github.com/agrafe-fse/agrafe/bridge/chromium"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A whole degraded FSE, from the page of the day to the printed sheet, by keys alone.
func TestDegradedByKeyboardAlone(t *testing.T) {
	p := newPractice(t)
	u := p.sit("/jour")
	chromium.Eval[bool](u.tab, `
		window.touched = [];
		for (const kind of ["pointerdown", "mousedown", "touchstart"]) addEventListener(kind, (e) => touched.push(kind), true);
		return true;`)
	u.press("n")
	u.sees(`document.activeElement.matches("h1") && document.activeElement.textContent === "Facturer"`)
	u.tabTo("Patient sans carte Vitale")
	u.press(kb.Enter)
	u.sees(`document.activeElement.matches("dialog [type=radio]:checked")`) // not the cross
	u.tabTo("Motif")
	u.press("Carte muette")
	u.tabTo("Valider ce mode")
	u.press(kb.Enter)
	u.sees(`nameOf(document.activeElement).startsWith("NIR et clé")`)
	u.press("297022A02077878")
	for _, f := range [][2]string{{"Date de naissance", "26/02/1997"}, {"Nom usuel", "ADRTROIS"}, {"Prénom", "DOMINIQUE"}, {"Régime", "01"}, {"Caisse", "349"}, {"Centre", "9881"}} {
		u.tabTo(f[0])
		u.press(f[1])
	}
	u.press(kb.Enter)
	u.sees(`nameOf(document.activeElement).startsWith("Ajouter des actes")`)
	u.press("G\r")
	u.reads("Prête à signer.")
	id := u.kept()
	p.typing <- struct{}{}
	u.press(kb.Enter, chromedp.ModifierCtrl)
	u.reads("FSE 000000001")
	u.tabTo("Imprimer la feuille")
	u.press(kb.Enter)
	u.tabTo("Ouvrir dans le navigateur")
	holds(t, "the sheet", u.pdf(func() { u.press(kb.Enter) }), sheets...)
	u.tabTo("C’est imprimé")
	u.press(kb.Enter)
	u.sees(`!document.querySelector("dialog")`)
	if f := p.get(id); f.Paper == nil || f.Paper.State != "imprime" {
		t.Errorf("the paper is %+v, want it printed", f.Paper)
	}
	u.sees(`document.activeElement !== document.body`) // nobody who hears the page is lost
	if touched := chromium.Eval[[]string](u.tab, `return touched;`); len(touched) > 0 {
		t.Errorf("a mouse was used: %q", touched)
	}
}
