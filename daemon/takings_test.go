package daemon

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// The takings of a day are those of what was priced, paper sheets among them, and the
// sum of days is theirs.
func TestTakings(t *testing.T) {
	r := newRig(t)
	_, f, _ := r.degradedLot()
	owed := f.Price.Total.ARegler
	if _, err := r.d.CollectFSE(t.Context(), ehr, f.ID, lot.Payment{Amount: owed, Means: lot.MeansCard}, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	earlier := date(openDay).AddDays(-1)
	sheet := r.create(ehr, with(consultation(fse.Degrade), func(d *fse.Draft) { d.DateSoins = earlier }))
	if _, err := r.d.PaperFSE(t.Context(), ehr, sheet.ID, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	days, sum, err := r.d.Takings(lot.Practice, earlier, date(openDay))
	if err != nil || len(days) != 2 || days[0].Date != earlier.String() || days[0].Count != 1 || days[1].Count != 2 {
		t.Fatalf("%+v, %v", days, err)
	}
	fee := int64(f.Price.Total.Honoraires)
	want := state.Takings{Date: earlier.String(), Count: 3, Honoraires: 3 * fee, AMO: days[0].AMO + days[1].AMO, AMC: days[0].AMC + days[1].AMC,
		Patient: days[0].Patient + days[1].Patient, Collected: int64(owed), ByMeans: map[string]int64{"carte": int64(owed)}}
	if diff := cmp.Diff(want, sum); diff != "" || fee == 0 || owed == 0 {
		t.Errorf("the sum: %s", diff)
	}
	if _, own, err := r.d.Takings(other, earlier, date(openDay)); err != nil || own.Count != 1 || own.Collected != 0 {
		t.Errorf("another's are %+v, %v", own, err)
	}
	if none, sum, err := r.d.Takings(ehr, earlier.AddDays(-9), earlier.AddDays(-8)); err != nil || none == nil || len(none) != 0 || sum.Count != 0 {
		t.Errorf("of days without any: %v %+v %v", none, sum, err)
	}
	_, _, err = r.d.Takings(ehr, date(openDay), earlier)
	wantKind(t, err, state.Invalid, "DATE_REFUSEE")
}

func TestCollectRefusals(t *testing.T) {
	r := newRig(t)
	_, f, _ := r.degradedLot()
	draft := r.create(ehr, consultation(fse.Degrade))
	tests := []struct {
		name, id string
		pay      lot.Payment
		code     string
	}{
		{"too much", f.ID, lot.Payment{Amount: f.Price.Total.ARegler + 1, Means: lot.MeansCash}, "ENCAISSEMENT_TROP_GRAND"},
		{"below nothing", f.ID, lot.Payment{Amount: -1, Means: lot.MeansCash}, "ENCAISSEMENT"},
		{"no means", f.ID, lot.Payment{Amount: 1}, "ENCAISSEMENT"},
		{"to come", f.ID, lot.Payment{Amount: 1, Means: lot.MeansCash, Date: date(openDay).AddDays(1)}, "DATE_REFUSEE"},
		{"a draft", draft.ID, lot.Payment{Amount: 1, Means: lot.MeansCash}, "ETAT"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := r.d.CollectFSE(t.Context(), ehr, tt.id, tt.pay, lot.Call{})
			wantKind(t, err, state.Invalid, tt.code)
		})
	}
}

// A reject of another software's FSE is noted, listed, and made again.
func TestRejectOfAnotherSoftware(t *testing.T) {
	r := newRig(t)
	_, err := r.d.Reject(t.Context(), ehr, lot.Rejection{Numero: "12", Date: date(openDay), Label: "x"}, lot.Call{})
	wantKind(t, err, state.Invalid, "REJET_INCOMPLET")
	noted, err := r.d.Reject(t.Context(), ehr, lot.Rejection{Numero: "000000777", Date: date(openDay), Label: "droits fermés"}, lot.Call{})
	if err != nil || !noted.External || noted.Numero != "000000777" || noted.Kind != "main" {
		t.Fatalf("%+v, %v", noted, err)
	}
	f, err := r.d.RemakeFSE(t.Context(), ehr, lot.Remake{Return: noted.ID}, lot.Call{Principal: ehr})
	if err != nil || f.State != fse.Brouillon {
		t.Fatalf("%+v, %v", f, err)
	}
	if s := ShowFSE(f); s.Replaces != "000000777" {
		t.Errorf("it is shown as %+v", s)
	}
	list, _, err := r.d.ReturnsWhere(lot.ReturnFilter{}, "", 0)
	if err != nil || len(list) != 1 || list[0].Remade != f.ID || list[0].Label != "droits fermés" {
		t.Errorf("%+v, %v", list, err)
	}
	draft := with(consultation(fse.Degrade), func(d *fse.Draft) { d.Degrade = f.Draft.Degrade })
	if _, err := r.d.UpdateFSE(t.Context(), ehr, f.ID, draft, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	r.insert(left, card(t, "medecin-secteur1"))
	r.mustSign(ehr, f.ID)
	d, err := r.d.FSEDocument(ehr, f.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	if text := textOf(t, d.PDF); !containsAll(text, "000000777", "droits fermés") {
		t.Errorf("its sheet does not say what it replaces: %s", text)
	}
	_, err = r.d.RemakeFSE(t.Context(), ehr, lot.Remake{Return: noted.ID}, lot.Call{Principal: ehr})
	if err == nil {
		t.Error("it is made again twice")
	}
}

// A paper sheet that had a number leaves it to a cancelled FSE; both are told of.
func TestPaperSheetHasNoNumber(t *testing.T) {
	r := newRig(t)
	f := r.create(ehr, consultation(fse.Degrade))
	_, err := r.sign(ehr, f.ID) // no card: the number stays
	wantKind(t, err, state.NoCard, "CPS_ABSENTE")
	_, events := r.d.HelloTo(page(ehr))
	defer events.Close()
	sheet, err := r.d.PaperFSE(t.Context(), ehr, f.ID, lot.Call{})
	if err != nil || sheet.ID == f.ID || sheet.Numero != 0 || sheet.State != fse.Papier || sheet.Paper == nil {
		t.Fatalf("%+v, %v", sheet, err)
	}
	told := make(map[string]string)
	for range len(events.Events()) {
		if e := <-events.Events(); e.FSE != nil {
			told[e.FSE.ID] = e.FSE.State
		}
	}
	if diff := cmp.Diff(map[string]string{f.ID: "annulee", sheet.ID: "papier"}, told); diff != "" {
		t.Error(diff)
	}
}
