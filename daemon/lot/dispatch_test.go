package lot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/google/go-cmp/cmp"
)

// payer is the address that lots are sent to.
const payer = "01349@349.01.rss.test"

// begin begins to send a closed lot.
func begin(t testing.TB, b *Book, lotID string) (Lot, error) {
	t.Helper()
	_, file, err := b.File(lotID)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(file)
	name := hex.EncodeToString(sum[:])
	return b.BeginDispatch(t.Context(), "service", lotID, Dispatch{MessageID: MessageID(lotID, name, "exemple.test"), To: payer, File: name})
}

// dispatch sends a lot, which is closed first if it is open.
func dispatch(t testing.TB, b *Book, lotID string) Lot {
	t.Helper()
	if _, err := b.CloseLot(t.Context(), alice, lotID, Call{}); err != nil {
		t.Fatal(err)
	}
	l, err := begin(t, b, lotID)
	if err == nil {
		l, err = b.EndDispatch(t.Context(), "service", lotID, l.Dispatch.MessageID, DispatchEnd{State: DispatchSent, By: ByServer})
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// inMode is a draft of a certification, with what makes it one.
func inMode(mode fse.Mode) *fse.Draft {
	d := draft(doctor)
	if d.Mode = mode; mode != fse.Degrade {
		d.Degrade = nil
	}
	return d
}

// A lot that is sent takes its FSE along: transmis, or sans ARL attendu where it is
// degraded.
func TestDispatch(t *testing.T) {
	for _, test := range []struct {
		mode fse.Mode
		lot  fse.LotState
		fse  fse.State
	}{{fse.SansVitale, fse.LotTransmis, fse.Transmise}, {fse.Degrade, fse.LotSansARLAttendu, fse.SansARLAttendu}} {
		t.Run(string(test.mode), func(t *testing.T) {
			dir := t.TempDir()
			b := openBook(t, dir)
			d := inMode(test.mode)
			f := signed(t, b, alice, d, priceOf(t, d))
			l, err := b.CloseLot(t.Context(), alice, f.Lot, Call{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = b.BeginDispatch(t.Context(), "service", l.ID, Dispatch{MessageID: "m", To: payer, File: "00"})
			wantError(t, err, ErrFile)
			if l, err = begin(t, b, l.ID); err != nil || l.Dispatch.State != DispatchBegun || l.Dispatch.Tries != 1 || l.State != fse.LotClos {
				t.Fatalf("%+v, %v", l.Dispatch, err)
			}
			_, err = begin(t, b, l.ID)
			wantError(t, err, ErrDispatch)
			_, err = b.ReopenLot(t.Context(), alice, l.ID, Call{})
			wantError(t, err, ErrDispatch)
			_, _, err = b.TakeOut(t.Context(), alice, l.ID, f.ID, Call{})
			wantError(t, err, ErrDispatch)
			if err := b.Close(); err != nil { // a crash: nobody knows how it ended
				t.Fatal(err)
			}
			b = openBook(t, dir)
			if cut, err := b.Interrupted(); err != nil || len(cut) != 1 {
				t.Fatalf("%d interrupted, %v", len(cut), err)
			}
			if waits, err := b.ToDispatch(); err != nil || len(waits) != 0 {
				t.Errorf("%d to send, %v", len(waits), err)
			}
			end := func(e DispatchEnd) (err error) {
				l, err = b.EndDispatch(t.Context(), "service", l.ID, l.Dispatch.MessageID, e)
				return err
			}
			message := l.Dispatch.MessageID
			if err := end(DispatchEnd{State: DispatchUndecided, Problem: "coupure"}); err != nil || b.Queue().Undecided != 1 || b.Queue().Closed != 1 {
				t.Errorf("%+v, %v", b.Queue(), err)
			}
			if l, _, err = b.Dispatched(message); err != nil || l.Dispatch.Problem != "coupure" {
				t.Errorf("%v", err)
			}
			if err := end(DispatchEnd{State: DispatchSent, By: ByCopy}); err != nil || l.State != test.lot || l.Sent == nil || l.Dispatch.By != ByCopy || stateOf(t, b, f.ID) != test.fse {
				t.Errorf("%s, %s, %v", l.State, stateOf(t, b, f.ID), err)
			}
			if q := b.Queue(); q.Undecided != 0 || q.Closed != 0 || q.Signed != 0 || (q.Sent == 1) != (test.lot == fse.LotTransmis) {
				t.Errorf("%+v", q)
			}
			before := derived(t, b)
			if err := end(DispatchEnd{State: DispatchSent, By: ByServer}); err != nil || !bytes.Equal(before, derived(t, b)) {
				t.Errorf("a second time: %v", err)
			}
			l, _ = b.Lot(f.Lot)
			wantError(t, end(DispatchEnd{State: DispatchUndecided}), ErrDispatch)
			_, err = b.EndDispatch(t.Context(), "service", f.Lot, "other", DispatchEnd{State: DispatchSent})
			wantError(t, err, ErrDispatch)
			_, err = begin(t, b, f.Lot)
			wantError(t, err, ErrSent)
			_, err = b.ReopenLot(t.Context(), alice, f.Lot, Call{})
			wantError(t, err, ErrSent)
			verify(t, b)
		})
	}
}

// What was certainly not taken may be sent again; what was refused or is undecided when
// somebody says so.
func TestDispatchAgain(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := inMode(fse.SansVitale)
	f := signed(t, b, alice, d, priceOf(t, d))
	other := signed(t, b, alice, d, priceOf(t, d))
	if _, err := b.CloseLot(t.Context(), alice, f.Lot, Call{}); err != nil {
		t.Fatal(err)
	}
	_, err := b.Decide(t.Context(), alice, f.Lot, true, Call{})
	wantError(t, err, ErrDispatch)
	var message string
	for tries, end := range []DispatchState{DispatchNone, DispatchRefused, DispatchUndecided} {
		l, err := begin(t, b, f.Lot)
		if err == nil {
			l, err = b.EndDispatch(t.Context(), "service", f.Lot, l.Dispatch.MessageID, DispatchEnd{State: end, Problem: "x"})
		}
		if err != nil || l.State != fse.LotClos || l.Dispatch.Tries != tries+1 {
			t.Fatalf("%s: %+v, %v", end, l.Dispatch, err)
		}
		message = l.Dispatch.MessageID
		waits, err := b.ToDispatch()
		if err != nil || (len(waits) == 1) != (end == DispatchNone) || (b.Queue().Undecided == 1) == (end == DispatchNone) {
			t.Errorf("%s: %d to send, %+v, %v", end, len(waits), b.Queue(), err)
		}
	}
	call := Call{Principal: alice, Method: "lots.decide", Key: "k", Digest: "d"}
	for range 2 {
		if l, err := b.Decide(t.Context(), alice, f.Lot, false, call); err != nil || l.Dispatch.State != DispatchNone || l.Dispatch.By != ByUser {
			t.Fatalf("%+v, %v", l.Dispatch, err)
		}
	}
	if _, _, err := b.TakeOut(t.Context(), alice, f.Lot, other.ID, Call{}); err != nil {
		t.Fatal(err)
	}
	if l, err := b.Lot(f.Lot); err != nil || l.Dispatch != nil || l.State != fse.LotClos {
		t.Errorf("a changed lot keeps its attempts: %+v, %v", l.Dispatch, err)
	}
	if l, current, err := b.Dispatched(message); err != nil || current || l.ID != f.Lot {
		t.Errorf("an earlier message: %t, %v", current, err)
	}
	l, err := begin(t, b, f.Lot)
	if err != nil {
		t.Fatal(err)
	}
	l, err = b.EndDispatch(t.Context(), "service", f.Lot, l.Dispatch.MessageID, DispatchEnd{State: DispatchRefused, Problem: "x"})
	if err == nil {
		l, err = b.Decide(t.Context(), alice, f.Lot, true, Call{})
	}
	if err != nil || l.State != fse.LotTransmis || l.Dispatch.By != ByUser || stateOf(t, b, other.ID) != fse.EnLot {
		t.Errorf("%s, %v", l.State, err)
	}
	verify(t, b)
}

// fullLot is a closed lot of 200 FSE whose drafts and prices are as large as the lot may
// hold in one update each.
func fullLot(t testing.TB, b *Book, mode fse.Mode, owner string) (lotID string) {
	t.Helper()
	d := inMode(mode)
	price := priceOf(t, d)
	fat := *price
	for range 60 { // explanations of which no file tells
		fat.Lignes = append([]fse.Ligne(nil), fat.Lignes...)
		fat.Lignes[0].Explications = append(fat.Lignes[0].Explications, price.Lignes[0].Explications...)
	}
	for range 200 {
		f := signed(t, b, owner, d, &fat)
		lotID = f.Lot
	}
	return lotID
}

// A full lot of large FSE is transmitted in one change, refused in one too, and the
// journal holds it.
func TestDispatchOfLargeFSE(t *testing.T) {
	for _, mode := range []fse.Mode{fse.SansVitale, fse.Degrade} {
		b := openBook(t, t.TempDir())
		owner := string(bytes.Repeat([]byte("é"), 120)) // a long name of a principal
		id := fullLot(t, b, mode, owner)
		list, err := b.InLot(id)
		if err != nil || len(list) != 200 {
			t.Fatalf("%d FSE, %v", len(list), err)
		}
		size := 0
		for _, f := range list {
			data, err := encode(f)
			if err != nil {
				t.Fatal(err)
			}
			size += len(data)
		}
		if size < 2*journal.MaxUpdate {
			t.Fatalf("the FSE take %d bytes", size)
		}
		l := dispatch(t, b, id)
		if mode == fse.Degrade { // there and back
			_, err := b.Bounced(t.Context(), "service", l.Dispatch.MessageID, "5.1.1")
			if err == nil {
				_, err = b.Decide(t.Context(), alice, l.ID, false, Call{})
			}
			list, fault := b.InLot(l.ID)
			if err != nil || fault != nil || len(list) != 200 || list[199].State != fse.EnLot || list[199].Draft == nil {
				t.Fatalf("%d FSE, %v, %v", len(list), err, fault)
			}
			l = dispatch(t, b, id)
		}
		receive(t, b, arl(l, false))
		list, err = b.InLot(id)
		for _, f := range list {
			if f.State != fse.Rejetee || f.Price == nil || f.Draft == nil {
				t.Fatalf("an FSE is %s", f.State)
			}
		}
		if err != nil || b.Queue().Rejects != 200 {
			t.Errorf("%d rejects, %v", b.Queue().Rejects, err)
		}
		verify(t, b)
	}
}

// Numbers of the records of a transmission: each FSE has one for each of its states.
func TestDispatchRecords(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := inMode(fse.Degrade)
	f := signed(t, b, alice, d, priceOf(t, d))
	signed(t, b, alice, d, priceOf(t, d))
	dispatch(t, b, f.Lot)
	var got []string
	err := b.journal.View(func(s journal.State) error {
		for r, err := range s.Range(s.Last()-5, s.Last()) {
			if err != nil {
				return err
			}
			got = append(got, fmt.Sprintf("%s %s %d", r.Kind, r.Actor, r.Version))
		}
		return nil
	})
	want := []string{"lot service 5", "fse service 5", "fse service 5", "lot service 5", "fse service 5", "fse service 5"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, -want +got\n%s", err, diff)
	}
}
