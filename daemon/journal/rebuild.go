package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// Rebuild makes a new journal in o.Dir, which must be absent or empty and without an anchor, of what the sources hold
// together, and derives its state. known is the number of the last record that is known to have existed, 0 if nobody knows.
//
// The chain is followed from the first source's beginning that is found, and stops at the first record that no source has:
// what is behind it can't be proved to belong there, so it is counted and not used. Where sources disagree on a record, the one
// that the chain goes on from wins; if it goes on from several, the longest, and then the source named first.
//
// Until Rebuild has returned, Open refuses the folder with a Damaged error, because the anchor is written last; the file
// Dir + ".rebuild" marks a folder that is not finished, which the next Rebuild empties. A source's error ends that source
// only. The errors are those of Open, Damaged when no source knows how the journal begins, and that of ctx.
func Rebuild(ctx context.Context, o Options, known uint64, sources ...Source) (Rebuilt, error) {
	const op = "cannot rebuild the journal"
	o, err := o.complete()
	if err != nil {
		return Rebuilt{}, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return Rebuilt{}, internal(op, err)
	}
	lock, err := takeLock(o.AnchorFile + ".lock")
	if err != nil {
		return Rebuilt{}, asError(op, err)
	}
	defer lock.Close()
	r, err := o.rebuild(ctx, known, sources)
	if err != nil {
		if ctx.Err() != nil {
			return Rebuilt{}, ctx.Err()
		}
		return Rebuilt{}, asError(op, err)
	}
	return r, nil
}

func (o Options) rebuildMark() string { return o.Dir + ".rebuild" }

func (o Options) rebuild(ctx context.Context, known uint64, sources []Source) (Rebuilt, error) {
	const op = "cannot rebuild the journal"
	beginning, err := beginningOf(op, sources)
	if err != nil {
		return Rebuilt{}, err
	}
	if err := o.prepare(op); err != nil {
		return Rebuilt{}, err
	}
	x, err := newBuilder(op, o, o.Dir)
	if err != nil {
		return Rebuilt{}, errors.Join(err, os.Remove(o.rebuildMark()))
	}
	out, err := x.fill(ctx, beginning, known, sources)
	if err != nil {
		x.remove()
		return Rebuilt{}, errors.Join(err, os.Remove(o.rebuildMark()))
	}
	// If this fails, the anchor decides: with it the journal is whole, without it the mark says that it is not.
	a, err := createAnchor(o.openFile, o.AnchorFile, slot{
		id: x.base.id, tail: x.tail, purge: purgeMark{digest: x.base.digest, until: x.base.last},
	})
	if err != nil {
		return Rebuilt{}, err
	}
	return out, errors.Join(a.close(), os.Remove(o.rebuildMark()))
}

// fill follows the chain through the sources.
func (x *builder) fill(ctx context.Context, b Beginning, known uint64, sources []Source) (Rebuilt, error) {
	if err := x.load(b); err != nil {
		return Rebuilt{}, err
	}
	m := newMerge(sources, x.tail)
	defer m.close()
	if err := m.run(ctx, x.append); err != nil {
		return Rebuilt{}, err
	}
	out := m.rest(known)
	out.Last, out.Head = x.tail.last, x.tail.head
	for _, err := range m.failed {
		x.opts.Logger.Warn("journal: a source of the rebuilding could not be read to its end", "err", err)
	}
	return out, x.finish()
}

// prepare checks that nothing is there that a journal could be, and marks the folder as not finished.
func (o Options) prepare(op string) error {
	if _, err := os.Lstat(o.AnchorFile); !errors.Is(err, os.ErrNotExist) {
		if err != nil {
			return err
		}
		return invalid(op, "there is an anchor already; move the journal there away first")
	}
	_, err := os.Lstat(o.rebuildMark())
	if err == nil { // what stands in Dir was not finished
		if err := o.clear(o.Dir); err != nil {
			return err
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, dir := range []string{o.Dir, o.folder(1)} {
		files, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if len(files) > 0 {
			return invalid(op, "the folder %s is not empty; rebuild into a new one", filepath.Base(dir))
		}
	}
	f, err := os.OpenFile(o.rebuildMark(), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), durable.SyncDir(filepath.Dir(o.Dir)))
}

// beginningOf returns the beginning that the first source which knows one gives. A source of the same journal that begins
// otherwise is from before or after a purge: its records behind the checkpoint chain as well.
func beginningOf(op string, sources []Source) (Beginning, error) {
	var first Beginning
	found := false
	for _, s := range sources {
		b, ok := s.Beginning()
		if ok && !found {
			first, found = b, true
		}
		if ok && b.ID != first.ID {
			return Beginning{}, invalid(op, "the sources are of two journals, %v and %v", first.ID, b.ID)
		}
	}
	if !found {
		return Beginning{}, damaged(op, "a source that knows how the journal begins", "none")
	}
	return first, nil
}

// load starts the chain at a beginning, with what its checkpoint has kept.
func (x *builder) load(b Beginning) error {
	if b.Checkpoint == nil {
		x.begin(firstBase(b.ID))
		return nil
	}
	at, err := readCheckpoint(b.Checkpoint, func(r Record, encoded []byte) error {
		x.put(recordKey(r.Seq), encoded)
		return x.spill()
	}, func(key string, value []byte) error {
		x.put(keptKey(key), value)
		return x.set(key, value)
	})
	if errors.Is(err, errCheckpoint) {
		err = damaged(x.op, "a whole checkpoint in the source", "other bytes")
	}
	if err == nil && at.id != b.ID {
		err = damaged(x.op, "a checkpoint of journal "+b.ID.String(), fmt.Sprintf("one of journal %v", at.id))
	}
	if err != nil {
		return err
	}
	x.begin(at)
	return nil
}
