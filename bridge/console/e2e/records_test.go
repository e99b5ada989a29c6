//go:build chromium

package e2e

import (
	"sync"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
)

// person is somebody of whom another front end has a record.
type person struct {
	nir, name, first, born string
	regime, caisse, centre string
}

// people are the public test identity and invented ones, as on the virtual cards.
var people = []person{
	{"297022A02077878", "ADRTROIS", "DOMINIQUE", "19970226", "01", "349", "9881"},
	{"168057505600272", "FACTICE", "HENRI", "19680514", "08", "756", "0100"},
	{"178083523801488", "DE-LA-FAMILLE-NOMBREUSE", "MAXIMILIEN", "19780812", "01", "349", "9881"},
	{"147065626000665", "ANCIEN", "MARCEL", "19470618", "08", "835", "0300"},
}

// record is a degraded FSE as a front end passes it.
func record(who person, day time.Time, acts ...string) map[string]any {
	list := make([]map[string]any, 0, len(acts))
	for _, code := range acts {
		list = append(list, map[string]any{"code": code})
	}
	return map[string]any{
		"mode": "degrade", "dateSoins": day.Format(time.DateOnly), "degrade": map[string]any{"motif": "carte-absente"},
		"professionnel": map[string]any{"numeroAM": "991000015", "rpps": "99900000011", "specialite": "01", "convention": 1, "zone": "metro"},
		"beneficiaire": map[string]any{"nir": who.nir, "nom": who.name, "prenom": who.first, "rang": 1, "qualite": "0",
			"naissance": map[string]any{"enCarte": who.born}},
		"amo":    map[string]any{"regime": who.regime, "caisse": who.caisse, "centre": who.centre, "attestation": "non-exonere"},
		"nature": map[string]any{"code": "maladie"}, "parcours": "T", "actes": list,
	}
}

// draft has a front end of the machine begin an FSE, and gives its ID.
func (p *practice) draft(facture map[string]any) string {
	p.t.Helper()
	var made fse
	p.call("fse.create", map[string]any{"facture": facture}, &made)
	return made.ID
}

// drafts has a front end begin many, over some days.
func (p *practice) drafts(n int) {
	p.t.Helper()
	const hands, days = 8, 300
	today := time.Now()
	var all sync.WaitGroup
	for first := range hands {
		all.Go(func() {
			c, err := local.DialSocket(p.t.Context(), p.cfg.ControlSocket(), nil)
			if err != nil {
				p.t.Error(err)
				return
			}
			defer c.Close()
			for i := first; i < n; i += hands {
				facture := record(people[i%len(people)], today.AddDate(0, 0, -i%days), "G")
				if err := c.Call(p.t.Context(), "fse.create", map[string]any{"facture": facture}, nil); err != nil {
					p.t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// A day of work: many FSE of another front end are signed at once from the list, and
// the day, the papers, the lots and the takings show them.
func TestDayOfWork(t *testing.T) {
	p := newPractice(t)
	today := time.Now()
	for i, acts := range [][]string{{"G"}, {"G", "MEG"}, {"G"}, {"G"}, {"VG"}, {"G"}, {"G"}} {
		p.call("fse.ready", map[string]any{"id": p.draft(record(people[i%len(people)], today.AddDate(0, 0, -i), acts...))}, nil)
	}
	u := p.sit("/fse")
	u.click("Tout sélectionner")
	p.typing <- struct{}{}
	u.click("Signer 7 FSE")
	u.sees(`document.querySelectorAll(".grid tr[data-row] .badge").length === 7 && [...document.querySelectorAll(".grid tr[data-row] .badge")].every((b) => b.textContent === "En lot")`)
	u.isForEverybody("the list")
	for _, page := range []string{"jour", "papiers", "lots", "recettes", "aide"} {
		u.goTo(page)
		u.sees(`!document.querySelector("main").textContent.includes("Chargement")`)
		u.isForEverybody(page)
		u.shoot(page)
	}
	u.goTo("papiers")
	u.sees(`document.querySelectorAll("table.papers tbody tr").length === 7`)
}
