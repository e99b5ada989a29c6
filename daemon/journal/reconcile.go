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
	used, err := hasFiles(j.opts.Dir)
	if err != nil {
		return err
	}
	j.anchor, err = openAnchor(j.opts.AnchorFile)
	if !errors.Is(err, errNoAnchor) {
		return err
	}
	if used {
		return damaged("cannot open the journal", "an anchor file beside the records", "none")
	}
	var id [16]byte
	rand.Read(id[:])
	j.anchor, err = createAnchor(j.opts.AnchorFile, id)
	return err
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
func (j *Journal) reconcile() (storedTail, error) {
	const op = "cannot open the journal"
	txn := j.db.NewTransaction(false)
	defer discard(txn)
	s := State{txn: txn, gate: j.gate}
	id, err := s.load(keyIdentity)
	if err != nil {
		return storedTail{}, err
	}
	t, found, err := s.tail()
	if err != nil {
		return storedTail{}, err
	}
	want := j.anchor.tail
	switch {
	case id == nil && !found && want.last == 0:
		return j.begin()
	case string(id) != string(j.anchor.id[:]):
		return storedTail{}, damaged(op, fmt.Sprintf("journal %x", j.anchor.id[:4]), fmt.Sprintf("journal %.8x", id))
	case !found && want.last == 0:
		return storedTail{tail: want}, nil
	case !found:
		return storedTail{}, damaged(op, want.String(), "no record")
	case t.tail == want:
		s.last = t.last
		_, _, err := s.Read(t.last)
		return t, err
	case want.last == t.first-1:
		return t, j.catchUp(s, t)
	}
	return storedTail{}, damaged(op, want.String(), t.tail.String())
}

// begin writes the identity into a new journal.
func (j *Journal) begin() (storedTail, error) {
	err := j.db.Update(func(txn *badger.Txn) error { return txn.Set(keyIdentity, j.anchor.id[:]) })
	if err != nil {
		return storedTail{}, internal("cannot make the journal", cause(err))
	}
	return storedTail{tail: j.anchor.tail}, nil
}

// catchUp moves the anchor over the last transaction, whose records it checks.
func (j *Journal) catchUp(s State, t storedTail) error {
	s.last = t.last
	head := j.anchor.tail.head
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
