package daemon

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata, or writes the file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// smg is a consultation of soins médicaux gratuits of the patient of "patient-smg".
func smg(mode fse.Mode) *fse.Draft {
	d := consultation(mode)
	d.Beneficiaire = fse.Personne{NIR: "147065626000665", Nom: "ANCIEN", NomFamille: "ANCIEN", Prenom: "MARCEL",
		Naissance: fse.Naissance{EnCarte: "19470618"}, Rang: 1, Qualite: "0"}
	d.AMO = fse.AMO{Regime: "08", Caisse: "835", Centre: "0300"}
	price := fse.Cents(3000)
	d.Nature = fse.Nature{Code: fse.SMG, Confirme: true, MontantValide: &price}
	d.TiersPayant.AMO = true
	return d
}

// with changes a draft.
func with(d *fse.Draft, change func(*fse.Draft)) *fse.Draft {
	change(d)
	return d
}

// Lots of every kind, of FSE that cards have signed: their files and what explains
// them to a reader.
func TestLotFiles(t *testing.T) {
	payer := func(caisse, centre string) func(*fse.Draft) {
		return func(d *fse.Draft) { d.AMO.Caisse, d.AMO.Centre = caisse, centre }
	}
	tests := []struct {
		name        string
		cps, vitale string
		drafts      []*fse.Draft
		to          string // number of the destination
		centre      string // of the payer of the FSE
		holder      string // name in record 1
	}{
		{"securise", "medecin-secteur1", "patient", []*fse.Draft{consultation(fse.Securise),
			with(consultation(fse.Securise), func(d *fse.Draft) { d.TiersPayant.AMO, d.AMO.ALD, d.Actes[0].EnRapportALD = true, true, true })},
			"00000001000349", "9881", "ESSAI CLAIRE"},
		{"sans-vitale", "medecin-secteur1", "", []*fse.Draft{consultation(fse.SansVitale)}, "00000001000349", "9881", "ESSAI CLAIRE"},
		{"degrade", "medecin-secteur1", "", []*fse.Draft{consultation(fse.Degrade)}, "00000001000349", "9881", "ESSAI CLAIRE"},
		{"degrade-centre", "medecin-secteur1", "", []*fse.Draft{with(consultation(fse.Degrade), payer("011", "0123"))},
			"00000001016011", "0000", "ESSAI CLAIRE"},
		{"smg", "medecin-secteur1", "patient-smg", []*fse.Draft{smg(fse.Securise)}, "00000008052835", "0300", "ESSAI CLAIRE"},
		{"smg-degrade", "medecin-secteur1", "", []*fse.Draft{smg(fse.Degrade)}, "00000008052835", "0300", "ESSAI CLAIRE"},
		{"ccam", "medecin-secteur1", "", []*fse.Draft{with(consultation(fse.SansVitale), func(d *fse.Draft) {
			d.Actes = []fse.Acte{{Code: "DEQP003", CCAM: &fse.LigneCCAM{Activite: "1", Phase: "0", Association: "2"}},
				{Code: "MJPA010", CCAM: &fse.LigneCCAM{Activite: "1", Phase: "0", Modificateurs: "M", Association: "1"}}}
		})}, "00000001000349", "9881", "ESSAI CLAIRE"},
		{"remplacant", "remplacant", "", []*fse.Draft{with(consultation(fse.Degrade), func(d *fse.Draft) {
			d.Professionnel = fse.Professionnel{NumeroAM: "991000015", RPPS: "99900000045", Specialite: "01", Convention: 1, Zone: "metro",
				Remplace: &fse.MedecinRemplace{NumeroAM: "991000015", Nom: "Essai Claire"}}
		})}, "00000001000349", "9881", "ESSAI CLAIRE"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			r.insert(left, card(t, test.cps))
			if test.vitale != "" {
				r.insert(right, card(t, test.vitale))
			}
			var f lot.FSE
			for _, d := range test.drafts {
				f = r.mustSign(ehr, r.create(ehr, d).ID)
			}
			if to := f.Price.Destinataire; to.Centre != test.centre || (f.Price.Centre != nil) != (f.Draft.AMO.Centre != to.Centre) {
				t.Errorf("the payer is %s/%s/%s, substitution %+v", to.Regime, to.Caisse, to.Centre, f.Price.Centre)
			}
			if _, err := r.d.CloseLot(t.Context(), ehr, f.Lot, lot.Call{}); err != nil {
				t.Fatal(err)
			}
			_, data, err := r.d.LotFile(f.Lot)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "lots/"+test.name+".b2", data)
			golden(t, "lots/"+test.name+".txt", []byte(b2.Explain(data, b2.VueComplete)))
			checkFile(t, data, test.to, test.holder, len(test.drafts))
			r.checkJournal()
		})
	}
}

// checkFile decodes a demonstration file and encodes it again.
func checkFile(t *testing.T, data []byte, to, holder string, invoices int) {
	t.Helper()
	file, err := b2.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b2.Encode(file)
	if err != nil || string(again) != string(data) {
		t.Errorf("decoded and encoded again it differs, %v", err)
	}
	l := file.Lots[0]
	if file.Destinataire.Numero != to || l.Nom != holder || len(l.Factures) != invoices || !file.Demonstration {
		t.Errorf("to %s, by %q, %d invoices, demonstration %t", file.Destinataire.Numero, l.Nom, len(l.Factures), file.Demonstration)
	}
	if err := b2.CheckProduction(data); !errors.Is(err, b2.ErrDemonstration) {
		t.Errorf("it may go to a production destination: %v", err)
	}
}

