package key

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// Credential is the name under which systemd gives the service its key (LoadCredential=, LoadCredentialEncrypted=).
const Credential = "agrafe-journal-key"

const (
	opLoad   = "cannot load the journal key"
	opCreate = "cannot create the journal key"

	// title is the first line of a key file, for whoever finds it.
	title   = "Agrafe : clé secrète du journal. Ne pas copier avec les données.\n"
	fileLen = len(title) + codeLen + 1
	// readMost bounds what is read of a file: what DPAPI makes of a key is longer than the key.
	readMost = 16 << 10
)

// Load returns the secret of the systemd credential if this process was given one, otherwise that of the file at path.
// apart are the folders of data and backups: the file may not be in or under one of them.
//
// It changes nothing. Of Missing the remedy is Create at a first start, and Recover and Keep when there are data already.
func Load(path string, apart ...string) (Secret, error) {
	if c := credential(); c != "" {
		b, err := os.ReadFile(c) // systemd sees to who may read it
		if err == nil {
			return decode(c, b)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return Secret{}, &Error{Kind: Internal, Op: opLoad, Path: c, Err: err}
		}
	}
	if err := checkApart(opLoad, path, apart); err != nil {
		return Secret{}, err
	}
	b, err := readPrivate(path)
	if err != nil {
		return Secret{}, asError(opLoad, path, err)
	}
	return decode(path, b)
}

// credential is where systemd puts the key, "" when it gives this process none.
func credential() string {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, Credential)
}

// Create draws a secret and puts it into a new file at path, whose folder must be there. It hands the recovery code to show, which must
// return only when a person, or a file that a person asked for, has it; if show fails nothing is kept. The
// secret is durable when Create returns. A file that is there, or a credential, gives an Exists error and is left as it is.
func Create(path string, show func(code string) error, apart ...string) (Secret, error) {
	s, err := generate()
	if err != nil {
		return Secret{}, err
	}
	if err := keep(path, s, show, apart); err != nil {
		return Secret{}, err
	}
	return s, nil
}

// Keep puts a recovered secret into a new file at path, under the conditions of Create.
func Keep(path string, s Secret, apart ...string) error {
	return keep(path, s, func(string) error { return nil }, apart)
}

// keep writes the file under another name before it asks show, so that a disk that can't hold it is found before a code is on paper,
// and gives it its name afterwards, so that a process that dies in between leaves no key whose code nobody has seen.
func keep(path string, s Secret, show func(string) error, apart []string) error {
	if err := checkApart(opCreate, path, apart); err != nil {
		return err
	}
	for _, p := range []string{credential(), path} {
		if p == "" {
			continue
		}
		if _, err := os.Lstat(p); err == nil {
			return &Error{Kind: Exists, Op: opCreate, Path: p}
		}
	}
	removeUnnamed(path)
	tmp := path + "." + rand.Text() + unnamed
	if err := writePrivate(tmp, s); err != nil {
		os.Remove(tmp)
		return asError(opCreate, path, err)
	}
	if err := show(s.Code()); err != nil {
		os.Remove(tmp)
		return &Error{Kind: NotShown, Op: opCreate, Path: path, Err: err}
	}
	if err := moveNew(tmp, path); err != nil {
		os.Remove(tmp)
		if _, lerr := os.Lstat(path); lerr == nil { // somebody else was faster
			err = &Error{Kind: Exists}
		}
		return asError(opCreate, path, err)
	}
	return asError(opCreate, path, confirm(path, s))
}

// unnamed ends the name of a key file that is not yet one.
const unnamed = ".new"

// removeUnnamed removes what an interrupted creation has left: keys that were never used.
func removeUnnamed(path string) {
	left, err := filepath.Glob(path + ".*" + unnamed)
	if err != nil {
		return // the path has a bracket in it; what is left does no harm
	}
	for _, f := range left {
		os.Remove(f)
	}
}

func writePrivate(path string, s Secret) error {
	b, err := seal(s.encode())
	if err != nil {
		return err
	}
	f, err := createPrivate(path)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// confirm makes the name durable and reads back what it names.
func confirm(path string, s Secret) error {
	if err := durable.SyncDir(filepath.Dir(path)); err != nil {
		return err
	}
	b, err := readPrivate(path)
	if err != nil {
		return err
	}
	back, err := decode(path, b)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(back.root[:], s.root[:]) != 1 {
		return &Error{Kind: Exists, Op: opCreate, Path: path}
	}
	return nil
}

// readPrivate reads the file at path if it belongs to this user alone.
func readPrivate(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file")
	}
	if err := checkPrivate(f, info); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, readMost))
	if err != nil {
		return nil, err
	}
	return unseal(b)
}

func (s Secret) encode() []byte { return []byte(title + s.Code() + "\n") }

// decode accepts what encode writes and nothing else: the checks of the code are those of the file.
func decode(path string, b []byte) (Secret, error) {
	if len(b) != fileLen {
		return Secret{}, &Error{Kind: Length, Op: opLoad, Path: path}
	}
	s, err := Recover(string(b[len(title) : len(b)-1]))
	if err != nil || subtle.ConstantTimeCompare(s.encode(), b) != 1 {
		return Secret{}, &Error{Kind: Damaged, Op: opLoad, Path: path}
	}
	return s, nil
}

// asError makes err an *Error about path; nil stays nil.
func asError(op, path string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		c := *e
		c.Op, c.Path = op, path
		return &c
	}
	kind := Internal
	switch {
	case errors.Is(err, fs.ErrNotExist):
		kind = Missing
		if op == opCreate {
			kind = Internal // it is the folder that is missing, or it went away
		}
	case errors.Is(err, fs.ErrExist):
		kind = Exists
	}
	return &Error{Kind: kind, Op: op, Path: path, Err: err}
}
