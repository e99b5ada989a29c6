package daemon

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Only what has come out of the printer is noted: not the sheet that entered the lot
// meanwhile, nor the bordereau of a lot that was opened.
func TestPrintNotesWhatWasDrawn(t *testing.T) {
	tests := []struct {
		name  string
		late  bool // another FSE enters the lot, which is closed again
		want  map[string]string
		warns int
	}{
		{"another sheet enters", true, map[string]string{"feuille 000000001": "imprime", "feuille 000000002": "imprime", "feuille 000000003": "a-imprimer", "bordereau 001": "a-imprimer"}, 1},
		{"opened", false, map[string]string{"feuille 000000001": "imprime", "feuille 000000002": "imprime"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &press{list: []state.Printer{{Name: "Bureau", Default: true}}}
			c := &clock{}
			c.set(openDay)
			r := newRig(t, printing(p), func(_ *Config, d *Deps) { d.Now = c.now })
			l, _, _ := r.degradedLot()
			r.closeLot(l.ID)
			p.after = func() {
				c.set(openDay.Add(1))
				if _, err := r.d.ReopenLot(t.Context(), ehr, l.ID, lot.Call{}); err != nil {
					t.Fatal(err)
				}
				if tt.late {
					d := with(consultation(fse.Degrade), func(d *fse.Draft) { d.DateSoins = d.DateSoins.AddDays(-1) })
					if f := r.mustSign(ehr, r.create(ehr, d).ID); f.Lot != l.ID {
						t.Error("it is in another lot")
					}
					r.closeLot(l.ID)
				}
			}
			d, err := r.d.Document(service, l.ID, "liasse")
			if err != nil {
				t.Fatal(err)
			}
			steps := 0
			_, warnings, err := r.d.Print(t.Context(), service, d, "", func(int) { steps++ })
			if err != nil || len(warnings) != tt.warns || warnings[0].Blocking || steps != PrintSteps {
				t.Errorf("%+v, %d steps, %v", warnings, steps, err)
			}
			if diff := cmp.Diff(tt.want, r.waiting()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A draft that was changed since it was priced is not printed with the amounts of before,
// and waits for its payment to be put right.
func TestChangedDraftIsNotPrinted(t *testing.T) {
	r := newRig(t)
	f := r.create(ehr, consultation(fse.Degrade))
	_, err := r.sign(ehr, f.ID) // no card: it has its price and its number
	wantKind(t, err, state.NoCard, "CPS_ABSENTE")
	f, err = r.d.GetFSE(ehr, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	owed := f.Price.Total.ARegler
	if _, err := r.d.CollectFSE(t.Context(), ehr, f.ID, lot.Payment{Amount: owed, Means: lot.MeansCash}, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	changed := with(consultation(fse.Degrade), func(d *fse.Draft) { d.TiersPayant.AMO = true })
	if _, err := r.d.UpdateFSE(t.Context(), ehr, f.ID, changed, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"feuille", "quittance"} {
		_, err := r.d.FSEDocument(ehr, f.ID, kind)
		wantKind(t, err, state.Invalid, "DOCUMENT_INCOMPLET")
	}
	_, err = r.sign(ehr, f.ID)
	wantKind(t, err, state.Invalid, "TROP_PERCU")
	answer, priceErr := r.d.Price(changed)
	if priceErr != nil {
		t.Fatal(priceErr)
	}
	due := answer.Prix.Total.ARegler
	e := Failure(err)
	if len(e.Issues) != 1 || !e.Issues[0].Blocking || e.Path != "encaisse" || !strings.Contains(e.Message, euros(owed)) || !strings.Contains(e.Message, euros(due)) || owed == due {
		t.Errorf("%+v", e)
	}
	if _, err := r.d.CollectFSE(t.Context(), ehr, f.ID, lot.Payment{Amount: due, Means: lot.MeansCash}, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	r.insert(left, card(t, "medecin-secteur1"))
	r.mustSign(ehr, f.ID)
}

func TestEuros(t *testing.T) {
	for cents, want := range map[fse.Cents]string{0: "0,00\u00a0€", 905: "9,05\u00a0€", 123450: "1\u202f234,50\u00a0€", 100000000: "1\u202f000\u202f000,00\u00a0€", 99999: "999,99\u00a0€"} {
		if got := euros(cents); got != want {
			t.Errorf("%d cents are %q, want %q", cents, got, want)
		}
	}
}

// What is cancelled or replaced has no document.
func TestFinishedFSEIsNotPrinted(t *testing.T) {
	r := newRig(t)
	_, f, _ := r.degradedLot()
	if _, err := r.d.CollectFSE(t.Context(), ehr, f.ID, lot.Payment{Amount: 1, Means: lot.MeansCash}, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.d.CancelFSE(t.Context(), ehr, f.ID, "erreur", lot.Call{}); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"", "feuille", "quittance"} {
		_, err := r.d.Document(page(ehr), f.ID, kind)
		wantKind(t, err, state.Invalid, "FSE_TERMINEE")
	}
	if e := Failure(errOver(lot.FSE{State: fse.Remplacee})); !strings.Contains(e.Message, "remplacée") {
		t.Error(e.Message)
	}
}

// Papers that name the patients of every front end are not for a site that sees lots only.
func TestLotDocumentsWithNames(t *testing.T) {
	r := newRig(t)
	l, _, _ := r.degradedLot()
	r.closeLot(l.ID)
	v := Viewer{Principal: "https://lots.example", Owner: "https://lots.example", Lots: true}
	for _, kind := range []string{"", "liasse", "bordereau", "a-la-main"} {
		_, err := r.d.LotDocument(v, l.ID, kind)
		wantKind(t, err, state.Denied, "DOCUMENT_NOMINATIF")
		_, err = r.d.Document(v, l.ID, kind)
		wantKind(t, err, state.Denied, "DOCUMENT_NOMINATIF")
	}
	_, err := r.d.ByHand(v, l.ID)
	wantKind(t, err, state.Denied, "DOCUMENT_NOMINATIF")
	d, err := r.d.LotDocument(v, l.ID, "enveloppe")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(textOf(t, d.PDF), "ADRTROIS") {
		t.Error("the envelope names a patient")
	}
	v.FSE = true
	if _, err := r.d.LotDocument(v, l.ID, ""); err != nil {
		t.Error(err)
	}
}

// A list of what has a number names the patients to one who asks for them and reads them.
func TestNumberedWithPersons(t *testing.T) {
	r := newRig(t)
	_, f, _ := r.degradedLot()
	console := Viewer{Principal: "c", Owner: "c", FSE: true, Lots: true, Practice: true}
	tests := []struct {
		name    string
		v       Viewer
		persons bool
		want    []string
	}{
		{"its own", page(ehr), true, []string{"ADRTROIS DOMINIQUE"}},
		{"without asking", page(ehr), false, []string{""}},
		{"another's", page(other), true, []string{}},
		{"the console", console, true, []string{"ADRTROIS DOMINIQUE"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list, err := r.d.NumberedFSE(tt.v, "000000001", tt.persons)
			got := []string{}
			for _, one := range list {
				if got = append(got, one.Person); one.ID != f.ID {
					t.Error("another FSE")
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("%s, %v", diff, err)
			}
		})
	}
}

// A reject that was noted by mistake is withdrawn, and told of.
func TestWithdrawReject(t *testing.T) {
	r := newRig(t)
	noted, err := r.d.Reject(t.Context(), ehr, lot.Rejection{Numero: "000000777", Date: date(openDay), Label: "droits fermés"}, lot.Call{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.d.Reject(t.Context(), ehr, lot.Rejection{Numero: "000000777", Date: date(openDay), Label: "x"}, lot.Call{})
	wantKind(t, err, state.Duplicate, "REJET_CONNU")
	_, err = r.d.Reject(t.Context(), ehr, lot.Rejection{Numero: "000000778", Date: date(openDay), Label: strings.Repeat("rejet ", 20000)}, lot.Call{})
	wantKind(t, err, state.Invalid, "REJET_INCOMPLET")
	_, err = r.d.WithdrawReject(t.Context(), ehr, noted.ID, " ", lot.Call{})
	wantKind(t, err, state.Invalid, "RETRAIT_SANS_MOTIF")
	_, events := r.d.Hello()
	defer events.Close()
	shown, err := r.d.WithdrawReject(t.Context(), ehr, noted.ID, "autre cabinet", lot.Call{})
	if err != nil || shown.Withdrawn != "autre cabinet" || r.d.book.Queue().Rejects != 0 {
		t.Errorf("%+v, %v", shown, err)
	}
	if e := <-events.Events(); e.Queue == nil || e.Queue.Rejects != 0 {
		t.Errorf("told %+v", e)
	}
	_, err = r.d.RemakeFSE(t.Context(), ehr, lot.Remake{FSE: "x", Return: noted.ID}, lot.Call{Principal: ehr})
	wantKind(t, err, state.Invalid, "REMPLACEE_DOUBLE")
}

// A practice is removed once nothing waits under its number.
func TestRemoveCabinet(t *testing.T) {
	r := newRig(t)
	draft := r.create(ehr, consultation(fse.Degrade))
	_, err := r.d.RemoveCabinet(t.Context(), ehr, draft.NumeroAM(), lot.Call{})
	wantKind(t, err, state.Invalid, "CABINET_EN_USAGE")
	if _, err := r.d.CancelFSE(t.Context(), ehr, draft.ID, "", lot.Call{}); err != nil {
		t.Fatal(err)
	}
	left, err := r.d.RemoveCabinet(t.Context(), ehr, draft.NumeroAM(), lot.Call{})
	if err != nil || len(left) != 2 {
		t.Errorf("%d are left, %v", len(left), err)
	}
	_, err = r.d.RemoveCabinet(t.Context(), ehr, draft.NumeroAM(), lot.Call{})
	wantKind(t, err, state.NotFound, "INTROUVABLE")
}

// An hour that is set begins with the next one, and so does one that is changed.
func TestClosingHourThatIsSet(t *testing.T) {
	r, c := closingRig(t, "")
	f := r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	set := func(at string) {
		p := practice("991000015", "99900000011")
		p.Fermeture = at
		if _, err := r.d.SetCabinet(t.Context(), ehr, p, lot.Call{}); err != nil {
			t.Fatal(err)
		}
	}
	c.set(evening(1, 10, 0))
	set("08:00")
	if got := r.stateAt(c, evening(1, 10, 0), f); got != fse.LotOuvert {
		t.Errorf("set when it is over: %s", got)
	}
	c.set(evening(1, 12, 0))
	set("11:00")
	if got := r.stateAt(c, evening(2, 10, 59), f); got != fse.LotOuvert {
		t.Errorf("changed when it is over: %s", got)
	}
	if got := r.stateAt(c, evening(2, 11, 0), f); got != fse.LotClos {
		t.Errorf("at the next hour: %s", got)
	}
}
