package place

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// RemoveAll removes a file, or a folder with all that is in it. Links and junctions are
// not followed.
//
// It is not os.RemoveAll, which asks for a way to delete (FileDispositionInformationEx)
// that not every file system has, and neither has wine.
func RemoveAll(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && info.IsDir() {
		err = removeIn(path)
	}
	return errors.Join(err, os.Remove(path))
}

func removeIn(dir string) error {
	list, err := os.ReadDir(dir)
	for _, e := range list {
		err = errors.Join(err, RemoveAll(filepath.Join(dir, e.Name())))
	}
	return err
}
