package journal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

func levelZero(j *journal.Journal) int { return j.Engine().Levels()[0].NumTables }

func TestTablesAreMerged(t *testing.T) {
	o := options(t)
	j := open(t, o)
	text := fmt.Appendf(nil, "%q", strings.Repeat("z", 500<<10))
	for i := range 90 { // five times a table of level 0
		appendOne(t, j, journal.Entry{Kind: "n", Subject: fmt.Sprint(i % 7), Data: text})
	}
	j.Compact()
	if n := levelZero(j); n >= 4 {
		t.Errorf("level 0 has %d tables after merging", n)
	}
	check := func(j *journal.Journal) {
		if r, err := j.Verify(context.Background()); err != nil || r.Records != 90 || r.DerivedKeys != 8 {
			t.Errorf("Verify = %+v, %v", r, err)
		}
	}
	check(j)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	check(open(t, o))
}

// fourTables makes a journal with four tables in level 0, which the next opening merges.
func fourTables(t *testing.T) journal.Options {
	o := options(t)
	for range 4 {
		j := open(t, o)
		for i := range 300 {
			appendOne(t, j, journal.Entry{Kind: "n", Subject: fmt.Sprint(i), Actor: "a",
				Data: fmt.Appendf(nil, "%q", strings.Repeat("text ", 100))})
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func TestDamagedTablesAreNotMerged(t *testing.T) {
	o := fourTables(t)
	before := files(t, filepath.Dir(o.Dir), "*.sst")
	if len(before) != 4 {
		t.Fatalf("%d tables, want 4", len(before))
	}
	edit(t, before[1], func(b []byte) []byte { return flip(len(b)*6/10, 4)(b) }) // a record that opening does not read
	j := open(t, o)
	if err := j.Checked(context.Background()); journal.KindOf(err) != journal.Damaged {
		t.Fatalf("Checked = %v, want Damaged", err)
	}
	j.Compact()
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	for _, f := range before {
		if _, err := os.Stat(f); err != nil {
			t.Errorf("a table is gone: %v", err)
		}
	}
}

func TestWholeTablesAreMergedAtOpening(t *testing.T) {
	o := fourTables(t)
	j := open(t, o)
	if err := j.Checked(context.Background()); err != nil {
		t.Fatal(err)
	}
	j.Compact() // returns once the merging that the opening has begun is over
	if n := levelZero(j); n != 0 {
		t.Errorf("level 0 has %d tables", n)
	}
	if got := len(records(t, j)); got != 1200 {
		t.Errorf("%d records, want 1200", got)
	}
}

// TestMergingIsTriedAgain: with too little room to merge, nothing is merged, and 10 s later it is tried again.
func TestMergingIsTriedAgain(t *testing.T) {
	o := fourTables(t)
	var free atomic.Uint64
	free.Store(64 << 20)
	o.FreeSpace = func(string) (uint64, error) { return free.Load(), nil }
	synctest.Test(t, func(t *testing.T) {
		j := open(t, o)
		synctest.Wait()
		if n := levelZero(j); n != 4 {
			t.Errorf("level 0 has %d tables without room to merge, want 4", n)
		}
		free.Store(1 << 40)
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if n := levelZero(j); n != 0 {
			t.Errorf("level 0 has %d tables with room again, want 0", n)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
}
