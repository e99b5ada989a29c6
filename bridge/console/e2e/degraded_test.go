//go:build chromium

package e2e

import (
	"testing"
	"time"
)

// sheets is what stands on every sheet of the degraded mode.
var sheets = []string{"Mode dégradé", "ADRTROIS"}

// degrade says that there is no Vitale, and why.
func (u *user) degrade() {
	u.t.Helper()
	u.click("Patient sans carte Vitale")
	u.sees(`named("h2", "Patient sans carte Vitale") && document.activeElement.matches("input:checked")`)
	u.choose("Motif", "Carte absente")
	u.click("Valider ce mode")
}

// identify types the patient, with a payer of the test range.
func (u *user) identify() {
	u.t.Helper()
	u.fill("NIR et clé", "297022A02077878")
	u.fill("Date de naissance", "26/02/1997")
	u.fill("Nom usuel", "ADRTROIS")
	u.fill("Prénom", "DOMINIQUE")
	u.fill("Régime", "01")
	u.fill("Caisse", "349")
	u.fill("Centre", "9881")
}

// invoiceDegraded fills a new FSE in with one act for a patient that is typed.
func (u *user) invoiceDegraded() {
	u.t.Helper()
	u.degrade()
	u.identify()
	u.click("Valider le patient")
	u.fill("Ajouter des actes", "G\r")
}

// invoice sits down before a new FSE with one act for the holder of the Vitale.
func (p *practice) invoice() *user {
	p.t.Helper()
	p.insert(1, "patient")
	u := p.sit("/facturer")
	u.reads("ADRTROIS DOMINIQUE")
	u.fill("Ajouter des actes", "G\r")
	return u
}

// sign signs what is shown, and gives its ID.
func (p *practice) sign(u *user) string {
	u.t.Helper()
	u.reads("Prête à signer.")
	id := u.kept()
	p.typing <- struct{}{}
	u.click("Signer")
	u.reads("En lot")
	return id
}

// W2: the three steps for a patient that is typed, then the papers up to the post.
func TestDegradedFSE(t *testing.T) {
	p := newPractice(t)
	u := p.sit("/facturer")
	u.invoiceDegraded()
	u.sees(`named("select", "Situation d’exonération").selectedOptions[0].textContent.includes("Non exonéré")`)
	id := p.sign(u)
	u.reads("imprimez la feuille maintenant")
	u.shoot("degrade")
	if f := p.get(id); f.Certification != "D" || f.Draft.Mode != "degrade" || f.Paper == nil || f.Paper.State != "a-imprimer" {
		t.Errorf("what was signed is %s, %s, its paper %+v", f.Certification, f.Draft.Mode, f.Paper)
	}
	u.click("Imprimer la feuille")
	holds(t, "the sheet", u.opened(), sheets...)
	holds(t, "the sheet of a front end", p.document("fse.print", map[string]any{"id": id, "document": "feuille"}), sheets...)
	u.click("C’est imprimé")
	u.reads("Imprimé")

	u.goTo("lots")
	u.click("Actions : Lot")
	u.clickOn(`"[role=menuitem]"`, "Clore le lot")
	u.click("Clore le lot")
	u.reads("Lot 001 clos.")
	u.goTo("papiers")
	u.sees(`named("h2", "Lot 001")?.textContent.includes("SERVEUR CNDA (demonstration) 01-349-9881")`)
	u.click("C’est imprimé") // the bordereau
	u.sees(`!named(pressable, "C’est imprimé")`)
	u.click("C’est signé…")
	u.click("Noter comme signé")
	u.sees(`!named(pressable, "C’est signé…")`)
	u.click("C’est posté…")
	u.click("Noter comme posté")
	u.reads("Aucun papier n’attend")
	if f := p.get(id); f.Paper.State != "poste" {
		t.Errorf("the sheet is %q, want it posted", f.Paper.State)
	}
	lot := p.get(id).Lot
	holds(t, "the bundle", p.document("lots.bordereau", map[string]any{"id": lot, "document": "liasse"}), append(sheets, "000000001")...)
	holds(t, "the envelope", p.document("lots.bordereau", map[string]any{"id": lot, "document": "enveloppe"}), "FSE DÉGRADÉ", "CPAM d’exemple")
}

// W2: the patient of an earlier FSE.
func TestDegradedFromEarlierFSE(t *testing.T) {
	p := newPractice(t)
	u := p.sit("/facturer")
	u.invoiceDegraded()
	p.sign(u)
	u.click("Nouvelle facture")
	u.degrade()
	u.click("FSE précédente")
	u.fill("Nom du patient ou numéro", "adrt")
	u.click("ADRTROIS DOMINIQUE")
	u.fill("Ajouter des actes", "IK 12\r") // another act: else it is the same FSE again
	second := u.kept()
	if got := p.get(second).Draft; got.Patient.NIR != "297022A02077878" || got.Payer.Caisse != "349" || got.Mode != "degrade" {
		t.Errorf("the patient was not taken over: mode %s, caisse %s", got.Mode, got.Payer.Caisse)
	}
}

// W2: the teleservice is not there: the attestation says what the situation is.
func TestDegradedWithAttestation(t *testing.T) {
	p := newPractice(t)
	u := p.sit("/facturer")
	u.degrade()
	u.identify()
	u.click("Droits en ligne (ADRi)")
	u.click("Demander les droits")
	u.reads("Demandez l’attestation de droits au patient")
	u.click("Choisir la situation")
	u.sees(`document.activeElement === named("select", "Situation d’exonération")`)
	u.choose("Situation d’exonération", "Non exonéré")
	u.fill("Ajouter des actes", "G\r")
	id := p.sign(u)
	if f := p.get(id); f.Certification != "D" || f.Price.Total.Patient == 0 {
		t.Errorf("signed %s, the patient pays %d cents", f.Certification, f.Price.Total.Patient)
	}
}

// W2: another front end passes its record; who is at the console signs it, and changes nothing.
func TestDegradedFromAnotherFrontEnd(t *testing.T) {
	p := newPractice(t)
	id := p.draft(record(people[0], time.Now(), "G"))
	u := p.sit("/facturer/" + id)
	u.reads("commencée dans un autre logiciel")
	u.sees(`named(writable, "Ajouter des actes") === undefined`)
	u.goTo("fse")
	u.click("Actions : ADRTROIS DOMINIQUE")
	u.clickOn(`"[role=menuitem]"`, "Ouvrir")
	u.reads("se signe ici ou là")
	u.goTo("facturer/" + id)
	u.reads("Prête à signer.")
	p.typing <- struct{}{}
	u.click("Signer")
	u.reads("FSE 000000001")
	if f := p.get(id); f.State != "en-lot" || f.Certification != "D" {
		t.Errorf("what was signed is %s, %s", f.State, f.Certification)
	}
}
