package lot

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/google/go-cmp/cmp"
)

// The records of version 2 give the state that is written down, and the file that
// version 2 made. Its signed FSE have their sheets, its lots their bordereaux.
func TestVersion2(t *testing.T) {
	b := openBook(t, t.TempDir())
	entries := stored(t, "version2.ndjson")
	if _, err := b.journal.Update(t.Context(), func(journal.State) ([]journal.Entry, error) { return entries, nil }); err != nil {
		t.Fatal(err)
	}
	golden(t, "version2.txt", derived(t, b))
	wantVersion2(t, b)
}

// wantVersion2 looks at a book of the records of version 2, and goes on with it.
func wantVersion2(t *testing.T, b *Book) {
	t.Helper()
	lots, _, err := b.Lots("", 1000)
	if err != nil || len(lots) != 4 {
		t.Fatalf("%d lots, %v", len(lots), err)
	}
	first := lots[3]
	_, file, err := b.File(first.ID)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "version2.b2", file)
	if n := b.Queue().Papers; n != 5 { // four sheets that are in lots, one bordereau
		t.Errorf("%d papers", n)
	}
	days, err := b.Days(june(1), june(30), Practice)
	if err != nil || len(days) != 1 || days[0].Count != 6 {
		t.Errorf("%+v, %v", days, err)
	}
	for state, want := range map[fse.State]int{fse.Brouillon: 3, fse.ASigner: 1, fse.EnLot: 5, fse.Annulee: 1, fse.Rejetee: 0} {
		list, _, err := b.ListWhere(Practice, Filter{States: []fse.State{state}}, "", 100)
		if err != nil || len(list) != want {
			t.Errorf("%d FSE are %s, want %d, %v", len(list), state, want, err)
		}
	}
	if late, err := b.Late(at("2026-07-16")); err != nil || late.CountToSign != 1 || late.CountToSend != 5 || late.CountOpen+late.CountClosed != 4 {
		t.Errorf("%+v, %v", late, err)
	}
	post(t, b, first.ID)
	if n := b.Queue().Papers; n != 3 {
		t.Errorf("%d papers once a lot is posted", n)
	}
	d := draft(doctor)
	if f := signed(t, b, alice, d, priceOf(t, d)); f.Numero != 10 { // three were lost
		t.Errorf("the next FSE has number %d", f.Numero)
	}
	verify(t, b)
}

// keysOf are the keys that a program of an older version derived from its records.
func keysOf(t *testing.T, name string) (keys [][2]string) {
	t.Helper()
	file, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(file))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var pair [2]string
		if err := json.Unmarshal(lines.Bytes(), &pair); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, pair)
	}
	return keys
}

