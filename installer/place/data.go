package place

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Data are the places where a service keeps the practice's data, as its configuration
// has them; "" where it has none.
type Data struct {
	State  string // folder
	Key    string // file
	Anchor string // file
	Log    string // file
	Backup string // folder; never removed
}

// stateNames are what the service makes in its state folder; with a '*', by the beginning.
var stateNames = []string{"journal", "journal.anchor", "journal.anchor.lock", "cards", "token", "control.sock", "origins.json", "identity.key",
	"localhost-ca.crt", "localhost.pem", "update.json", "code-note", "mail.password", "restauration", "restauration.lock", "endommage-*"}

// How the key file of the journal begins: with its title or, on Windows, with the version
// and the provider of what CryptProtectData gives (DATA_BLOB of DPAPI).
const (
	keyMark    = "Agrafe : clé secrète du journal"
	sealedMark = "\x01\x00\x00\x00\xd0\x8c\x9d\xdf\x01\x15\xd1\x11"
)

// logMark is how a line of the log begins.
const logMark = "time="

// maxAnchor is more than an anchor of the journal has, in bytes.
const maxAnchor = 4 << 10

// Remove removes what the service has made in these places, and nothing else: a
// configuration may name a folder that others use too, or one by mistake. What does not
// look like the service's stays and is returned as kept, with the reason; so do backups.
// A place that is not there is no error.
func (d Data) Remove() (removed, kept []string, failed error) {
	note := func(path string, done bool, err error) {
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("cannot remove the data: %w", err))
		case done:
			removed = append(removed, path)
		default:
			kept = append(kept, path+" (not the service's alone)")
		}
	}
	if d.State != "" {
		done, err := removeState(d.State)
		note(d.State, done, err)
	}
	for _, f := range []struct {
		path string
		ours func(string) (bool, error)
	}{{d.Key, beginsWith(keyMark, sealedMark)}, {d.Anchor, isAnchor}, {d.Log, beginsWith(logMark)}} {
		if f.path != "" {
			done, err := removeFile(f.path, f.ours)
			note(f.path, done, err)
		}
	}
	failed = errors.Join(failed, removeRest(d))
	if _, err := os.Lstat(d.Backup); d.Backup != "" && err == nil {
		kept = append(kept, d.Backup)
	}
	return removed, kept, failed
}

// removeState empties a state folder of ours. It is gone, true, if nothing else was in
// it. A folder is ours that has a journal and the machine's identity; one that a link
// stands for is not.
func removeState(dir string) (bool, error) {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return false, err
	}
	for _, mark := range []string{"journal/MANIFEST", "identity.key"} {
		if i, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(mark))); err != nil || !i.Mode().IsRegular() {
			return false, nil
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	for _, e := range list {
		if slices.ContainsFunc(stateNames, func(name string) bool {
			start, open := strings.CutSuffix(name, "*")
			return e.Name() == name || open && strings.HasPrefix(e.Name(), start)
		}) {
			err = errors.Join(err, RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err == nil && os.Remove(dir) == nil, err
}

func removeFile(path string, ours func(string) (bool, error)) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	if ok, err := ours(path); err != nil || !ok {
		return false, err
	}
	return true, os.Remove(path)
}

// beginsWith knows a file by how it begins.
func beginsWith(marks ...string) func(string) (bool, error) {
	return func(path string) (bool, error) {
		f, err := os.Open(path)
		if err != nil {
			return false, err
		}
		defer f.Close()
		start, err := io.ReadAll(io.LimitReader(f, 64))
		return slices.ContainsFunc(marks, func(mark string) bool { return strings.HasPrefix(string(start), mark) }), err
	}
}

// isAnchor knows an anchor by the file that locks it, which lies beside it.
func isAnchor(path string) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil || info.Size() > maxAnchor {
		return false, err
	}
	_, err = os.Lstat(path + ".lock")
	return err == nil, nil
}

// removeRest removes what lies beside files of ours that are gone: the anchor's lock,
// and the logs that were rotated away.
func removeRest(d Data) (failed error) {
	gone := func(path string) bool {
		_, err := os.Lstat(path)
		return path != "" && errors.Is(err, fs.ErrNotExist)
	}
	var list []string
	if gone(d.Anchor) {
		list = append(list, d.Anchor+".lock")
	}
	for n := 1; gone(d.Log) && n <= 100; n++ { // log.files of the configuration is no more
		list = append(list, d.Log+"."+strconv.Itoa(n))
	}
	for _, path := range list {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
