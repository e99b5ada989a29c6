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

	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/logbook"
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
var stateNames = []string{"journal", "journal.2", "journal.replay", "journal.rebuild", "journal.anchor", "journal.anchor.new", "journal.anchor.lock", "cards", "token", "control.sock", "origins.json", "identity.key",
	"localhost-ca.crt", "localhost.pem", "update.json", "code-note", "mail.password", "lecture", "restauration", "restauration-en-cours", "restauration.lock", "endommage-*"}

// How the key file of the journal begins: with its title or, on Windows, with the version
// and the provider of what CryptProtectData gives (DATA_BLOB of DPAPI).
const (
	keyMark    = "Agrafe : clé secrète du journal"
	sealedMark = "\x01\x00\x00\x00\xd0\x8c\x9d\xdf\x01\x15\xd1\x11"
)

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
	done, err := removeFile(d.Key, beginsWith(keyMark, sealedMark))
	note(d.Key, done, err)
	done, err = removeFile(d.Anchor, isAnchor)
	note(d.Anchor, done, err)
	if done && err == nil {
		if err := os.Remove(d.Anchor + ".lock"); !errors.Is(err, fs.ErrNotExist) {
			note(d.Anchor+".lock", true, err)
		}
	}
	for _, path := range d.logs() {
		done, err := removeFile(path, beginsWith(logbook.Mark))
		note(path, done, err)
	}
	if _, err := os.Lstat(d.Backup); d.Backup != "" && err == nil {
		kept = append(kept, d.Backup)
	}
	return removed, kept, failed
}

// removeState empties a state folder of ours. It is gone, true, if nothing else was in
// it. A folder is ours that has a journal, in one of its two folders, and the machine's
// identity; one that a link stands for is not.
func removeState(dir string) (bool, error) {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return false, err
	}
	has := func(name string) bool {
		i, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name)))
		return err == nil && i.Mode().IsRegular()
	}
	if !has("identity.key") || !has("journal/MANIFEST") && !has("journal.2/MANIFEST") {
		return false, nil
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	for _, e := range list {
		if isState(e.Name()) {
			err = errors.Join(err, RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err == nil && os.Remove(dir) == nil, err
}

// isState says whether name is one of stateNames, or that of a file which was to become it
// when the machine went down (package durable: NAME.XXXXXXXX.tmp).
func isState(name string) bool {
	if unfinished, ok := strings.CutSuffix(name, ".tmp"); ok {
		if dot := strings.LastIndexByte(unfinished, '.'); dot > 0 && dot == len(unfinished)-9 {
			name = unfinished[:dot]
		}
	}
	return slices.ContainsFunc(stateNames, func(known string) bool {
		start, open := strings.CutSuffix(known, "*")
		return name == known || open && strings.HasPrefix(name, start)
	})
}

// removeFile removes the file at path if it is ours. "" is not there.
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

// isAnchor knows an anchor by a slot of its that is whole. One that is damaged stays.
func isAnchor(path string) (bool, error) {
	_, _, err := journal.Witness(path)
	return err == nil, nil
}

// logs are the log and those that were rotated away, to the first that is not there:
// log.files of the configuration is no more.
func (d Data) logs() []string {
	if d.Log == "" {
		return nil
	}
	list := []string{d.Log}
	for n := 1; ; n++ {
		old := d.Log + "." + strconv.Itoa(n)
		if _, err := os.Lstat(old); err != nil {
			return list
		}
		list = append(list, old)
	}
}