// purged2 makes in o a journal that a program of version 2 has purged: it begins with the
// keys that version 2 derived of its records. What is behind was written by version 2 too.
func purged2(t *testing.T, o Options, behind ...journal.Entry) {
	t.Helper()
	entries, keys := stored(t, "version2.ndjson"), keysOf(t, "version2.keys")
	other := JournalOptions(o)
	other.Project = func(r journal.Record, w journal.Writer) error {
		if r.Seq != uint64(len(entries)) {
			return nil
		}
		for _, pair := range keys {
			if err := w.Set(pair[0], []byte(pair[1])); err != nil {
				return err
			}
		}
		return nil
	}
	j, err := journal.Open(other)
	if err != nil {
		t.Fatal(err)
	}
	write := func(entries []journal.Entry) {
		if _, err := j.Update(t.Context(), func(journal.State) ([]journal.Entry, error) { return entries, nil }); err != nil {
			t.Fatal(err)
		}
	}
	write(entries)
	_, err = j.Purge(t.Context(), uint64(len(entries)), func(journal.Past) (journal.Keep, error) {
		return journal.Keep{Key: func(string, []byte) bool { return true },
			Record: func(r journal.Record) bool { return strings.Contains(string(r.Data), "sceau") }}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(behind) > 0 {
		write(behind)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// A purge of version 2 has left keys of its time at the beginning of the journal. They are
// adopted when the book is opened, and a replay gives the same state.
func TestPurgedByVersion2(t *testing.T) {
	o := optionsIn(t.TempDir())
	purged2(t, o)
	for range 2 { // the second time there is nothing left to do
		b, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		verify(t, b)
		for _, line := range strings.Split(string(derived(t, b)), "\n") {
			if strings.HasPrefix(line, "attente/fse ") || strings.HasPrefix(line, "attente/lot ") || strings.HasPrefix(line, "attente/lot/") {
				t.Errorf("a list of version 2: %s", line)
			}
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	wantVersion2(t, b)
}

// Where version 2 has gone on behind its purge, the journal is stale, is rebuilt as any
// other, and adopted then.
func TestPurgedByVersion2AndWritten(t *testing.T) {
	o := optionsIn(t.TempDir())
	var toSign, closed string
	for _, pair := range keysOf(t, "version2.keys") {
		switch {
		case strings.HasPrefix(pair[0], "attente/fse/"):
			toSign = pair[1]
		case strings.HasPrefix(pair[0], "lots/") && closed == "":
			closed = pair[1]
		}
	}
	changes := []fseChange{{State: fse.Brouillon, Certification: "D", Draft: on(17)}, {State: fse.Annulee}}
	var behind []journal.Entry
	for _, c := range changes {
		entry, err := c.record(toSign, alice, "erreur")
		if err != nil {
			t.Fatal(err)
		}
		behind = append(behind, entry)
	}
	reopen, err := (&lotChange{State: fse.LotOuvert}).record(closed, alice, "")
	if err != nil {
		t.Fatal(err)
	}
	behind = append(behind, reopen)
	for i := range behind {
		behind[i].Version = 2
	}
	purged2(t, o, behind...)
	_, err = Open(o)
	wantError(t, err, ErrStale)
	o = rebuilt(t, o)
	b, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	verify(t, b)
	if q := b.Queue(); q.Papers != 4 || q.ToSign != 0 || q.Lots != 4 || q.Closed != 0 {
		t.Errorf("%+v", q)
	}
	wantLists(t, b)
	if _, err := b.CloseLot(t.Context(), alice, closed, Call{}); err != nil || b.Queue().Papers != 5 {
		t.Errorf("%d papers, %v", b.Queue().Papers, err)
	}
	verify(t, b)
}

// rebuilt makes a new journal of what stands in that of o.
func rebuilt(t *testing.T, o Options) Options {
	t.Helper()
	saved, err := journal.Salvage(JournalOptions(o))
	if err != nil {
		t.Fatal(err)
	}
	n := o
	n.Dir, n.Anchor = filepath.Join(t.TempDir(), "journal"), filepath.Join(t.TempDir(), "anchor")
	if _, err := journal.Rebuild(context.Background(), JournalOptions(n), 0, saved); err != nil {
		t.Fatal(err)
	}
	return n
}

// wantLists compares every list with a look at all FSE.
func wantLists(t *testing.T, b *Book) {
	t.Helper()
	all, _, err := b.List(Practice, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	states, days := map[fse.State][]string{}, map[fse.Date][]string{}
	for _, f := range all {
		states[f.State] = append(states[f.State], f.ID)
		days[f.Draft.DateSoins] = append(days[f.Draft.DateSoins], f.ID)
	}
	for _, s := range []fse.State{fse.Brouillon, fse.ASigner, fse.EnLot, fse.Rejetee} {
		if diff := cmp.Diff(states[s], listed(t, b, Practice, Filter{States: []fse.State{s}}, 7)); diff != "" {
			t.Errorf("FSE that are %s: -want +got\n%s", s, diff)
		}
	}
	for day, want := range days {
		if diff := cmp.Diff(want, listed(t, b, Practice, Filter{Day: day}, 7)); diff != "" {
			t.Errorf("FSE of %s: -want +got\n%s", day, diff)
		}
	}
}
