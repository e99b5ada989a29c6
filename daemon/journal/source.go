package journal

import (
	"iter"
)

// Beginning is what a journal begins with: its identity and, after a purge, its checkpoint.
type Beginning struct {
	ID ID
	// Checkpoint is opaque and holds all that the purge has kept; nil when the journal begins with record 1.
	Checkpoint []byte
}

// Source is where records can be read from when a journal itself can't be trusted or isn't there: a backup, a damaged folder.
type Source interface {
	// Beginning returns what the journal of the records began with, and false when the source can't tell.
	Beginning() (Beginning, bool)
	// Records yields the records from number first on that can be read whole, in order, skipping the others.
	// An error ends it: the source can't be read any further.
	Records(first uint64) iter.Seq2[Record, error]
}

// Gap is a run of record numbers, both ends included.
type Gap struct{ First, Last uint64 }

// Rebuilt is what Rebuild has made, and what it could not.
type Rebuilt struct {
	Last uint64 // last record of the new journal, 0 when it has none
	Head Hash   // its hash
	// Missing are the records up to the last that is known to have existed which the new journal does not have.
	Missing []Gap
	// Lost are those of Missing that no source could read. The others stand behind one that is lost: nothing proves their place.
	Lost []Gap
	// Unreachable is how many of Missing could be read.
	Unreachable uint64
}
