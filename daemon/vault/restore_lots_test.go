package vault_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/lot"
)

// ready makes an invented FSE that has its number.
func ready(t *testing.T, b *lot.Book) (lot.FSE, *fse.Prix) {
	t.Helper()
	day, _ := tables.MakeDate(2026, 6, 16)
	draft := &fse.Draft{Mode: fse.Degrade, DateSoins: day, Parcours: "T",
		Professionnel: fse.Professionnel{NumeroAM: "991000015", RPPS: "99900000011", Specialite: "01", Convention: 1, Zone: "metro"},
		Beneficiaire: fse.Personne{NIR: "297022A02077878", Nom: "ADRTROIS", NomFamille: "ADRTROIS", Prenom: "DOMINIQUE",
			Naissance: fse.Naissance{EnCarte: "19970226"}, Rang: 1, Qualite: "0"},
		AMO: fse.AMO{Regime: "01", Caisse: "349", Centre: "9881"}, Nature: fse.Nature{Code: "maladie"},
		Actes: []fse.Acte{{Code: "G"}}, Degrade: &fse.Degradation{Motif: "carte-absente"}}
	answer := fse.Price(draft, fse.Context{Today: day})
	f, err := b.Create(t.Context(), "ehr", draft, lot.Call{})
	if err == nil {
		f, err = b.Reserve(t.Context(), "ehr", f.ID, answer.Prix, lot.Call{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return f, answer.Prix
}

// signed puts an invented FSE in a lot of a book.
func signed(t *testing.T, b *lot.Book) lot.FSE {
	t.Helper()
	f, _ := ready(t, b)
	f, _, err := b.Signed(t.Context(), "ehr", f, []byte("sceau"), lot.Signature{At: time.Now(), Serial: "1"}, lot.Call{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// send closes and sends a lot, and returns its Message-ID.
func send(t *testing.T, b *lot.Book, id string) string {
	t.Helper()
	_, err := b.CloseLot(t.Context(), "ehr", id, lot.Call{})
	if err != nil {
		t.Fatal(err)
	}
	_, file, err := b.File(id)
	sum := sha256.Sum256(file)
	name := hex.EncodeToString(sum[:])
	d := lot.Dispatch{MessageID: lot.MessageID(id, name, "exemple.test"), To: "01349@349.01.rss.test", File: name}
	if err == nil {
		_, err = b.BeginDispatch(t.Context(), "service", id, d)
	}
	if err == nil {
		_, err = b.EndDispatch(t.Context(), "service", id, d.MessageID, lot.DispatchEnd{State: lot.DispatchSent, By: lot.ByServer})
	}
	if err != nil {
		t.Fatal(err)
	}
	return d.MessageID
}

// A backup that is older than the sending of lots brings them back as they were before it:
// none leaves a second time by itself, and our copies tell which had left.
func TestRestoreSendsNoLotTwice(t *testing.T) {
	for _, anchor := range []bool{true, false} { // without it nobody knows how much is lost
		p := newPractice(t, true)
		v := p.open()
		b, err := v.Book()
		if err != nil {
			t.Fatal(err)
		}
		closed := signed(t, b).Lot
		if _, err := b.CloseLot(t.Context(), "ehr", closed, lot.Call{}); err != nil {
			t.Fatal(err)
		}
		open := signed(t, b).Lot
		if _, err := v.Backup(context.Background(), b); err != nil {
			t.Fatal(err)
		}
		messages := []string{send(t, b, closed), send(t, b, open)}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if p.burn(); !anchor {
			if err := errors.Join(os.RemoveAll(p.places.Journal), os.Remove(p.places.Anchor)); err != nil {
				t.Fatal(err)
			}
		}
		if r, err := v.Restore(t.Context(), false); err != nil || r.Leap == 0 {
			t.Fatalf("%d numbers, %v", r.Leap, err)
		}
		if b, err = v.Book(); err != nil {
			t.Fatal(err)
		}
		if waits, err := b.ToDispatch(); err != nil || len(waits) != 0 || b.Queue().Undecided != 2 {
			t.Errorf("%d lots leave again by themselves, %d to decide, %v", len(waits), b.Queue().Undecided, err)
		}
		for i, id := range []string{closed, open} {
			l, current, err := b.Dispatched(messages[i])
			if err != nil || l.ID != id || l.State != fse.LotClos || l.Dispatch.State != lot.DispatchUndecided || current != (id == closed) {
				t.Errorf("lot %d: %s, %+v, %t, %v", i, l.State, l.Dispatch, current, err)
			}
		}
		if next := signed(t, b); next.Lot == open || next.Lot == closed {
			t.Error("an FSE enters a lot that may have left")
		}
		l, _, err := b.Dispatched(messages[0])
		if err == nil {
			l, err = b.EndDispatch(t.Context(), "service", closed, l.Dispatch.MessageID, lot.DispatchEnd{State: lot.DispatchSent, By: lot.ByCopy})
		}
		if err != nil || l.State != fse.LotSansARLAttendu {
			t.Errorf("%s, %v", l.State, err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A draft of the backup that was signed after it comes back as a draft: it says of when the
// backup is, and is not signed a second time without a confirmation.
func TestRestoreSignsNoDraftTwice(t *testing.T) {
	p := newPractice(t, true)
	v := p.open()
	b, err := v.Book()
	if err != nil {
		t.Fatal(err)
	}
	before := time.Now().Truncate(time.Millisecond) // as a record has its time
	f, price := ready(t, b)
	after := time.Now()
	if _, err := v.Backup(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	seal := func(s lot.Signature) error {
		_, _, err := b.Signed(t.Context(), "ehr", f, []byte("sceau"), s, lot.Call{})
		return err
	}
	if err := seal(lot.Signature{At: time.Now(), Serial: "1"}); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	p.burn()
	if _, err := v.Restore(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if b, err = v.Book(); err != nil {
		t.Fatal(err)
	}
	if f, err = b.Reserve(t.Context(), "ehr", f.ID, price, lot.Call{}); err != nil || f.Restored == nil || f.Restored.Before(before) || f.Restored.After(after) {
		t.Fatalf("it is marked %v, made between %v and %v, %v", f.Restored, before, after, err)
	}
	if err := seal(lot.Signature{At: time.Now(), Serial: "1"}); !errors.Is(err, lot.ErrRestored) {
		t.Errorf("without a confirmation: %v", err)
	}
	if err := seal(lot.Signature{At: time.Now(), Serial: "1", Restored: f.Restored}); err != nil {
		t.Errorf("with one: %v", err)
	}
	if _, err := b.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

// A restore that is killed before it has noted the loss is made anew, where the journal is
// gone too: else numbers would be given and lots sent a second time.
func TestRestoreCutBeforeLossIsNoted(t *testing.T) {
	p := newPractice(t, false)
	v := p.open()
	half(p, v, false)
	if err := v.CutRemake(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(p.places.Journal, p.places.Journal+".2"); err != nil { // as a purge that is cut short leaves it
		t.Fatal(err)
	}
	r, err := v.Restore(t.Context(), false)
	if err != nil || r.Leap == 0 || r.Whole() {
		t.Errorf("%d numbers, missing %v, %v", r.Leap, r.Missing, err)
	}
	if _, err := os.Stat(filepath.Join(p.places.State, "restauration-en-cours")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the copy is left: %v", err)
	}
}
