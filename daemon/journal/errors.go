package journal

import (
	"errors"
	"fmt"
)

// Kind says what went wrong, and so what the caller can do about it. The list is closed.
type Kind int

const (
	// Damaged: what is on the disk is not what the journal last acknowledged. Nothing is repaired or dropped;
	// restore a backup.
	Damaged Kind = iota + 1
	// Locked: another process has the journal open.
	Locked
	// DiskFull: the volume has less free space than the watermark. Nothing was written; reads go on, and writes
	// work again as soon as there is room.
	DiskFull
	// Closed: the journal is closed or closing.
	Closed
	// Invalid: the caller's options or entries can't be accepted. Nothing was written.
	Invalid
	// Internal: a fault of this program or an I/O error of the system. The message says whether writes go on.
	Internal
)

func (k Kind) String() string {
	switch k {
	case Damaged:
		return "damaged"
	case Locked:
		return "locked"
	case DiskFull:
		return "disk full"
	case Closed:
		return "closed"
	case Invalid:
		return "invalid"
	case Internal:
		return "internal"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Error is the only error type of this package, except for what decide and View functions and the projection return
// themselves and for the errors of contexts.
type Error struct {
	Kind Kind
	// Op is what could not be done, in the form "cannot open the journal".
	Op string
	// Expected and Found say, for Damaged, what was to be there and what is.
	Expected, Found string
	// PID is, for Locked, the process that has the journal; 0 when it is not known.
	PID int
	// Err is the cause, if there is one below.
	Err error
}

func (e *Error) Error() string {
	s := e.Op + ": "
	switch e.Kind {
	case Damaged:
		s += fmt.Sprintf("damaged: expected %s, found %s; restore a backup", e.Expected, e.Found)
	case Locked:
		if e.PID > 0 {
			s += fmt.Sprintf("process %d has it open; stop that process first", e.PID)
		} else {
			s += "another process has it open; stop that process first"
		}
	case DiskFull:
		s += fmt.Sprintf("the disk is full: expected %s, found %s; free some space, writes resume by themselves",
			e.Expected, e.Found)
	case Closed:
		s += "it is closed"
	default:
		s += e.Kind.String()
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first *Error in err's chain, or 0 if there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return 0
}

func damaged(op, expected, found string) *Error {
	return &Error{Kind: Damaged, Op: op, Expected: expected, Found: found}
}

func invalid(op string, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Op: op, Err: fmt.Errorf(format, args...)}
}

func internal(op string, err error) *Error {
	return &Error{Kind: Internal, Op: op, Err: err}
}
