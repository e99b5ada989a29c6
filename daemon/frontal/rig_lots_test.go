package frontal

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
	"github.com/agrafe-fse/agrafe/daemon/seal"
)

// bill is an invoice as a test asks for it.
type bill struct {
	numero   int
	amo, amc int64
	tiers    bool
	change   func(map[string]any) // of what is sealed
}

// sampleFile is a demonstration file of one lot, and what is to be sealed.
func sampleFile(numero int, bills ...bill) (b2.File, [][]byte) {
	fileConstants, lotConstants := b2.Medecin()
	to, err := b2.NewDestinataire("01", "999", "999")
	if err != nil {
		panic(err)
	}
	one := b2.Lot{Numero: numero, NumeroPS: doctor, Organisme: "999", Nom: "MEDECIN DE TEST", Date: 260302, Constantes: lotConstants}
	var contents [][]byte
	for _, bl := range bills {
		fees := bl.amo + bl.amc
		one.Factures = append(one.Factures, b2.Facture{
			Numero: bl.numero, NIR: "297022A020778", CleNIR: "78", Regime: "01", Caisse: "999", Centre: "0000", Nature: "10", Naissance: 970226,
			RangNaissance: 1, OrganismeAMC: "99999997",
			Lignes: []b2.Ligne{{Executant: doctor, Specialite: "01", Date: 260301, Code: "G", Quantite: 1, Coefficient: 100, Denombrement: 1,
				PrixUnitaire: fees, Base: fees, Taux: 70, AMO: bl.amo, AMC: bl.amc, Honoraires: fees, Exoneration: "0"}},
		})
		content := map[string]any{"format": "agrafe-fse-1", "numero": fmt.Sprintf("%09d", bl.numero), "environnement": "demonstration",
			"demonstration": true, "facture": map[string]any{"professionnel": map[string]any{"numeroAM": doctor}},
			"prix": map[string]any{"total": map[string]any{"honoraires": fees, "amo": bl.amo, "amc": bl.amc}, "certification": "S",
				"destinataire": map[string]any{"regime": "01", "caisse": "999", "centre": "0000"},
				"tiersPayant":  map[string]any{"amo": bl.tiers, "amc": bl.tiers}}}
		if bl.change != nil {
			bl.change(content)
		}
		text, err := json.Marshal(content)
		if err != nil {
			panic(err)
		}
		contents = append(contents, text)
	}
	return b2.File{Emetteur: "00000" + doctor, Destinataire: to, Identifiant: "000007", Creation: 260302, Demonstration: true,
		Constantes: fileConstants, Lots: []b2.Lot{one}}, contents
}

// enclosed is a mail with a file for the test payer.
func (r *rig) enclosed(id string, file b2.File, seals [][]byte) []byte {
	r.t.Helper()
	data, err := b2.Encode(file)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.mail(id, "999", seal.Contents{File: data, Seals: seals, Demonstration: true})
}

// mail encloses contents for an organism of the régime 01.
func (r *rig) mail(id, organisme string, contents seal.Contents) []byte {
	r.t.Helper()
	to, err := seal.Folder{Dir: filepath.Join(r.dir, payersDir), Demonstration: true}.Certificate("01", organisme, start)
	if err != nil {
		r.t.Fatal(err)
	}
	part, err := seal.Enclose(contents, to)
	if err != nil {
		r.t.Fatal(err)
	}
	return append([]byte("From: <"+DefaultMailbox+">\r\nTo: <"+testPayer+">\r\nSubject: x\r\nMessage-ID: <"+id+">\r\n"), part...)
}

// bill sends a lot and fails the test if it is not taken.
func (r *rig) bill(numero int, bills ...bill) {
	r.t.Helper()
	file, contents := sampleFile(numero, bills...)
	raw := r.enclosed(fmt.Sprintf("lot-%d@agrafe.test", numero), file, cards().seal(r.t, contents...))
	if err := r.deliver(raw, testPayer); err != nil {
		r.t.Fatal(err)
	}
}

// returned reads the returns of mails; those of a truncated file are counted in bad.
func returned(t *testing.T, mails [][]byte) (all []noemie.Return, bad int) {
	t.Helper()
	for _, raw := range mails {
		part, err := seal.ReadPart(raw)
		if err != nil {
			t.Fatal(err)
		}
		if !part.Demonstration() {
			t.Errorf("a return without the mark of a demonstration: %s", part.Description)
		}
		f, err := noemie.Parse(part.Content)
		if err != nil {
			bad++
			continue
		}
		head := f.Entete()
		if !head.Demonstration() || head.Destinataire != "00000"+doctor {
			t.Errorf("header %+v", head)
		}
		all = append(all, noemie.Returns(f)...)
	}
	return all, bad
}

// kinds lists what returns say, `101 payé 2100`, in their order.
func kinds(all []noemie.Return) []string {
	out := []string{}
	for _, r := range all {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s%s %d", r.Numero, r.Kind, map[bool]string{true: " " + r.Part.String()}[r.Part != 0], r.Montant)))
	}
	return slices.Clip(out)
}
