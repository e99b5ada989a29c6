package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
)

// openAnchor reads the anchor, or makes one where nothing has ever been written.
func (j *Journal) openAnchor() error {
	used, err := j.opts.used()
	if err != nil {
		return err
	}
	j.anchor, err = openAnchor(j.opts.openFile, j.opts.AnchorFile, os.O_RDWR)
	if !errors.Is(err, errNoAnchor) {
		return err
	}
	if _, err := os.Lstat(j.opts.rebuildMark()); err == nil {
		return damaged("cannot open the journal", "a finished rebuilding", "one that was cut short")
	}
	if used {
		return damaged("cannot open the journal", "an anchor file beside the records", "none")
	}
	var id ID
	rand.Read(id[:])
	j.anchor, err = createAnchor(j.opts.openFile, j.opts.AnchorFile, slot{id: id, tail: firstBase(id).tail})
	return err
}

// used tells whether there has ever been a journal in one of the folders.
func (o Options) used() (bool, error) {
	for epoch := range uint32(2) {
		if used, err := hasFiles(o.folder(epoch)); used || err != nil {
			return used, err
		}
	}
	return false, nil
}

// hasFiles tells whether Badger has ever kept something in dir.
func hasFiles(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		switch filepath.Ext(e.Name()) {
		case ".sst", ".mem", ".vlog":
			return true, nil
		}
		if e.Name() == badger.ManifestFilename {
			return true, nil
		}
	}
	return false, nil
}

// reconcile compares the anchor with the end of the records. Behind by the records of the last transaction is what a crash
// between the two writes leaves: it is moved forward once their chain is verified. Anything else is damage.
func (j *Journal) reconcile(st *store, a slot) (storedTail, error) {
	const op = "cannot open the journal"
	txn := st.db.NewTransaction(false)
	defer discard(txn)
	s := State{txn: txn, gate: st.gate}
	id, err := s.load(keyIdentity)
	if err != nil {
		return storedTail{}, err
	}
	t, found, err := s.tail()
	if err != nil {
		return storedTail{}, err
	}
	want := a.tail
	if id == nil && !found && want.last == 0 {
		st.base = firstBase(a.id)
		return j.begin(st.db, a)
	}
	if string(id) != string(a.id[:]) {
		return storedTail{}, damaged(op, "journal "+a.id.String(), fmt.Sprintf("journal %.8x", id))
	}
	if st.base, err = s.loadBase(a); err != nil {
		return storedTail{}, err
	}
	s.base = st.base
	switch {
	case !found && want.last == 0:
		return storedTail{tail: want}, nil
	case !found:
		return storedTail{}, damaged(op, want.String(), "no record")
	case t.tail == want:
		s.last = t.last
		_, _, err := s.Read(t.last)
		return t, err
	case want.last == t.first-1:
		return t, j.catchUp(s, t, want)
	}
	return storedTail{}, damaged(op, want.String(), t.tail.String())
}

// loadBase returns what the chain begins with, which the anchor knows too.
func (s State) loadBase(a slot) (base, error) {
	v, err := s.load(keyCheckpoint)
	if err != nil {
		return base{}, err
	}
	b := firstBase(a.id)
	if v != nil {
		var ok bool
		if b, ok = decodeBase(v); !ok {
			b = base{}
		}
	}
	if b.id != a.id || b.digest != a.purge.digest || b.last != a.purge.until {
		return base{}, s.gate.report(damaged("cannot open the journal",
			fmt.Sprintf("checkpoint %x… of record %d", a.purge.digest[:4], a.purge.until),
			fmt.Sprintf("checkpoint %x… of record %d", b.digest[:4], b.last)))
	}
	return b, nil
}

// begin writes the identity into a new journal.
func (j *Journal) begin(db *badger.DB, a slot) (storedTail, error) {
	err := db.Update(func(txn *badger.Txn) error { return txn.Set(keyIdentity, a.id[:]) })
	if err != nil {
		return storedTail{}, internal("cannot make the journal", cause(err))
	}
	return storedTail{tail: a.tail}, nil
}

// catchUp moves the anchor from want over the last transaction, whose records it checks.
func (j *Journal) catchUp(s State, t storedTail, want tail) error {
	s.last = t.last
	head := want.head
	for r, err := range s.Range(t.first, t.last) {
		if err != nil {
			return err
		}
		if r.Prev != head {
			return damaged("cannot open the journal", fmt.Sprintf("record %d linked to the anchor", r.Seq), "another link")
		}
		head = r.Hash
	}
	if head != t.head {
		return damaged("cannot open the journal", fmt.Sprintf("head %x…", t.head[:4]), fmt.Sprintf("%x…", head[:4]))
	}
	j.log.Info("journal: the anchor was behind by one transaction", "records", t.last-t.first+1)
	return j.anchor.move(t.tail)
}
