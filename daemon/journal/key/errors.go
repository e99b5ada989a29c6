package key

import (
	"errors"
	"fmt"
)

// Kind says what went wrong with the key, and so what can be done. The list is closed.
type Kind int

const (
	// Missing: there is no key where it should be.
	Missing Kind = iota + 1
	// Exists: there is one already where a new one was to be put; it is left alone.
	Exists
	// Inside: the key's place is in or under a folder of data or backups.
	Inside
	// Exposed: others than the owner can read or change the key file.
	Exposed
	// Foreign: the key file belongs to another user.
	Foreign
	// Length: the key file is longer or shorter than a key.
	Length
	// Damaged: the key file has the right length and is not what was written.
	Damaged
	// Mistyped: a recovery code with an error in it.
	Mistyped
	// NotShown: the recovery code could not be shown, so that no key was made.
	NotShown
	// Internal: an error of the system.
	Internal
)

var kindNames = [...]string{
	Missing: "missing", Exists: "exists", Inside: "inside", Exposed: "exposed", Foreign: "foreign", Length: "length",
	Damaged: "damaged", Mistyped: "mistyped", NotShown: "not shown", Internal: "internal",
}

func (k Kind) String() string {
	if k < Missing || k > Internal {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return kindNames[k]
}

// Error is the only error type of this package.
type Error struct {
	Kind Kind
	// Op is what could not be done, in the form "cannot load the journal key".
	Op string
	// Path is the file or credential that it is about; "" for Mistyped.
	Path string
	// Folder is, for Inside, the folder that the key may not be in.
	Folder string
	// Group is, for Mistyped, the group of the code with the error, from 1; 0 when it can't be told.
	Group int
	// Owner is, for Foreign, the user that the file belongs to: a number or, on Windows, a SID.
	Owner string
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
	case Missing:
		return "there is none at " + e.Path + "; type the recovery code to make it again"
	case Exists:
		return "there is one at " + e.Path + "; it is kept, move it away yourself if you are sure"
	case Inside:
		return e.Path + " is inside " + e.Folder + ", which is copied or backed up; choose a place outside"
	case Exposed:
		return "others can read or change " + e.Path +
			"; treat the key as known to them: take the rights away (mode 0600) and plan a new key"
	case Foreign:
		return e.Path + " belongs to user " + e.Owner + "; run as that user, or give the file to this one"
	case Length:
		return e.Path + " has not the length of a key; type the recovery code to make it again elsewhere"
	case Damaged:
		return e.Path + " is not what was written; type the recovery code to make it again elsewhere"
	case Mistyped:
		if e.Group > 0 {
			return fmt.Sprintf("there is an error in group %d of the code; compare it with the sheet", e.Group)
		}
		return fmt.Sprintf("this is not a recovery code: %d groups of %d characters; compare it with the sheet", groups, groupLen)
	case NotShown:
		return "the recovery code could not be shown, and no key is kept without it"
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