// A CCAM act whose group is in no table is refused before the FSE has a number.
func TestUnknownGroup(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	f := r.create(ehr, with(consultation(fse.SansVitale), func(d *fse.Draft) { d.Actes = []fse.Acte{{Code: "JKLD001"}} }))
	_, err := r.sign(ehr, f.ID)
	wantKind(t, err, state.Invalid, "REGROUPEMENT_INCONNU")
	if r.get(f.ID).Numero != 0 {
		t.Error("it has a number")
	}
}

// A lot for a centre that is not in the table says so; a known one has nothing to
// say.
func TestUnknownCentre(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	for _, test := range []struct {
		name, centre string
		warned       bool
	}{{"unknown", "0123", true}, {"known", "0000", false}} {
		t.Run(test.name, func(t *testing.T) {
			f := r.mustSign(ehr, r.create(ehr, with(consultation(fse.SansVitale), func(d *fse.Draft) { d.AMO.Caisse, d.AMO.Centre = "011", test.centre })).ID)
			l, _, err := r.d.Lot(f.Lot)
			if err != nil || (len(l.Warnings) == 1) != test.warned || test.warned && l.Warnings[0].Code != "CENTRE_INCONNU" {
				t.Errorf("warnings %+v, %v", l.Warnings, err)
			}
		})
	}
}

// Front ends follow a lot that is closed, opened again and corrected, and an FSE that
// changes lots; each call is done once.
func TestLotChanges(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	ctx := t.Context()
	first := r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	second := r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	closing := lot.Call{Principal: other, Method: "lot.close", Key: "k", Digest: "d"}
	if _, err := r.d.CloseLot(ctx, other, first.Lot, closing); err != nil {
		t.Fatal(err)
	}
	snapshot, sub := r.d.Hello()
	defer sub.Close()
	front := newFold(snapshot)
	taking := lot.Call{Principal: ehr, Method: "lot.takeOut", Key: "k", Digest: "d"}
	for range 2 {
		from, to, err := r.d.TakeOut(ctx, ehr, first.Lot, second.ID, taking)
		if err != nil || from.FSE != 1 || from.State != string(fse.LotClos) || to.FSE != 1 || to.Numero != "002" || to.State != string(fse.LotOuvert) {
			t.Fatalf("from %+v to %+v, %v", from, to, err)
		}
	}
	if l, err := r.d.ReopenLot(ctx, ehr, first.Lot, lot.Call{}); err != nil || l.State != string(fse.LotOuvert) || l.Closed != nil {
		t.Errorf("reopened: %+v, %v", l, err)
	}
	if l, err := r.d.CloseLot(ctx, other, first.Lot, closing); err != nil || l.State != string(fse.LotOuvert) {
		t.Errorf("the repetition of a call closed the lot again: %s, %v", l.State, err)
	}
	_, _, err := r.d.TakeOut(ctx, ehr, first.Lot, first.ID, lot.Call{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.d.CloseLot(ctx, ehr, first.Lot, lot.Call{})
	wantKind(t, err, state.Invalid, "LOT_VIDE")
	moved := r.get(second.ID)
	if moved.Lot == first.Lot || r.get(first.ID).Lot != moved.Lot {
		t.Error("the FSE are not in the other lot")
	}
	_, _, err = r.d.TakeOut(ctx, ehr, "absent", first.ID, lot.Call{})
	wantKind(t, err, state.NotFound, "")
	seen := map[state.EventType]int{}
	for seen[state.EventLot] < 7 {
		e := <-sub.Events()
		if err := front.apply(e); err != nil {
			t.Fatal(err)
		}
		seen[e.Type]++
	}
	if seen[state.EventFSE] < 2 {
		t.Errorf("events %v", seen)
	}
	r.checkJournal()
}

// What is late reaches the screen with its limit, its days and its reason.
func TestLate(t *testing.T) {
	var days atomic.Int32 // after openDay
	r := newRig(t, func(_ *Config, d *Deps) {
		d.Now = func() time.Time { return openDay.AddDate(0, 0, int(days.Load())) }
	})
	r.insert(left, card(t, "medecin-secteur1"))
	r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	if l, err := r.d.Late(); err != nil || l.ToSend == nil || len(l.ToSend)+len(l.Open) != 0 {
		t.Errorf("on the day itself %+v, %v", l, err)
	}
	days.Store(6) // Monday
	l, err := r.d.Late()
	if err != nil || len(l.ToSend) != 1 || len(l.Open) != 1 || l.Counts != (state.LateCount{ToSend: 1, Open: 1}) {
		t.Fatalf("%+v, %v", l, err)
	}
	want := state.Deadline{Limit: "2026-06-19", DaysLeft: -1, Reason: "delai-depasse", Why: "Le délai légal de transmission est dépassé.",
		Source: "R.161-47 CSS", Certainty: "V"}
	if diff := cmp.Diff(want, l.ToSend[0].Deadline); diff != "" || l.ToSend[0].FSE.Numero != "000000001" || l.Open[0].Lot.Numero != "001" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Every error of the book has its place on the wire, in French, and each code one.
func TestBookFailures(t *testing.T) {
	codes := map[string]bool{}
	for _, f := range bookFailures {
		e := Failure(bookFailure(f.err))
		if e.Kind == state.Internal || e.Code == "" || codes[e.Code] || !strings.HasSuffix(e.Message, ".") || !errors.Is(e, f.err) {
			t.Errorf("%v becomes %+v", f.err, e)
		}
		codes[e.Code] = true
	}
}
