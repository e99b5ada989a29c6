package virtual

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// extension of a card file.
const extension = ".toml"

// Load reads the card file name, with or without its extension, from fsys. A key
// that no card has is refused with the file and the line. The card files that a
// fault names are read too.
func Load(fsys fs.FS, name string) (*Spec, error) {
	spec, err := load(fsys, name, nil)
	if err != nil {
		return nil, fmt.Errorf("cannot load the virtual card %q: %w", name, err)
	}
	return spec, nil
}

// Names lists the card files in the root of fsys, without their extension.
func Names(fsys fs.FS) ([]string, error) {
	files, err := fs.Glob(fsys, "*"+extension)
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, extension)
	}
	return files, err
}

// load reads one card file; from are the names of the files that led to it.
func load(fsys fs.FS, name string, from []string) (*Spec, error) {
	name = strings.TrimSuffix(name, extension)
	if slices.Contains(from, name) {
		return nil, fmt.Errorf("%s: the cards of its faults lead back to it", name)
	}
	file := name + extension
	content, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	spec := &Spec{Name: path.Base(name)}
	decoder := toml.NewDecoder(bytes.NewReader(content)).DisallowUnknownFields()
	if err := decoder.Decode(spec); err != nil {
		return nil, fmt.Errorf("%s%w", file, position(err))
	}
	if err := spec.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for i := range spec.Faults {
		f := &spec.Faults[i]
		if f.Card == "" {
			continue
		}
		if f.other, err = load(fsys, f.Card, append(from, name)); err != nil {
			return nil, err
		}
	}
	return spec, nil
}

// position puts the line in front of an error of the TOML decoder.
func position(err error) error {
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(strict.Errors) > 0 {
		line, _ := strict.Errors[0].Position()
		return fmt.Errorf(":%d: unknown key %q", line, strings.Join(strict.Errors[0].Key(), "."))
	}
	if decode, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, _ := decode.Position()
		return fmt.Errorf(":%d: %w", line, err)
	}
	return fmt.Errorf(": %w", err)
}
