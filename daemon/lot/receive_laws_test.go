package lot

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// outcome is what returns have made of a book: what has to be the same whatever their
// order.
type outcome struct {
	FSE   map[int]verdict
	Lots  map[string]fse.LotState
	Open  []string // Return.ID of what is to be reconciled or looked at, with its effect
	Queue int
}

func outcomeOf(t *rapid.T, b *Book, fses []FSE, lots []Lot) outcome {
	o := outcome{FSE: map[int]verdict{}, Lots: map[string]fse.LotState{}, Queue: b.Queue().ToSettle}
	for _, f := range fses {
		f, err := b.Get(alice, f.ID)
		if err != nil {
			t.Fatal(err)
		}
		o.FSE[f.Numero] = verdict{f.State, f.Received, f.Reject}
	}
	for i, l := range lots {
		l, err := b.Lot(l.ID)
		if err != nil {
			t.Fatal(err)
		}
		o.Lots[fmt.Sprint(i)] = l.State
	}
	open, _, err := b.ReturnsWhere(ReturnFilter{Waiting: true}, "", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range open {
		o.Open = append(o.Open, r.ID+" "+string(r.Effect))
	}
	slices.Sort(o.Open)
	return o
}

// twoLots puts an FSE made again, and others, in two lots that are sent, the second one
// without anybody knowing.
func twoLots(t testing.TB, b *Book) (fses []FSE, lots []Lot) {
	first, some := sentFSE(t, b, 3)
	d := inMode(fse.Degrade)
	other := signed(t, b, alice, d, priceOf(t, d))
	second, err := b.CloseLot(t.Context(), alice, other.Lot, Call{})
	if err == nil {
		second, err = begin(t, b, second.ID)
	}
	if err == nil {
		second, err = b.EndDispatch(t.Context(), "service", second.ID, second.Dispatch.MessageID, DispatchEnd{State: DispatchUndecided})
	}
	if err != nil {
		t.Fatal(err)
	}
	receive(t, b, noemieFile(about(first, some[2], noemie.Rejete, noemie.PartAMO, 260617)))
	again, err := b.Remake(t.Context(), alice, Remake{FSE: some[2].ID}, Call{})
	if err == nil {
		_, err = b.ToPaper(t.Context(), alice, again.ID, nil, Call{})
	}
	if err != nil || stateOf(t, b, some[2].ID) != fse.Remplacee {
		t.Fatal(err)
	}
	return append(some, other), []Lot{first, second}
}

// drawReturn makes any return about any of the FSE and lots, or none.
func drawReturn(t *rapid.T, fses []FSE, lots []Lot) noemie.Return {
	at := rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2, 3, 4}).Draw(t, "of") // mostly the first, so that returns meet
	at = min(at, len(fses))
	l := lots[0]
	if at > 0 && at == len(fses)-1 {
		l = lots[1]
	}
	f := FSE{Numero: 4711} // nobody's
	if at < len(fses) {
		f = fses[at]
	}
	day := noemie.Date(260620 + rapid.IntRange(0, 2).Draw(t, "day"))
	part := rapid.SampledFrom([]noemie.Part{noemie.PartAMO, noemie.PartAMC}).Draw(t, "part")
	switch rapid.IntRange(0, 6).Draw(t, "what") {
	case 0:
		return arl(l, rapid.Bool().Draw(t, "accepted")).Returns[0]
	case 1:
		return about(l, f, rapid.SampledFrom([]noemie.Kind{noemie.ARLNegatif, noemie.Differe, noemie.Autre}).Draw(t, "kind"), noemie.PartAucune, day)
	case 2, 4:
		return about(l, f, noemie.Rejete, part, day)
	case 3:
		return noemie.Return{Entite: "250", Montant: 500, Date: day}
	default:
		return pays(l, f, part, rapid.SampledFrom([]int64{0, 900, 2100, 1000, -900, -2100}).Draw(t, "amount"), day)
	}
}

