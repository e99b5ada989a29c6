package fse

import (
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// visite is an invoice of three acts: a home visit, its travel supplement, its kilometres.
func visite() *Draft {
	s := newScript()
	s.draft.TiersPayant = TiersPayant{AMO: true, AMC: true}
	s.draft.AMC = &AMC{Organisme: "99999997", Contrat: "01", Part: "100TM"}
	s.draft.Actes = []Acte{{Code: "VG"}, {Code: "MD"}, {Code: "IK", Km: 12}}
	return &s.draft
}

func BenchmarkPrice(b *testing.B) {
	d, c := visite(), Context{Tables: tables.Default(), Today: 20250810}
	b.ReportAllocs()
	for b.Loop() {
		if Price(d, c).Prix == nil {
			b.Fatal("refused")
		}
	}
}

// BenchmarkPriceFloor copies the result of BenchmarkPrice into fresh memory: what
// pricing can't do without.
func BenchmarkPriceFloor(b *testing.B) {
	p := Price(visite(), Context{Tables: tables.Default()}).Prix
	b.ReportAllocs()
	for b.Loop() {
		sink = copyPrix(p)
	}
}

var sink *Prix

func copyPrix(p *Prix) *Prix {
	n := *p
	n.Lignes = make([]Ligne, len(p.Lignes))
	copy(n.Lignes, p.Lignes)
	total := 0
	for i := range p.Lignes {
		total += len(p.Lignes[i].Explications)
	}
	why := make([]Explication, 0, total)
	for i := range n.Lignes {
		from := len(why)
		why = append(why, p.Lignes[i].Explications...)
		n.Lignes[i].Explications = why[from:len(why):len(why)]
	}
	return &n
}

// BenchmarkReprice prices a million stored invoices again; run it with -benchtime=1x.
func BenchmarkReprice(b *testing.B) {
	var drafts [64]*Draft
	for i := range drafts {
		drafts[i] = visite()
		drafts[i].DateSoins = Date(20250801 + i%28)
		drafts[i].Actes[2].Km = 1 + i
	}
	c := Context{Tables: tables.Default()}
	for b.Loop() {
		for i := range 1_000_000 {
			if Price(drafts[i%len(drafts)], c).Prix == nil {
				b.Fatal("refused")
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/million")
}

func BenchmarkDecodeDraft(b *testing.B) {
	raw := []byte(contractDraft)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := DecodeDraft(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// contractDraft is the draft of the contract of the API.
const contractDraft = `{"mode":"securise",
 "dateSoins":"2025-08-08",
 "professionnel":{"numeroAM":"991000015","rpps":"","specialite":"01","convention":1,"optam":false,"zone":"metro","remplace":null},
 "beneficiaire":{"nir":"297022A02077878","nom":"ADRTROIS","nomFamille":"ADRTROIS","prenom":"DOMINIQUE","naissance":{"enCarte":"26021997","civile":"1997-02-26"},"rang":1,"qualite":"0"},
 "assure":null,
 "amo":{"regime":"01","caisse":"349","centre":"9881","attestation":null,"ald":false,"regimeLocal":null,"aspa":false,"ame":false,"exonere":null},
 "amc":{"organisme":"99999997","contrat":"89","adherent":"","part":"100TM"},
 "nature":{"code":"maladie"},
 "accidentTiers":null,
 "parcours":"T","tiersPayant":{"amo":true,"amc":true},
 "actes":[{"code":"G","date":"2025-08-08","quantite":1,"coefficient":"1","honoraires":3000,"qualificatif":null,"enRapportALD":false,"exoneration":null,"km":null}],
 "degrade":null}`
