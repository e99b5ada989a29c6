package journal

import (
	"io/fs"
	"path/filepath"
	"time"
)

// Stats is what there is to know about a journal without reading it.
type Stats struct {
	ID  ID
	Dir string // the folder that is in use: Options.Dir, or the one beside it after a purge
	// Records is how many there are, of which Kept stand before the chain that goes from First to Last.
	Records, Kept uint64
	First, Last   uint64
	Head          Hash      // hash of record Last
	Levels        []Level   // the tables, the newest level first; empty levels are left out at the end
	DiskBytes     int64     // of all files in Dir; files that are mapped count as long as they were made
	FreeBytes     uint64    // on the volume
	LastCheck     time.Time // when everything was last found whole since the opening; zero when not yet
}

// Level is a level of Badger's tables.
type Level struct {
	Tables int
	Bytes  int64
}

// Stats returns what there is to know without reading records.
func (j *Journal) Stats() (Stats, error) {
	const op = "cannot tell the journal's state"
	if err := j.enter(op); err != nil {
		return Stats{}, err
	}
	defer j.calls.Done()
	st := j.acquire()
	defer j.release(st)
	out := Stats{ID: st.base.id, Dir: st.dir, Kept: st.base.count, First: st.base.last + 1}
	err := st.view(func(s State) error {
		t, found, err := s.tail()
		if !found {
			t.tail = s.base.tail
		}
		out.Records, out.Last, out.Head = t.count, t.last, t.head
		return err
	})
	if err != nil {
		return Stats{}, err
	}
	for _, l := range st.db.Levels() {
		out.Levels = append(out.Levels, Level{Tables: l.NumTables, Bytes: l.Size})
	}
	for n := len(out.Levels); n > 0 && out.Levels[n-1].Tables == 0; n-- {
		out.Levels = out.Levels[:n-1]
	}
	if out.DiskBytes, err = sizeOf(st.dir); err != nil {
		return Stats{}, internal(op, err)
	}
	if out.FreeBytes, err = j.opts.FreeSpace(j.opts.Dir); err != nil {
		return Stats{}, internal(op, err)
	}
	if t := st.gate.checked.Load(); t != nil {
		out.LastCheck = *t
	}
	return out, nil
}

// sizeOf adds up the files of a folder. One that is removed meanwhile does not count.
func sizeOf(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	return sum, err
}
