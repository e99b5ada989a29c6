package state

// OriginChange is what has happened to a web site on this machine.
type OriginChange string

// The changes of a web site.
const (
	OriginPaired   OriginChange = "paired"   // a page of it was let in by the user, or opened as the console
	OriginEnrolled OriginChange = "enrolled" // a page of it has brought its key, as a policy or a user of this machine allows
	OriginRevoked  OriginChange = "revoked"  // it, or one of its pages, was shut out
)

// Origin is a web site of which the list has changed.
type Origin struct {
	Origin string       `json:"origin"`
	What   OriginChange `json:"what"`
	Name   string       `json:"name,omitempty"` // what the page calls itself
}
