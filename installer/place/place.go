// Package place tells whose a place on the disk is: where programs lie that nobody but the
// system's administrators can change, and what is the service's to take or to remove.
//
// Its contract: what runs with rights that its caller does not have, at the start of
// the machine or at each login, is only installed from a folder that passes Check.
// Otherwise whoever may write the folder would have these rights. What a configuration
// names is only removed as far as the service has made it (Data); and what others have
// made is not taken for the service's own (Take, on Windows).
package place

import "fmt"

// Error says who else may change what lies in a folder.
type Error struct {
	Folder string // as it was given
	Where  string // the folder or file that others may change
	Why    string // "user 1000 owns it"
}

func (e *Error) Error() string {
	return fmt.Sprintf("cannot install from %s: %s: %s; copy the programs to a folder that only administrators may write, such as %s", e.Folder, e.Where, e.Why, example)
}
