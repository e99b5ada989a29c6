package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Kind says what went wrong, and so what can be done. The list is closed.
type Kind int

const (
	// Away: the folder is not there, or the share it is on can't be reached. Trying later is right.
	Away Kind = iota + 1
	// Refused: the folder can't be written or read by this user, or is read-only.
	Refused
	// Full: the volume of the folder has no room.
	Full
	// Foreign: the folder holds the backup of another journal.
	Foreign
	// WrongKey: the folder holds segments and this secret opens none.
	WrongKey
	// Empty: the folder holds no segment.
	Empty
	// Damaged: something of the backup can't be read back as it was written.
	Damaged
	// Moved: the journal was purged while it was being copied. Trying again is right.
	Moved
	// Internal: any other error of the system, or of the journal (see journal.KindOf).
	Internal
)

var kindNames = [...]string{
	Away: "away", Refused: "refused", Full: "full", Foreign: "foreign", WrongKey: "wrong key", Empty: "empty",
	Damaged: "damaged", Moved: "moved", Internal: "internal",
}

func (k Kind) String() string {
	if k < Away || k > Internal {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return kindNames[k]
}

// Error is the only error type of this package, except for the errors of contexts.
type Error struct {
	Kind Kind
	// Op is what could not be done, in the form "cannot back up the journal".
	Op string
	// Dir is the folder of the backup.
	Dir string
	// Here and Mine are, for Foreign, the journal that the folder belongs to and the one that was to be copied.
	Here, Mine journal.ID
	// Faults are, for Damaged, the segments at fault.
	Faults []Fault
	// Err is the cause, if there is one below.
	Err error
}

func (e *Error) Error() string {
	s := e.Op + ": " + e.what()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) what() string {
	switch e.Kind {
	case Away:
		return "the folder " + e.Dir + " is not there or can't be reached; bring it back or choose another"
	case Refused:
		return "the folder " + e.Dir + " can't be used by this user; give it the right to read and write there"
	case Full:
		return "there is no room for " + e.Dir + "; free some space or choose another folder"
	case Foreign:
		return fmt.Sprintf("the folder %s holds the backup of journal %v, and this is journal %v; choose another folder",
			e.Dir, e.Here, e.Mine)
	case WrongKey:
		return "what is in " + e.Dir + " was encrypted with another key; recover that key from its code, or choose another folder"
	case Empty:
		return "there is no backup in " + e.Dir + "; look for the right folder"
	case Damaged:
		if len(e.Faults) > 0 {
			return fmt.Sprintf("%d segments in %s are not whole, the first is %v; a full run of the backup writes them anew",
				len(e.Faults), e.Dir, e.Faults[0])
		}
		return "records are missing in " + e.Dir + "; a full run of the backup writes them anew"
	case Moved:
		return "the journal was purged meanwhile; try again"
	}
	return e.Kind.String()
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first *Error in err's chain, or 0 if there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return 0
}

// asError makes err an *Error that says what could not be done where; nil stays nil.
func asError(op, dir string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		c := *e
		c.Op, c.Dir = op, dir
		return &c
	}
	kind := kindOfSystem(err)
	if journal.KindOf(err) != 0 { // it speaks of the journal's own folder
		kind = Internal
	}
	return &Error{Kind: kind, Op: op, Dir: dir, Err: err}
}

// kindOfSystem sorts the errors of file systems, near and far.
func kindOfSystem(err error) Kind {
	var errno syscall.Errno
	errors.As(err, &errno)
	switch {
	case errors.Is(err, fs.ErrNotExist) || awayErrors[errno]:
		return Away
	case errors.Is(err, fs.ErrPermission) || refusedErrors[errno]:
		return Refused
	case fullErrors[errno]:
		return Full
	}
	return Internal
}

// Fault is a segment that can't be used.
type Fault struct {
	Name string
	// First and Last are the records that it held, by its name; Last is First-1 for the beginning of a series.
	First, Last uint64
	// Err is what is wrong with it.
	Err error
}

func (f Fault) String() string {
	if f.Last < f.First {
		return fmt.Sprintf("%s (the beginning of a series): %v", f.Name, f.Err)
	}
	return fmt.Sprintf("%s (records %d to %d): %v", f.Name, f.First, f.Last, f.Err)
}