// shuffled puts returns in files, in any order and some of them more than once: what is
// twice in one file are two returns, and stays in one.
func shuffled(t *rapid.T, returns []noemie.Return) (files []Incoming) {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 1))
	n := rapid.IntRange(1, 4).Draw(t, "files")
	contents := make([][]noemie.Return, n)
	place := map[string]int{}
	for _, i := range rng.Perm(len(returns)) {
		r := returns[i]
		name := fmt.Sprint(r)
		at, known := place[name]
		if !known {
			at = rng.IntN(n)
			place[name] = at
			for other := range n { // and once elsewhere
				if other != at && rng.IntN(3) == 0 {
					contents[other] = append(contents[other], r)
				}
			}
		}
		contents[at] = append(contents[at], r)
	}
	for i, c := range contents {
		in := noemieFile(c...)
		in.Content = append(in.Content, byte(i))
		for range 1 + rng.IntN(2) {
			files = append(files, in)
		}
	}
	rng.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	return files
}

// Any order and repetition of returns, with the program cut off at any update, gives the
// same FSE, sums, lots and open points.
func TestReturnsLaw(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		origin, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			r.Fatal(err)
		}
		b := openBook(t, origin)
		fses, lots := twoLots(t, b)
		if err := b.Close(); err != nil {
			r.Fatal(err)
		}
		returns := make([]noemie.Return, rapid.IntRange(1, 16).Draw(r, "returns"))
		for i := range returns {
			returns[i] = drawReturn(r, fses, lots)
		}
		if rapid.Bool().Draw(r, "twice") {
			returns = append(returns, returns[0])
		}
		var first outcome
		for run := range 2 {
			dir, err := os.MkdirTemp(t.TempDir(), "")
			if err == nil {
				err = os.CopyFS(dir, os.DirFS(origin))
			}
			if err != nil {
				r.Fatal(err)
			}
			got := deliver(r, dir, shuffled(r, returns), fses, lots)
			if run == 0 {
				first = got
			} else if diff := cmp.Diff(first, got, cmp.AllowUnexported(verdict{})); diff != "" {
				r.Fatalf("another order gives something else: -one +other\n%s", diff)
			}
		}
	})
}

// deliver takes files in. Every now and then the disk is full from some update on, and the
// book is opened anew.
func deliver(t *rapid.T, dir string, files []Incoming, fses []FSE, lots []Lot) outcome {
	left := 1 << 30
	o := optionsIn(dir)
	o.FreeSpace = func(string) (uint64, error) {
		if left--; left < 0 {
			return 0, nil
		}
		return 1 << 40, nil
	}
	b, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range files {
		if rapid.IntRange(0, 3).Draw(t, "cut") == 0 {
			left = rapid.IntRange(0, 6).Draw(t, "updates")
		}
		_, _, err := b.Receive(t.Context(), "service", in)
		cut, isCut := errors.AsType[*journal.Error](err)
		if err != nil && (!isCut || cut.Kind != journal.DiskFull) {
			t.Fatal(err)
		}
		left = 1 << 30
		if err == nil {
			continue
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if b, err = Open(o); err == nil && rapid.Bool().Draw(t, "resume") {
			err = b.ResumeDeliveries(t.Context())
		}
		if err == nil {
			_, _, err = b.Receive(t.Context(), "service", in)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	got := outcomeOf(t, b, fses, lots)
	checkMoves(t, b)
	if _, err := b.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return got
}

// checkMoves holds that every record of the payer moves an FSE and a lot as they may be
// moved.
func checkMoves(t *rapid.T, b *Book) {
	states, lots := map[string]fse.State{}, map[string]fse.LotState{}
	err := b.journal.View(func(s journal.State) error {
		for r, err := range s.Range(1, s.Last()) {
			if err != nil {
				return err
			}
			switch r.Kind {
			case kindFSE:
				c, err := decode[fseChange](r.Data)
				if err != nil {
					return err
				}
				if from := states[r.Subject]; from != "" && from != c.State && !fse.CanMove(from, c.State) {
					t.Fatalf("an FSE moved from %s to %s", from, c.State)
				}
				states[r.Subject] = c.State
			case kindLot:
				c, err := decode[lotChange](r.Data)
				if err != nil {
					return err
				}
				if from := lots[r.Subject]; from != "" && from != c.State && !fse.CanMoveLot(from, c.State) {
					t.Fatalf("a lot moved from %s to %s", from, c.State)
				}
				lots[r.Subject] = c.State
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
