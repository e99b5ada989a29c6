package lot

import (
	"context"
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// after does what comes after a signature, or instead of one.
func (w *shop) after(t *rapid.T, step string, anFSE, aLot func() string) (err error) {
	ctx := context.Background()
	var f FSE
	switch step {
	case "mark":
		ids := []string{anFSE(), aLot(), anFSE()}[:rapid.IntRange(1, 3).Draw(t, "papers")]
		to := rapid.SampledFrom([]fse.PaperState{fse.PapierAImprimer, fse.PapierImprime, fse.PapierSigne, fse.PapierPoste, fse.PapierScanne}).Draw(t, "to")
		_, err = w.b.MarkPapers(ctx, alice, alice, ids, Mark{To: to, PatientSigned: rapid.Bool().Draw(t, "patient")}, Call{})
		return err
	case "post":
		id := w.likely(t, anFSE, fse.EnLot)
		for _, to := range []fse.PaperState{fse.PapierImprime, fse.PapierSigne, fse.PapierPoste} {
			if _, err = w.b.MarkPapers(ctx, alice, alice, []string{id}, Mark{To: to}, Call{}); err != nil {
				return err
			}
		}
		return nil
	case "withdraw":
		if len(w.returns) > 0 {
			_, err = w.b.Withdraw(ctx, alice, rapid.SampledFrom(w.returns).Draw(t, "return"), "erreur", Call{})
		}
		return err
	case "collect":
		p := Payment{Amount: rapid.SampledFrom([]fse.Cents{0, 100, 3000, 1_000_000}).Draw(t, "amount"), Means: rapid.SampledFrom([]Means{MeansCard, MeansCash}).Draw(t, "means")}
		id := w.likely(t, anFSE, rapid.SampledFrom([]fse.State{fse.ASigner, fse.EnLot, fse.Rejetee}).Draw(t, "of"))
		if f, err = w.b.Get(alice, id); err != nil {
			return err
		}
		noted, err := w.b.Collect(ctx, alice, id, p, Call{})
		if err == nil {
			w.given += amountOf(noted) - amountOf(f)
		}
		return err
	case "paper":
		f, err = w.b.ToPaper(ctx, alice, w.likely(t, anFSE, fse.Brouillon), nil, Call{})
	case "reject":
		r := Rejection{Date: civil(openDay), Label: "motif", Numero: "000004711"}
		if rapid.Bool().Draw(t, "ours") {
			r.FSE = w.likely(t, anFSE, fse.Acquittee)
		}
		made, err := w.b.Reject(ctx, alice, r, Call{})
		if err == nil {
			w.returns = append(w.returns, made.ID)
		}
		return err
	case "remake":
		r := Remake{FSE: w.likely(t, anFSE, fse.Rejetee)}
		if len(w.returns) > 0 && rapid.Bool().Draw(t, "by return") {
			r = Remake{Return: rapid.SampledFrom(w.returns).Draw(t, "return")}
		}
		f, err = w.b.Remake(ctx, alice, r, Call{})
	case "finish":
		f, err = w.finish(w.likely(t, anFSE, fse.Brouillon))
	}
	if err == nil && !slices.Contains(w.fse, f.ID) {
		w.fse = append(w.fse, f.ID)
	}
	return err
}

func amountOf(f FSE) fse.Cents {
	if f.Collected == nil {
		return 0
	}
	return f.Collected.Amount
}

// likely is mostly an FSE in a state, where there is one.
func (w *shop) likely(t *rapid.T, other func() string, s fse.State) string {
	list, _, err := w.b.ListWhere(alice, Filter{States: []fse.State{s}}, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 || rapid.IntRange(0, 3).Draw(t, "any") == 0 {
		return other()
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(t, "one")].ID
}

// finish signs what waits for it, with a sound draft where there was none.
func (w *shop) finish(id string) (FSE, error) {
	ctx := context.Background()
	f, err := w.b.Get(alice, id)
	if err != nil || f.State != fse.Brouillon && f.State != fse.ASigner {
		return f, err
	}
	if f.Draft.DateSoins.IsZero() { // it makes another software's again
		if f, err = w.b.Update(ctx, alice, id, w.kinds[0].draft, Call{}); err != nil {
			return f, err
		}
	}
	f, err = w.b.Reserve(ctx, alice, id, fse.Price(f.Draft, fse.Context{}).Prix, Call{})
	if err != nil {
		return f, err
	}
	f, lots, err := w.b.Signed(ctx, alice, f, []byte("sceau"), Signature{At: openDay, Serial: "1"}, Call{})
	for _, l := range lots {
		w.lots[l.ID] = true
	}
	return f, err
}

// checkTruth compares what is counted and listed with a look at everything.
func (w *shop) checkTruth(t *rapid.T, all map[string]FSE, lots []Lot) {
	papers, rejects, given := map[string]bool{}, 0, fse.Cents(0)
	byState := map[fse.State]map[string]bool{}
	want := state.Takings{Date: "2026-06-16"}
	for id, f := range all {
		if byState[f.State] == nil {
			byState[f.State] = map[string]bool{}
		}
		byState[f.State][id] = true
		if f.Paper.waits() {
			papers[id] = true
		}
		if f.State == fse.Rejetee {
			rejects++
		}
		w.checkLinks(t, f, all)
		w.addTakings(f, &want)
		given += amountOf(f)
		if settled := f.Signature != nil && f.State != fse.Rejetee && f.State != fse.Annulee; settled && amountOf(f) > f.Price.Total.ARegler {
			t.Fatalf("%d cents were given for an FSE that is %s, of which %d are to pay", amountOf(f), f.State, f.Price.Total.ARegler)
		}
	}
	if given != w.given {
		t.Fatalf("patients gave %d cents, %d are noted", w.given, given)
	}
	for _, l := range lots {
		if p, err := bordereauOfLot(w.b, l); err != nil || p.waits() {
			if err != nil {
				t.Fatal(err)
			}
			papers[l.ID] = true
		}
	}
	for _, id := range w.returns {
		r, err := w.b.Return(id)
		if err != nil {
			t.Fatal(err)
		}
		if r.External && !r.Done {
			rejects++
		}
	}
	q := w.b.Queue()
	if q.Papers != len(papers) || q.Rejects != rejects || q.Drafts != len(byState[fse.Brouillon]) || q.Signed != len(byState[fse.EnLot]) {
		t.Fatalf("counted %+v; there are %d papers, %d rejects, %d drafts, %d in lots", q, len(papers), rejects, len(byState[fse.Brouillon]), len(byState[fse.EnLot]))
	}
	w.checkLists(t, papers, byState)
	got, err := w.b.Days(june(16), june(16), alice)
	if err != nil {
		t.Fatal(err)
	}
	if want.Count == 0 && want.Collected == 0 {
		want = state.Takings{}
	}
	if diff := cmp.Diff(want, append(got, state.Takings{})[0]); diff != "" {
		t.Fatalf("takings -want +got\n%s", diff)
	}
}

// bordereauOfLot is the bordereau that waits for a lot, nil for none.
func bordereauOfLot(b *Book, l Lot) (*Paper, error) {
	list, err := b.LotPapers(l.ID)
	if err != nil || len(list) == 0 || list[0].Kind != state.PaperBordereau {
		return nil, err
	}
	return &list[0].Paper, nil
}

// checkLinks holds what is said of what replaces and is replaced.
func (w *shop) checkLinks(t *rapid.T, f FSE, all map[string]FSE) {
	by := all[f.ReplacedBy]
	switch {
	case f.State == fse.Remplacee && (by.State == fse.Annulee || by.Signature == nil && by.State != fse.Papier):
		t.Fatalf("replaced by an FSE that is %s", by.State)
	case f.State != fse.Remplacee && f.State == fse.Rejetee && by.Signature != nil && by.State != fse.Annulee:
		t.Fatalf("rejected, although an FSE that is %s takes its place", by.State)
	case f.State == fse.Papier && f.Numero != 0:
		t.Fatal("a paper sheet has a number")
	}
	if f.Replaces != nil && f.Replaces.FSE != "" {
		if old := all[f.Replaces.FSE]; old.ReplacedBy != f.ID && f.State != fse.Annulee {
			t.Fatalf("an FSE that is %s replaces what does not know it", f.State)
		}
	}
}

// addTakings adds what f brings, by the rule as it is told.
func (w *shop) addTakings(f FSE, sum *state.Takings) {
	if p := f.Collected; p != nil && f.State != fse.Annulee { // all of it is given on one day
		if sum.ByMeans == nil {
			sum.ByMeans = map[string]int64{}
		}
		sum.Collected += int64(p.Amount)
		sum.ByMeans[string(p.Means)] += int64(p.Amount)
	}
	switch f.State {
	case fse.Brouillon, fse.Annulee, fse.Remplacee:
		return
	}
	if f.State == fse.ASigner && f.Replaces != nil || f.Draft.DateSoins != june(16) {
		return
	}
	sum.Count++
	if f.Price == nil {
		sum.Unpriced++
		return
	}
	total := f.Price.Total
	sum.Honoraires, sum.AMO, sum.AMC = sum.Honoraires+int64(total.Honoraires), sum.AMO+int64(total.AMO), sum.AMC+int64(total.AMC)
	sum.Patient, sum.Uncovered = sum.Patient+int64(total.Patient), sum.Uncovered+int64(total.NonPrisEnCharge)
}

// checkLists compares the lists by index with the truth.
func (w *shop) checkLists(t *rapid.T, papers map[string]bool, byState map[fse.State]map[string]bool) {
	list, _, err := w.b.Papers(Practice, "", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, p := range list {
		found[p.id()] = true
	}
	err = w.b.journal.View(func(s journal.State) error {
		return members(s, setPapers, 0, false, func(_ uint64, key string) (bool, error) {
			_, err := paperAt(s, key) // else its list would skip it
			return err == nil, err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(papers, found); diff != "" || len(list) != len(found) {
		t.Fatalf("papers -want +got\n%s", diff)
	}
	for _, s := range []fse.State{fse.Brouillon, fse.EnLot, fse.Rejetee, fse.Papier, fse.Remplacee} {
		list, _, err := w.b.ListWhere(alice, Filter{States: []fse.State{s}}, "", 10_000)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, f := range list {
			found[f.ID] = true
		}
		if len(list) != len(found) || len(found) != len(byState[s]) {
			t.Fatalf("%d FSE are listed as %s, %d are", len(list), s, len(byState[s]))
		}
		for id := range found {
			if !byState[s][id] {
				t.Fatalf("listed as %s and is not", s)
			}
		}
	}
}
