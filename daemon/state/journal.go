package state

import "time"

// Journal is how the place is where FSE and lots are kept.
type Journal struct {
	// Damaged says that the journal is only read, from a copy of what could be
	// proved of it, until it is restored.
	Damaged bool `json:"endommage"`
	// Missing counts the records that the copy does not have.
	Missing uint64 `json:"manquants,omitempty"`
	// CodeNoted says that somebody has the recovery code.
	CodeNoted bool    `json:"codeNote,omitzero"`
	Backup    *Backup `json:"sauvegarde,omitempty"` // absent where none is configured
}

// Backup is how the second copy of the journal is.
type Backup struct {
	At      *time.Time `json:"date,omitempty"`     // of the last run that succeeded
	Last    uint64     `json:"enregistrement"`     // last record in it
	Problem *Error     `json:"probleme,omitempty"` // why the last run failed
}
