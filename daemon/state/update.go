package state

import "time"

// Update is what is known of newer versions of Agrafe. Nothing is ever installed by
// itself.
type Update struct {
	Version   string     `json:"version,omitempty"` // newer than the one that runs; absent: none is known
	Published *time.Time `json:"publiee,omitempty"`
	Notes     string     `json:"notes,omitempty"`    // https address of what is new
	Asked     *time.Time `json:"demandee,omitempty"` // when there was last an answer that can be believed
	Problem   string     `json:"probleme,omitempty"` // why the last question had none
}
