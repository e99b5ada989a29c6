package journal_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// purgeSteps has the child print a line at each step of a purge: when it asks for the free space, and before and after it syncs the
// anchor, which is the switch.
func purgeSteps(o journal.Options) journal.Options {
	o.Project = bookKeys
	o.FreeSpace = func(string) (uint64, error) {
		fmt.Println("step")
		return 1 << 40, nil
	}
	return journal.WithAnchorFile(o, func(next func() (journal.AnchorFile, error)) (journal.AnchorFile, error) {
		f, err := next()
		return steppedFile{f}, err
	})
}

type steppedFile struct{ journal.AnchorFile }

func (f steppedFile) SyncData() error {
	fmt.Println("step")
	err := f.AnchorFile.SyncData()
	fmt.Println("step")
	return err
}

// purgeForever writes and purges in turn, and prints what is acknowledged. What it purges is closed: subjects of an earlier turn.
func purgeForever(j *journal.Journal) {
	fail := func(err error) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for turn := 0; ; turn++ {
		var last uint64
		for i := range 20 {
			subject := fmt.Sprintf("%d-%d-%d", os.Getpid(), turn, i)
			rs, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
				return []journal.Entry{{Kind: "begin", Subject: subject}, {Kind: "close", Subject: subject}}, nil
			})
			if err != nil {
				fail(err)
			}
			for _, r := range rs {
				fmt.Println(r.Seq, r.Subject, "whole")
				last = r.Seq
			}
		}
		fmt.Println("purging", last, "whole")
		if _, err := j.Purge(context.Background(), last, openSubjects); err != nil {
			fail(err)
		}
		fmt.Println("purged", last, "whole")
	}
}

// TestKilledWhilePurging: after each kill the journal opens, as it was before the purge or as it is after.
func TestKilledWhilePurging(t *testing.T) {
	root := t.TempDir()
	acknowledged := make(map[uint64]string)
	var purging, purged uint64 // the last purge begun, and the last acknowledged
	before, after := 0, 0
	for range max(*kills/5, 10) {
		// The updates before a purge print 5 lines each, two of which are acknowledgements: most kills fall into the purge.
		runAndKill(t, "purge", root, 100+rand.IntN(20), func(line string) {
			fields := strings.Fields(line)
			if len(fields) != 3 || fields[2] != "whole" {
				return
			}
			switch fields[0] {
			case "purging":
				fmt.Sscan(fields[1], &purging)
			case "purged":
				fmt.Sscan(fields[1], &purged)
			default:
				keep(t, acknowledged, line)
			}
		})
		j := open(t, journal.Options{Dir: filepath.Join(root, "journal"), Project: bookKeys})
		st, err := j.Stats()
		if err != nil {
			t.Fatal(err)
		}
		switch done := st.First - 1; {
		case done != purged && done != purging:
			t.Fatalf("the chain begins behind record %d; the purge of %d is done, that of %d was begun", done, purged, purging)
		case done == purging && purging != purged:
			after++
		case purging != purged:
			before++
		}
		purged, purging = st.First-1, st.First-1
		for _, r := range records(t, j) {
			if want, ok := acknowledged[r.Seq]; ok && want != r.Subject {
				t.Fatalf("record %d was acknowledged as %s and is %s", r.Seq, want, r.Subject)
			}
		}
		for seq := range acknowledged {
			if seq > st.Last {
				t.Fatalf("record %d was acknowledged, the last is %d", seq, st.Last)
			}
		}
		if r, err := j.Verify(context.Background()); err != nil || r.Kept != 0 {
			t.Fatalf("Verify = %+v, %v", r, err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("kills that fell into a purge: %d found the old journal, %d the new one", before, after)
}
