package state

import "time"

// Deadline is why something is late and by when it has to be transmitted.
type Deadline struct {
	Limit     string `json:"dateLimite,omitempty"` // ISO date, the last day in time
	DaysLeft  int    `json:"joursOuvres"`          // working days until then, below 0 behind it
	Reason    string `json:"raison"`               // delai-depasse, delai-proche, attente or sans-reponse
	Why       string `json:"pourquoi"`             // French, for the screen
	Source    string `json:"source,omitempty"`     // of the rule
	Certainty string `json:"certitude,omitempty"`  // of the rule: V or I; absent where it is ours
}

// LateFSE is an FSE that is late.
type LateFSE struct {
	FSE FSE `json:"fse"`
	Deadline
}

// LateLot is a lot that is late; its deadline is the nearest of its FSE.
type LateLot struct {
	Lot Lot `json:"lot"`
	Deadline
}

// Late is what has to be done first. Lists begin with the nearest deadline and are
// cut; the counts are those of all.
type Late struct {
	At     time.Time `json:"date"`
	ToSign []LateFSE `json:"aSigner"`
	ToSend []LateFSE `json:"aTransmettre"` // signed, in a lot that is not transmitted
	Open   []LateLot `json:"lotsOuverts"`
	Closed []LateLot `json:"lotsClos"`    // closed and not transmitted
	Silent []LateLot `json:"sansReponse"` // transmitted, and no ARL has come; their limit is the day by which one should have
	Counts LateCount `json:"nombres"`
}

// LateCount counts what is late.
type LateCount struct {
	ToSign int `json:"aSigner"`
	ToSend int `json:"aTransmettre"`
	Open   int `json:"lotsOuverts"`
	Closed int `json:"lotsClos"`
	Silent int `json:"sansReponse"`
}
