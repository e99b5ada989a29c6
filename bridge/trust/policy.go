package trust

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// policy is what the administrator of the machine says of origins.
type policy struct {
	origins map[Origin][]Scope
	locked  bool    // no other origin is let in, and none can be paired
	faults  []error // files that could not be used
}

// policyFile is one file of the policy folder:
//
//	locked = true # optional: the users of this machine add no other origin
//
//	[[origin]]
//	origin = "https://ehr.example"
//	scopes = ["readers", "cards", "fse"]
type policyFile struct {
	Locked  bool          `toml:"locked"`
	Origins []policyEntry `toml:"origin"`
}

type policyEntry struct {
	Origin Origin   `toml:"origin"`
	Scopes []string `toml:"scopes"`
}

// PolicyError is a file of the policy that can't be used. None of it is.
type PolicyError struct {
	File string
	Line int // 0 if it is about the whole file
	Why  string
}

func (e *PolicyError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("cannot use the policy %s: %s", e.File, e.Why)
	}
	return fmt.Sprintf("cannot use the policy %s: line %d: %s", e.File, e.Line, e.Why)
}

// readPolicy reads the files *.toml of dir, in the order of their names, and what
// the system has for policies of its own. A file with a fault is refused as a
// whole, and locks the list until it is mended: whether it would have locked it
// can't be known. A folder that is not there is an empty policy.
func readPolicy(dir string, listable func(Origin) bool) policy {
	p := systemPolicy(listable)
	files, err := policyFiles(dir)
	if err != nil {
		p.refuse(&PolicyError{File: dir, Why: err.Error()})
	}
	for _, file := range files {
		f, err := readPolicyFile(file, listable)
		if err == nil {
			err = p.add(file, f)
		}
		if err != nil {
			p.refuse(err)
		}
	}
	return p
}

func (p *policy) refuse(err error) {
	p.faults = append(p.faults, err)
	p.locked = true
}

// add takes f in, unless it speaks of an origin that another file speaks of.
func (p *policy) add(file string, f policyFile) error {
	for _, e := range f.Origins {
		if _, twice := p.origins[e.Origin]; twice {
			return &PolicyError{File: file, Why: e.Origin.String() + " is in another file already"}
		}
	}
	for _, e := range f.Origins {
		p.origins[e.Origin], _ = ParseScopes(e.Scopes) // which has worked: see faultOf
	}
	p.locked = p.locked || f.Locked
	return nil
}

// policyFiles lists the files of the policy.
func policyFiles(dir string) ([]string, error) {
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := onlyItsOwnerWrites(dir); err != nil {
		return nil, err
	}
	var files []string
	for _, e := range list {
		if strings.HasSuffix(e.Name(), ".toml") {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, nil
}

// onlyItsOwnerWrites refuses what the group or others may change: it would be the
// policy of whoever comes by.
func onlyItsOwnerWrites(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("others than its owner may change it (mode %04o)", info.Mode().Perm())
	}
	return nil
}

func readPolicyFile(file string, listable func(Origin) bool) (f policyFile, err error) {
	text, err := os.ReadFile(file)
	if err == nil {
		err = onlyItsOwnerWrites(file)
	}
	if err != nil {
		return f, &PolicyError{File: file, Why: err.Error()}
	}
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&f); err != nil {
		line, why := placeOf(err)
		return f, &PolicyError{File: file, Line: line, Why: why}
	}
	for i := range f.Origins {
		if why := f.faultOf(i, listable); why != "" {
			return f, &PolicyError{File: file, Line: lineOfEntry(text, i), Why: why}
		}
	}
	return f, nil
}

// faultOf is what is wrong with the i-th origin, "" if nothing is.
func (f policyFile) faultOf(i int, listable func(Origin) bool) string {
	e := f.Origins[i]
	_, err := ParseScopes(e.Scopes)
	switch {
	case e.Origin == Origin{}:
		return "no origin is named"
	case err != nil:
		return err.Error()
	case !listable(e.Origin):
		return needsDev
	case slices.ContainsFunc(f.Origins[:i], func(other policyEntry) bool { return other.Origin == e.Origin }):
		return "this origin stands twice in the file"
	}
	return ""
}

// placeOf is the line at which TOML could not be read, and the reason.
func placeOf(err error) (line int, why string) {
	if unknown, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(unknown.Errors) > 0 {
		line, _ := unknown.Errors[0].Position()
		return line, strings.Join(unknown.Errors[0].Key(), ".") + ": unknown key"
	}
	if bad, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, _ := bad.Position()
		return line, strings.TrimPrefix(bad.Error(), "toml: ")
	}
	return 0, strings.TrimPrefix(err.Error(), "toml: ")
}

// lineOfEntry is the line of the i-th [[origin]].
func lineOfEntry(text []byte, i int) int {
	for n, line := range strings.Split(string(text), "\n") {
		if line = strings.ReplaceAll(line, " ", ""); strings.HasPrefix(line, "[[origin]]") {
			if i--; i < 0 {
				return n + 1
			}
		}
	}
	return 0
}

// stampOf changes when a file of the policy does, or what the system has for one.
func stampOf(dir string) string {
	files, err := policyFiles(dir)
	if err != nil {
		return systemStamp() + err.Error()
	}
	var stamp strings.Builder
	stamp.WriteString(systemStamp())
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			fmt.Fprintf(&stamp, "%s: %v\n", file, err)
			continue
		}
		fmt.Fprintf(&stamp, "%s %d %d %v\n", file, info.Size(), info.ModTime().UnixNano(), info.Mode())
	}
	return stamp.String()
}
