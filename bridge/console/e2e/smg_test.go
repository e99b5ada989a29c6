//go:build chromium

package e2e

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const smg = "Soins médicaux gratuits (SMG)"

// confirmSMG ticks SMG and answers the question; nothing has changed before.
func (u *user) confirmSMG() {
	u.t.Helper()
	u.kept()
	u.click(smg)
	u.reads("Le régime du patient sera la Caisse Nationale Militaire de Sécurité Sociale")
	u.shoot("smg")
	u.click("Confirmer SMG")
	u.reads("la CNMSS paie")
}

// compute has the amount computed, and validates it.
func (u *user) compute() {
	u.t.Helper()
	u.click("Calculer")
	u.click("Valider ce montant")
	u.sees(`document.querySelector(".smg").textContent.includes("validé")`)
}

// W4: never ticked by itself, confirmed in two steps, paid by the CNMSS at 100 %.
func TestSMG(t *testing.T) {
	p := newPractice(t)
	p.insert(1, "patient-smg")
	u := p.sit("/facturer")
	u.reads("ANCIEN MARCEL")
	u.fill("Ajouter des actes", "G\r")
	u.reads("La carte désigne la CNMSS pour les soins médicaux gratuits")
	u.sees(`!named(pressable, "` + smg + `").checked`)
	u.click(smg)
	u.click("Annuler")
	u.sees(`!named(pressable, "` + smg + `").checked`)
	u.confirmSMG()
	u.compute()
	u.isForEverybody("SMG")
	f := p.get(p.sign(u))
	if f.Draft.Nature.Code != "smg" || f.Price.Total.AMO != f.Price.Total.Honoraires || f.Price.Total.Patient != 0 {
		t.Errorf("nature %s, the CNMSS pays %d of %d cents, the patient %d", f.Draft.Nature.Code, f.Price.Total.AMO, f.Price.Total.Honoraires, f.Price.Total.Patient)
	}
}

// W4: the maximum of the attestation; what it leaves is nobody's, and is acknowledged.
func TestSMGMaximum(t *testing.T) {
	p := newPractice(t)
	u := p.sit("/facturer")
	u.invoiceDegraded()
	u.confirmSMG()
	u.compute()
	u.fill("Maximum de l’attestation", "99\t")
	u.sees(`document.querySelector('[data-path="nature.plafondAttestation"] .fault')`) // above what was computed
	u.fill("Maximum de l’attestation", "20\t")
	u.click("10,00 € ne sont pas pris en charge")
	f := p.get(p.sign(u))
	if got := f.Price.Total; f.Certification != "D" || got.AMO != 2000 || got.Patient != 0 || got.NonPrisEnCharge != 1000 {
		t.Errorf("signed %s, %+v, want 20 € paid and 10 € not", f.Certification, got)
	}
}

// W4: unticking gives back what there was, to the last detail.
func TestSMGUnticked(t *testing.T) {
	p := newPractice(t)
	u := p.invoice()
	u.choose("Parcours de soins", "T")
	u.click("AMO")
	u.sees(`named(pressable, "AMO").checked`)
	id := u.kept()
	before := p.raw(id)
	u.confirmSMG()
	if cmp.Equal(before, p.raw(id)) {
		t.Error("SMG changed nothing")
	}
	u.click(smg)
	u.sees(`!document.querySelector(".smg")`)
	u.kept()
	if diff := cmp.Diff(before, p.raw(id)); diff != "" {
		t.Errorf("unticked (-before +after):\n%s", diff)
	}
}

// raw is a draft as it is kept.
func (p *practice) raw(id string) map[string]any {
	p.t.Helper()
	var f struct {
		Draft map[string]any `json:"facture"`
	}
	p.call("fse.get", map[string]any{"id": id}, &f)
	return f.Draft
}

// W4: a visit for the disability and something else becomes two linked FSE.
func TestSMGMixedVisit(t *testing.T) {
	p := newPractice(t)
	p.insert(1, "patient-smg")
	u := p.sit("/facturer")
	u.reads("ANCIEN MARCEL")
	u.fill("Ajouter des actes", "G\r")
	u.confirmSMG()
	u.fill("Ajouter des actes", "IK 12\r")
	u.menu("IK (2)", "Détails…")
	u.choose("Nature de l’acte", "Maladie")
	u.clickOn(`"footer button"`, "Fermer")
	u.reads("Cette visite mélange plusieurs natures")
	u.click("Séparer en deux")
	u.reads("Séparée en 2 FSE liées")
	first := u.kept()
	u.click("FSE liée 1")
	u.sees(`location.hash.split("/")[2] !== "` + first + `" && document.querySelector(".acts")`)
	one, two := p.get(first).Draft, p.get(u.address()).Draft
	if one.Nature.Code == two.Nature.Code || len(one.Acts) != 1 || len(two.Acts) != 1 {
		t.Errorf("split in %s with %d acts and %s with %d", one.Nature.Code, len(one.Acts), two.Nature.Code, len(two.Acts))
	}
}
