//go:build chromium

package e2e

import (
	"testing"

	"github.com/agrafe-fse/agrafe/daemon"
)

// asksFor types the two things by which the teleservice finds the public test identity,
// and goes to where it is asked.
func (u *user) asksFor(nir, born string) {
	u.t.Helper()
	u.degrade()
	u.fill("NIR et clé", nir)
	u.fill("Date de naissance", born+"\t")
	u.click("Droits en ligne (ADRi)")
}

// W2: the teleservice gives the patient and the rights, and nothing more is typed.
func TestRightsOnline(t *testing.T) {
	set, away := newTeleservice(t)
	p := newPracticeWith(t, func(c *daemon.Config) { c.Rights = set })
	u := p.sit("/facturer")
	u.asksFor("297022A02077878", "26/02/1997")
	p.typing <- struct{}{}
	u.click("Demander les droits")
	u.reads("Droits repris pour ADRTROIS DOMINIQUE")
	u.reads("Aucun médecin traitant n’est déclaré.")
	u.reads("Message ADRi de démonstration")
	u.isForEverybody("rights that the payer gave")

	u.click("Demander les droits") // what is known is not asked again
	u.reads("Elle avait été gardée.")
	away()
	u.click("Redemander")
	u.reads("Demandez l’attestation de droits au patient")
	u.isForEverybody("a teleservice that does not answer")

	u.click("Saisie")
	u.click("Valider le patient")
	u.fill("Ajouter des actes", "G\r")
	f := p.get(p.sign(u))
	if who, payer := f.Draft.Patient, f.Draft.Payer; who.Name != "ADRTROIS" || payer.Regime != "01" || payer.Caisse != "349" || f.Certification != "D" {
		t.Errorf("signed for %s %s, %s", payer.Regime, payer.Caisse, f.Certification)
	}
}

// W2: nobody knows that number: what is typed stays, and the attestation says the rest.
func TestRightsOfAStranger(t *testing.T) {
	set, _ := newTeleservice(t)
	p := newPracticeWith(t, func(c *daemon.Config) { c.Rights = set })
	u := p.sit("/facturer")
	u.asksFor("297022A02077878", "27/02/1997")
	p.typing <- struct{}{}
	u.click("Demander les droits")
	u.reads("Demandez l’attestation de droits au patient")
	u.isForEverybody("a patient whom nobody knows")
	u.click("Choisir la situation")
	u.sees(`document.activeElement === named("select", "Situation d’exonération")`)
	if got := p.get(u.kept()).Draft.Patient.NIR; got != "297022A02077878" {
		t.Error("the number that was typed is gone")
	}
}

// W2: the teleservice is out of reach from the start: the code is not even asked for.
func TestRightsOffline(t *testing.T) {
	set, away := newTeleservice(t)
	p := newPracticeWith(t, func(c *daemon.Config) { c.Rights = set })
	away()
	u := p.sit("/facturer")
	u.asksFor("297022A02077878", "26/02/1997")
	u.click("Demander les droits")
	u.reads("Demandez l’attestation de droits au patient")
	u.click("Choisir la situation")
	u.choose("Situation d’exonération", "Non exonéré")
	u.click("L’organisme manque") // the way back to what is typed
	u.sees(`document.activeElement.matches("input") && document.activeElement.closest("[data-path^=amo]")`)
	u.identify()
	u.click("Valider le patient")
	u.fill("Ajouter des actes", "G\r")
	if f := p.get(p.sign(u)); f.Certification != "D" || f.Price.Total.Patient == 0 {
		t.Errorf("signed %s, the patient pays %d cents", f.Certification, f.Price.Total.Patient)
	}
}
