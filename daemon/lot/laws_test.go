package lot

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// shop is what the random sequences are made of.
type shop struct {
	b     *Book
	kinds []kind
	fse   []string // ids, in the order of their creation
	lots  map[string]bool

	returns []string
	answers int
	given   fse.Cents // by patients, as it was noted
}

// kind is one sort of FSE: professional, payer, certification, size.
type kind struct {
	draft *fse.Draft
	price *fse.Prix
}

// kindsOf makes every sort: a large one fills a lot with nine.
func kindsOf(t testing.TB) (kinds []kind) {
	for _, am := range []string{"991000015", "991000031"} {
		for _, payer := range []fse.AMO{{Regime: "01", Caisse: "349", Centre: "9881"}, {Regime: "01", Caisse: "999", Centre: "0000"}} {
			for _, mode := range []fse.Mode{fse.Securise, fse.SansVitale, fse.Degrade} {
				d := draft(am)
				d.Mode, d.AMO = mode, payer
				if mode != fse.Degrade {
					d.Degrade = nil
				}
				price := *priceOf(t, d)
				for range 96 {
					price.Lignes = append(price.Lignes, price.Lignes[0])
				}
				kinds = append(kinds, kind{d, &price})
			}
		}
	}
	return kinds
}

// seed gives every series a last lot number near the end, and a first one that is in
// use.
func (w *shop) seed(t *rapid.T) {
	_, err := w.b.journal.Update(t.Context(), func(journal.State) (entries []journal.Entry, err error) {
		for _, k := range w.kinds {
			if k.draft.Mode != fse.Degrade {
				continue
			}
			to := k.price.Destinataire
			for n, state := range []fse.LotState{1: fse.LotTransmis, 998: fse.LotArchive} {
				if state == "" {
					continue
				}
				l := &Lot{ID: newID(), Numero: n, Regime: to.Regime, Caisse: to.Caisse, Centre: to.Centre, Certification: "D",
					NumeroAM: numeroAM(k.draft), Environment: Demonstration, Opened: openDay}
				entry, err := (&lotChange{State: state, New: l}).record(l.ID, alice, "")
				if err != nil {
					return nil, err
				}
				w.lots[l.ID] = true
				entries = append(entries, entry)
			}
		}
		return entries, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// step does one random thing. What the book refuses must change nothing; that
// is seen at the end.
func (w *shop) step(t *rapid.T) {
	ctx := context.Background()
	pick := func(ids []string) string { return rapid.SampledFrom(append(ids, "absent")).Draw(t, "id") }
	lots := slices.Sorted(maps.Keys(w.lots))
	var err error
	switch step := rapid.SampledFrom([]string{"sign", "sign", "sign", "sign", "sign", "reserve", "cancel", "close", "close", "reopen", "take", "take", "send", "send",
		"mark", "mark", "post", "collect", "collect", "paper", "reject", "withdraw", "remake", "remake", "finish", "finish",
		"answer", "answer", "answer", "bounce", "decide", "decide", "dismiss", "reconcile", "archive", "ask", "ask", "unask"}).Draw(t, "step"); step {
	case "sign", "reserve":
		err = w.begin(t, step == "sign")
	case "cancel":
		_, _, err = w.b.Cancel(ctx, alice, pick(w.fse), "motif", Call{})
	case "close":
		_, err = w.b.CloseLot(ctx, alice, pick(lots), Call{})
	case "reopen":
		_, err = w.b.ReopenLot(ctx, alice, pick(lots), Call{})
	case "take":
		err = w.take(pick(w.fse))
	case "send":
		err = w.send(t, pick(lots))
	case "answer":
		err = w.answer(t, pick(w.fse))
	case "bounce":
		err = w.bounce(pick(lots))
	case "decide":
		_, err = w.b.Decide(ctx, alice, pick(lots), rapid.Bool().Draw(t, "sent"), Call{})
	case "dismiss", "reconcile":
		err = w.settle(t, step, pick(w.fse))
	case "archive":
		_, err = w.b.Archive(ctx)
	case "ask":
		_, err = w.b.Ask(ctx, alice, []string{pick(lots), pick(lots)})
	case "unask":
		err = w.b.Unask(ctx, alice, []string{pick(lots)})
	default:
		err = w.after(t, step, func() string { return pick(w.fse) }, func() string { return pick(lots) })
	}
	for _, refusal := range []error{ErrNotFound, ErrState, ErrEmpty, ErrLotClosed, ErrSent, ErrAlone, ErrNoPaper, ErrPaper, ErrTooMuch, ErrPaid, ErrRemade, ErrOriginal, ErrKnown, ErrDispatch, ErrNoMatch} {
		if errors.Is(err, refusal) {
			return
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// begin makes an FSE of any kind, with its number, and signs it or not.
func (w *shop) begin(t *rapid.T, sign bool) error {
	k := rapid.SampledFrom(w.kinds).Draw(t, "kind")
	f, err := w.b.Create(context.Background(), alice, k.draft, Call{})
	if err != nil {
		return err
	}
	w.fse = append(w.fse, f.ID)
	if f, err = w.b.Reserve(context.Background(), alice, f.ID, k.price, Call{}); err != nil || !sign {
		return err
	}
	f, lots, err := w.b.Signed(context.Background(), alice, f, []byte("sceau"), Signature{At: openDay, Serial: "1"}, Call{})
	for _, l := range lots {
		w.lots[l.ID] = true
	}
	return err
}

func (w *shop) take(id string) error {
	f, err := w.b.Get(alice, id)
	if err != nil {
		return err
	}
	from, to, err := w.b.TakeOut(context.Background(), alice, f.Lot, id, Call{})
	if err == nil {
		if from.ID == to.ID {
			return errors.New("from a lot into itself")
		}
		w.lots[to.ID] = true
	}
	return err
}

// archive records what transmission and returns may: the lot goes from one state
// to the next, and its FSE end in the state last, whatever the returns.
func archive(b *Book, l Lot, last fse.State) error {
	members, err := b.InLot(l.ID)
	if err != nil {
		return err
	}
	_, err = b.journal.Update(context.Background(), func(journal.State) (entries []journal.Entry, err error) {
		for _, s := range []fse.LotState{fse.LotTransmis, fse.LotAcquitte, fse.LotArchive} {
			e, err := (&lotChange{State: s}).record(l.ID, "payeur", "")
			if err != nil {
				return nil, err
			}
			entries = append(entries, e)
		}
		for _, m := range members {
			for _, s := range []fse.State{fse.Transmise, last} {
				e, err := (&fseChange{State: s}).record(m.ID, "payeur", "")
				if err != nil {
					return nil, err
				}
				entries = append(entries, e)
			}
		}
		return entries, nil
	})
	return err
}

// check holds every law of the book against its state.
func (w *shop) check(t *rapid.T) {
	all := map[string]FSE{}
	numbers := map[string][]int{}
	toSign := map[string]bool{}
	for _, id := range w.fse {
		f, err := w.b.Get(alice, id)
		if err != nil {
			t.Fatal(err)
		}
		all[id] = f
		if f.Numero != 0 {
			numbers[f.NumeroAM()] = append(numbers[f.NumeroAM()], f.Numero)
		}
		if f.State == fse.ASigner {
			toSign[id] = true
		}
	}
	for am, given := range numbers {
		slices.Sort(given)
		for i, n := range given {
			if n != i+1 {
				t.Fatalf("professional %s: FSE %d has number %d", am, i+1, n)
			}
		}
	}
	lots, _, err := w.b.Lots("", 1000)
	if err != nil {
		t.Fatal(err)
	}
	seen, waits := map[string]bool{}, map[string]bool{}
	used := map[string]bool{}
	for _, l := range lots {
		w.checkLot(t, l, all, seen)
		if toSend(l.State) {
			waits[l.ID] = true
		}
		name := l.series() + "/" + keyLotNumero("", l.Numero)
		if l.State != fse.LotArchive && used[name] {
			t.Fatalf("two lots in use have number %d", l.Numero)
		}
		used[name] = used[name] || l.State != fse.LotArchive
	}
	for id, f := range all {
		if in := !slices.Contains([]fse.State{fse.Brouillon, fse.ASigner, fse.Annulee, fse.Papier}, f.State); in != seen[id] {
			t.Fatalf("an FSE %s, in a lot: %t", f.State, seen[id])
		}
	}
	w.checkWaiting(t, toSign, waits)
	w.checkTruth(t, all, lots)
	w.checkReturns(t, all, lots)
	if rapid.IntRange(0, 3).Draw(t, "replay") == 0 { // it takes as long as all the rest
		if _, err := w.b.Verify(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *shop) checkLot(t *rapid.T, l Lot, all map[string]FSE, seen map[string]bool) {
	members, err := w.b.InLot(l.ID)
	if err != nil {
		t.Fatal(err)
	}
	sum := Lot{}
	for _, m := range members {
		if m.Lot != l.ID || seen[m.ID] || m.Certification != l.Certification || m.NumeroAM() != l.NumeroAM ||
			m.Price.Destinataire.Caisse != l.Caisse || cmp.Diff(all[m.ID], m) != "" {
			t.Fatalf("an FSE does not belong in lot %d", l.Numero)
		}
		seen[m.ID] = true
		sum.Count, sum.Records = sum.Count+1, sum.Records+b2Records(m.Price)
		sum.Total, sum.AMO = sum.Total+m.Price.Total.Honoraires, sum.AMO+m.Price.Total.AMO
	}
	if got := (Lot{Count: l.Count, Records: l.Records, Total: l.Total, AMO: l.AMO}); got != sum {
		t.Fatalf("lot %d counts %+v, its FSE %+v", l.Numero, got, sum)
	}
	if l.Asked != nil && !l.mayBeAsked() && !l.begun() {
		t.Fatalf("lot %d, %s, is asked for with %+v", l.Numero, l.State, l.Dispatch)
	}
	if l.Count > b2.CoupureFactures || l.Records > b2.CoupureRecords {
		t.Fatalf("lot %d has %d FSE and %d records", l.Numero, l.Count, l.Records)
	}
	if l.State == fse.LotClos && l.Count == 0 || toSend(l.State) && (l.State == fse.LotOuvert) != (l.Closed == nil) {
		t.Fatalf("lot %d is %s with %d FSE, closed %v", l.Numero, l.State, l.Count, l.Closed)
	}
}

// checkWaiting compares what is listed as waiting with what does.
func (w *shop) checkWaiting(t *rapid.T, toSign, lots map[string]bool) {
	err := w.b.journal.View(func(s journal.State) error {
		found := map[string]bool{}
		if err := waiting(s, setOf(fse.ASigner), func(f *FSE) error { found[f.ID] = true; return nil }); err != nil {
			return err
		}
		if diff := cmp.Diff(toSign, found); diff != "" {
			t.Fatalf("FSE to sign: -want +got\n%s", diff)
		}
		found = map[string]bool{}
		if err := waiting(s, setLots, func(l *Lot) error { found[l.ID] = true; return nil }); err != nil {
			return err
		}
		if diff := cmp.Diff(lots, found); diff != "" {
			t.Fatalf("lots to send: -want +got\n%s", diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Whatever happens in whatever order, numbers have no hole, lots hold what they
// count, and a replay gives the same state.
func TestLaws(t *testing.T) {
	kinds := kindsOf(t)
	rapid.Check(t, func(r *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			r.Fatal(err)
		}
		b, err := Open(optionsIn(dir))
		if err != nil {
			r.Fatal(err)
		}
		defer b.Close()
		w := &shop{b: b, kinds: kinds, lots: map[string]bool{}}
		if rapid.Bool().Draw(r, "one kind") { // then lots are cut
			w.kinds = kinds[5:6]
		}
		w.seed(r)
		for range rapid.IntRange(0, 2).Draw(r, "sent") { // then some come back rejected
			if err := w.begin(r, true); err != nil {
				r.Fatal(err)
			}
			for _, id := range slices.Sorted(maps.Keys(w.lots)) {
				_, err := w.b.CloseLot(context.Background(), alice, id, Call{})
				if err == nil {
					err = w.send(r, id)
				}
				if err != nil && !errors.Is(err, ErrSent) && !errors.Is(err, ErrDispatch) {
					r.Fatal(err)
				}
			}
			w.arrive(r, w.fse[len(w.fse)-1], noemie.Rejete)
		}
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			w.step(r)
		}
		w.check(r)
	})
}
