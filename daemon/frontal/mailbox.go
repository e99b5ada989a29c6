package frontal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// mailbox is a folder with a file for each mail, `00000042-<id>.eml`: the number
// orders them, the whole name is the UIDL. A mail that stands in no session yet, until
// the ledger says that it was taken, is `<id>.attente`.
type mailbox struct {
	dir string

	mu   sync.Mutex // protects what follows and the names in the folder
	last int        // number of the last mail
	busy bool       // a POP3 session has it
}

// openMailbox makes the folder when it is not there, and ends what a crash has left:
// a mail that waits is shown when taken knows its id, and else it goes. The address is
// a name of a file: checkMailbox has seen it.
func openMailbox(dir, address string, taken map[string]bool) (*mailbox, error) {
	m := &mailbox{dir: filepath.Join(dir, boxesDir, address)}
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot open the mailbox: %w", err)
	}
	names, err := m.names()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		number, _, _ := strings.Cut(name, "-")
		n, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("cannot open the mailbox: %s is no mail", filepath.Join(m.dir, name))
		}
		m.last = max(m.last, n)
	}
	waiting, err := filepath.Glob(filepath.Join(m.dir, "*"+waits))
	for _, path := range waiting {
		id := strings.TrimSuffix(filepath.Base(path), waits)
		if taken[id] {
			err = errors.Join(err, m.show(id))
		} else {
			err = errors.Join(err, os.Remove(path))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot open the mailbox: %w", err)
	}
	return m, nil
}

// waits ends the name of a mail that is not shown yet.
const waits = ".attente"

// names lists the mails in their order.
func (m *mailbox) names() ([]string, error) {
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return nil, fmt.Errorf("cannot list the mailbox: %w", err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".eml") { // not a file that a crash left unfinished
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// mailID is the name under which a mail stands in a mailbox, by its reception.key or
// the Message-ID of an answer.
func mailID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:10])
}

// hold makes a mail durable without showing it.
func (m *mailbox) hold(id string, raw []byte) error {
	return durable.WriteFile(filepath.Join(m.dir, id+waits), raw)
}

// show shows a mail that was held. One with the same id that is there already stays,
// alone.
func (m *mailbox) show(id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	names, err := m.names()
	if err != nil {
		return err
	}
	held, end := filepath.Join(m.dir, id+waits), "-"+id+".eml"
	if slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(name, end) }) {
		return os.Remove(held)
	}
	if err := os.Rename(held, filepath.Join(m.dir, fmt.Sprintf("%08d%s", m.last+1, end))); err != nil {
		return err
	}
	m.last++
	return durable.SyncDir(m.dir)
}

// stored is a mail as a session sees it.
type stored struct {
	name string
	size int64
}

// open takes the mailbox for a session, with the mails that are in it now. It
// returns false when another session has it.
func (m *mailbox) open() ([]stored, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy {
		return nil, false, nil
	}
	names, err := m.names()
	if err != nil {
		return nil, false, err
	}
	all := make([]stored, 0, len(names))
	for _, name := range names {
		info, err := os.Stat(filepath.Join(m.dir, name))
		if err != nil {
			return nil, false, fmt.Errorf("cannot list the mailbox: %w", err)
		}
		all = append(all, stored{name, info.Size()})
	}
	m.busy = true
	return all, true, nil
}

func (m *mailbox) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.busy = false
}

func (m *mailbox) read(s stored) ([]byte, error) { return os.ReadFile(filepath.Join(m.dir, s.name)) }

// remove deletes mails for good.
func (m *mailbox) remove(all []stored) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var failed error
	for _, s := range all {
		if err := os.Remove(filepath.Join(m.dir, s.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return errors.Join(failed, durable.SyncDir(m.dir))
}
