//go:build chromium

package e2e

import "testing"

// W1: a secured FSE, from the card to the lot.
func TestSecuredFSE(t *testing.T) {
	p := newPractice(t)
	u := p.sit("/jour")
	u.press("n")
	u.sees(`document.querySelector(".slot.cps").textContent.match(/CPS/g).length === 1`) // the reader is called so too
	u.reads("Insérez la carte Vitale du patient.")
	p.insert(1, "patient")
	u.reads("ADRTROIS DOMINIQUE") // without a click
	u.fill("Ajouter des actes", "VG + IK 12\r")
	u.choose("Parcours de soins", "T")
	u.reads("Prête à signer.")
	id := u.kept()
	u.shoot("facturer")

	p.typing <- struct{}{}
	u.click("Signer")
	u.reads("FSE 000000001")
	u.reads("En lot")
	f := p.get(id)
	if f.State != "en-lot" || f.Certification != "S" || f.Number != 1 || len(f.Draft.Acts) != 2 {
		t.Errorf("what was signed is %s, %s, number %d, %d acts", f.State, f.Certification, f.Number, len(f.Draft.Acts))
	}
	u.click("Quittance")
	u.click("Noter l’encaissement")
	u.sees(`named("h2", "Imprimer")`) // the receipt follows
	holds(t, "the receipt", u.opened(), "000000001")
}
