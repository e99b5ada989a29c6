//go:build chromium

package e2e

import (
	"testing"
	"time"
)

// noteReject notes a reject of another software's FSE, and looks at it.
func (p *practice) noteReject() *user {
	p.t.Helper()
	u := p.sit("/rejets")
	u.press("a")
	u.click("D’un autre logiciel")
	u.fill("Numéro de la FSE", "123456789")
	u.fill("Libellé du rejet", "4015 CLE PERIMEE")
	u.click("Noter le rejet")
	u.clickOn(`"tr"`, "123456789")
	return u
}

// W3: a reject of another software's FSE, entered by hand and made again degraded.
func TestRejectByHand(t *testing.T) {
	p := newPractice(t)
	u := p.noteReject()
	u.reads("4015 CLE PERIMEE")
	u.isForEverybody("a reject")
	u.click("Refaire en dégradé")
	u.sees(`location.hash.startsWith("#/facturer/")`)
	u.click("Saisir le patient")
	u.identify()
	u.click("Valider le patient")
	u.fill("Date des soins", time.Now().Format("02/01/2006\t"))
	u.fill("Ajouter des actes", "G\r")
	u.sees(`named("select", "Situation d’exonération").selectedOptions[0].textContent === "Non exonéré"`)
	f := p.get(p.sign(u))
	if f.Certification != "D" || f.Number != 1 {
		t.Errorf("made again as %s, number %d", f.Certification, f.Number)
	}
	u.goTo("rejets")
	u.click("Refaites")
	u.clickOn(`"tr"`, "123456789")
	u.click("Voir la nouvelle FSE")
	u.reads("FSE 000000001")
}

// W5: the sheet of paper, without a number and without a lot.
func TestPaperSheet(t *testing.T) {
	p := newPractice(t)
	u := p.invoice()
	u.reads("Prête à signer.")
	u.kept()
	u.menu("Signature et impression", "Feuille de soins papier")
	u.click("Faire la feuille papier")
	holds(t, "the sheet", u.opened(), "ADRTROIS", "article L. 212-1")
	u.click("C’est imprimé")
	u.reads("Feuille papier, sans numéro")
	if f := p.get(u.address()); f.State != "papier" || f.Number != 0 || f.Lot != "" {
		t.Errorf("the sheet is %s, number %d, lot %q", f.State, f.Number, f.Lot)
	}
	u.goTo("recettes")
	u.reads("30,00")
}

// W6: from the signature to the lot that waits for the network.
func TestLotIsClosed(t *testing.T) {
	p := newPractice(t)
	u := p.invoice()
	p.sign(u)
	u.goTo("lots")
	u.clickOn(`"tr"`, "001")
	u.reads("FSE du lot")
	u.isForEverybody("a lot")
	u.click("Clore le lot")
	u.clickOn(`"dialog button"`, "Clore le lot")
	u.reads("le fichier B2 est prêt")
	u.click("Rouvrir le lot")
	u.clickOn(`"dialog button"`, "Rouvrir le lot")
	u.sees(`!document.body.innerText.includes("le fichier B2 est prêt")`)
	u.click("Clore le lot")
	u.clickOn(`"dialog button"`, "Clore le lot")
	u.menu("Lot 001", "Fichier B2")
	u.reads("enregistré dans les téléchargements")
	var file struct {
		Data []byte `json:"fichier"`
	}
	p.call("lots.b2", map[string]any{"id": u.address()}, &file)
	if len(file.Data) == 0 || len(file.Data)%128 != 0 {
		t.Errorf("the B2 file has %d bytes, want records of 128", len(file.Data))
	}
}
