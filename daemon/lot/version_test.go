package lot

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
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

// stored reads records as a program of an older version wrote them.
func stored(t *testing.T, name string) (entries []journal.Entry) {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r struct {
			Time    time.Time       `json:"date"`
			Kind    string          `json:"genre"`
			Subject string          `json:"sujet"`
			Actor   string          `json:"acteur"`
			Cause   string          `json:"cause"`
			Version uint16          `json:"version"`
			Data    json.RawMessage `json:"donnees"`
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, journal.Entry{Time: r.Time, Kind: r.Kind, Subject: r.Subject, Actor: r.Actor, Cause: r.Cause, Version: r.Version, Data: r.Data})
	}
	if err := lines.Err(); err != nil || len(entries) == 0 {
		t.Fatalf("%d records, %v", len(entries), err)
	}
	return entries
}

// derived lists the derived keys with their values.
func derived(t *testing.T, b *Book) []byte {
	t.Helper()
	var out strings.Builder
	err := b.journal.View(func(s journal.State) error {
		items, err := s.Scan("", "", 0, false)
		for _, item := range items {
			fmt.Fprintf(&out, "%s = %s\n", item.Key, strings.ReplaceAll(string(item.Value), "\n", " "))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out.String())
}

// The records of version 1 give the state that is written down, and the file that
// version 1 made; the book goes on from there in this version.
func TestVersion1(t *testing.T) {
	b := openBook(t, t.TempDir())
	entries := stored(t, "version1.ndjson")
	if _, err := b.journal.Update(t.Context(), func(journal.State) ([]journal.Entry, error) { return entries, nil }); err != nil {
		t.Fatal(err)
	}
	golden(t, "version1.txt", derived(t, b))
	lots, _, err := b.Lots("", 1000)
	if err != nil || len(lots) != 3 {
		t.Fatalf("%d lots, %v", len(lots), err)
	}
	_, file, err := b.File(lots[2].ID)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "version1.b2", file)
	if _, err := b.ReopenLot(t.Context(), alice, lots[2].ID, Call{}); err != nil {
		t.Fatal(err)
	}
	d := draft(doctor)
	if f := signed(t, b, alice, d, priceOf(t, d)); f.Numero != 5 || f.Lot != lots[0].ID {
		t.Errorf("the next FSE has number %d, in the open lot %t", f.Numero, f.Lot == lots[0].ID)
	}
	verify(t, b)
}

// Every version that ever was has its way up, and no other is taken in.
func TestVersions(t *testing.T) {
	for v := range uint16(schema + 3) {
		_, err := upgraded(journal.Record{Version: v, Data: []byte("{}")})
		switch {
		case v == 0 && !errors.Is(err, errRecord), v > schema && !errors.Is(err, ErrNewer), v >= 1 && v <= schema && err != nil:
			t.Errorf("version %d: %v", v, err)
		}
	}
}

// What a newer program wrote is refused and left as it is.
func TestNewerVersion(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	f := signed(t, b, alice, d, priceOf(t, d))
	before := derived(t, b)
	_, err := b.journal.Update(t.Context(), func(journal.State) ([]journal.Entry, error) {
		e, err := (&fseChange{State: "inconnu"}).record(f.ID, alice, "")
		e.Version = schema + 1
		return one(e, err)
	})
	wantError(t, err, ErrNewer)
	if diff := cmp.Diff(string(before), string(derived(t, b))); diff != "" {
		t.Errorf("the state changed: %s", diff)
	}
}

// A journal whose state another version derived is not opened, whatever its
// records.
func TestOtherDerivation(t *testing.T) {
	for _, test := range []struct {
		name  string
		value string
		want  error
	}{{"older", "1", ErrStale}, {"without a mark", "", ErrStale}, {"version 2 without a checkpoint", "2", ErrStale}, {"newer", strconv.Itoa(derivation + 1), ErrNewer}} {
		t.Run(test.name, func(t *testing.T) {
			o := optionsIn(t.TempDir())
			other := JournalOptions(o)
			other.Project = func(r journal.Record, w journal.Writer) error {
				if err := project(r, w); err != nil {
					return err
				}
				return w.Set(keyDerivation, []byte(test.value))
			}
			j, err := journal.Open(other)
			if err != nil {
				t.Fatal(err)
			}
			_, err = j.Update(t.Context(), func(journal.State) ([]journal.Entry, error) {
				return one((&fseChange{State: "brouillon", Owner: alice, Draft: draft(doctor)}).record("a", alice, ""))
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			_, err = Open(o)
			wantError(t, err, test.want)
		})
	}
}

// A lot numbered by destination goes on behind those that the payers of it had, each on
// its own, before version 4.
func TestLotNumberBehindOlder(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	price := priceOf(t, d)
	older := &Lot{ID: newID(), Numero: 41, Regime: price.Destinataire.Regime, Caisse: price.Destinataire.Caisse, Centre: price.Destinataire.Centre,
		Certification: "D", NumeroAM: doctor, Environment: Demonstration, Opened: openDay}
	if _, err := b.journal.Update(t.Context(), func(journal.State) ([]journal.Entry, error) {
		return one((&lotChange{State: fse.LotClos, At: &openDay, New: older}).record(older.ID, alice, ""))
	}); err != nil {
		t.Fatal(err)
	}
	f := signed(t, b, alice, d, price)
	if l, err := b.Lot(f.Lot); err != nil || l.Numero != 42 {
		t.Errorf("lot %d, %v, want 42", l.Numero, err)
	}
	verify(t, b)
}
