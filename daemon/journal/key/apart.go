package key

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// checkApart refuses a path that lies in or under one of the folders, by its name or by where links lead from it. It compares
// folders as the system does, not their names: letter case, links and mounts do not deceive it.
// A folder that is not there holds nothing.
func checkApart(op, path string, apart []string) error {
	places, err := parents(path)
	if err != nil {
		return asError(op, path, err)
	}
	for _, folder := range apart {
		in, err := os.Stat(folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return &Error{Kind: Internal, Op: op, Path: path, Err: err}
		}
		for _, p := range places {
			if os.SameFile(in, p) {
				return &Error{Kind: Inside, Op: op, Path: path, Folder: folder}
			}
		}
	}
	return nil
}

// parents returns all folders above path, and all above the file that it leads to.
func parents(path string) ([]fs.FileInfo, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	dirs := []string{filepath.Dir(abs)}
	target, err := filepath.EvalSymlinks(abs)
	switch {
	case err == nil:
		dirs = append(dirs, filepath.Dir(target))
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	var all []fs.FileInfo
	for _, dir := range dirs {
		dir, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return nil, err
		}
		for {
			info, err := os.Stat(dir)
			if err != nil {
				return nil, err
			}
			all = append(all, info)
			up := filepath.Dir(dir)
			if up == dir {
				break
			}
			dir = up
		}
	}
	return all, nil
}
