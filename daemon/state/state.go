// Package state holds the objects that the daemon shows to its front ends: what
// the readers hold, what happens to FSE and lots, and why a call failed.
//
// Its contract: these are the objects of the wire. Their JSON is stable: fields
// and kinds are added, never renamed or taken away. A snapshot and the events
// after it carry the same objects, so a front end has one way to show each. The
// package imports nothing of ours: the daemon makes these values, the bridge
// carries them, the tray and the CLI read them.
package state

import "time"

// CardState is what a slot holds.
type CardState string

// The states of a card.
const (
	CardAbsent  CardState = "absent"
	CardMute    CardState = "mute"    // does not answer: upside down, broken
	CardUnknown CardState = "unknown" // answers, but is neither a CPS nor a Vitale
	CardCPS     CardState = "cps"
	CardVitale  CardState = "vitale"
)

// Service is the state of the smart-card service of the machine.
type Service struct {
	Up     bool   `json:"up"`
	Detail string `json:"detail,omitempty"` // why it is down
}

// Reader is one reader.
type Reader struct {
	ID     string `json:"id"`     // stable for a name, fit for a command line
	Name   string `json:"name"`   // as the service gives it
	Slots  int    `json:"slots"`  // always 1: PC/SC lists each slot as a reader
	Pinpad bool   `json:"pinpad"` // whether a code can be typed on the reader itself
	State  string `json:"state"`  // "ok", or "removed" in the event that takes it away
}

// Card is what is in a reader. Fields that are not known yet are absent: a card
// is announced as soon as it is seen and again once it has been read.
type Card struct {
	Reader       string     `json:"reader"` // Reader.ID
	State        CardState  `json:"state"`
	Kind         string     `json:"kind,omitempty"`         // cps3, cps4, vitale2…
	Serial       string     `json:"serial,omitempty"`       // of a CPS
	Holder       *Holder    `json:"holder,omitempty"`       // of a CPS
	Persons      int        `json:"persons,omitzero"`       // on a Vitale
	Expires      *time.Time `json:"expires,omitempty"`      // end of the certificates
	PINTriesLeft *int       `json:"pinTriesLeft,omitempty"` // 0 when blocked
	EventCounter uint32     `json:"eventCounter"`           // changes with each insertion and removal
	Read         bool       `json:"read"`                   // whether reading is over, well or not
	Problem      *Error     `json:"problem,omitempty"`      // why it could not be read
	CodeKept     bool       `json:"codeGarde,omitzero"`     // somebody's code of this CPS is kept; told to programs of this machine
	CodeAwaited  bool       `json:"codeAttendu,omitzero"`   // the code has to be typed now on the keys of the reader
	Demo         bool       `json:"demonstration,omitzero"`
}

// Holder is the professional to whom a CPS belongs.
type Holder struct {
	NationalID string `json:"nationalId"`
	Nom        string `json:"nom"`
	Prenom     string `json:"prenom"`
	Profession string `json:"profession,omitempty"`
}

// Queue counts what waits for somebody.
type Queue struct {
	Drafts  int `json:"brouillons"` // FSE not signed
	ToSign  int `json:"aSigner"`    // FSE complete but for the signature
	Signed  int `json:"signees"`    // FSE signed and waiting in an open lot
	Lots    int `json:"lotsOuverts"`
	Closed  int `json:"lotsClos"` // closed and not yet transmitted
	Rejects int `json:"rejets"`
	Papers  int `json:"papiers"` // to print, sign or post

	ToSettle  int `json:"aTraiter"` // returns to reconcile or to look at
	Undecided int `json:"indecis"`  // lots of which nobody knows whether they were sent, or that were refused
	Sent      int `json:"transmis"` // lots that were transmitted and wait for their ARL
}

// Snapshot is all that a front end shows, as of event Seq.
type Snapshot struct {
	Seq     uint64   `json:"seq"`
	Service Service  `json:"service"`
	Readers []Reader `json:"readers"`
	Cards   []Card   `json:"cards"`
	Leases  []Lease  `json:"leases"`
	Queue   Queue    `json:"queue"`
	Journal Journal  `json:"journal"`

	Developer bool `json:"developer,omitzero"` // pages of this machine's own http servers may be let in

	Update *Update `json:"update,omitempty"` // told to programs of this machine, where versions are asked for
	Mail   *Mail   `json:"mail,omitempty"`   // told to who has the scope lots
}

// EventType says which object of an Event is set.
type EventType string

// The types of events.
const (
	EventService EventType = "service"
	EventReader  EventType = "reader"
	EventCard    EventType = "card"
	EventQueue   EventType = "queue"
	EventFSE     EventType = "fse"
	EventLot     EventType = "lot"
	EventLease   EventType = "lease"
	EventJob     EventType = "job"
	EventJournal EventType = "journal"
	EventOrigin  EventType = "origin" // told to programs of this machine only
	EventUpdate  EventType = "update" // likewise
	EventMail    EventType = "mail"   // told to who has the scope lots
)

// EventTypes lists every EventType; new ones are added at the end.
var EventTypes = []EventType{EventService, EventReader, EventCard, EventQueue, EventFSE, EventLot, EventLease, EventJob, EventJournal, EventOrigin, EventUpdate, EventMail}

// Event is one change. Seq increases by one from each event to the next; who is
// not told of an event sees a gap.
type Event struct {
	Seq     uint64    `json:"seq"`
	At      time.Time `json:"at"`
	Type    EventType `json:"type"`
	Service *Service  `json:"service,omitempty"`
	Reader  *Reader   `json:"reader,omitempty"`
	Card    *Card     `json:"card,omitempty"`
	Queue   *Queue    `json:"queue,omitempty"`
	FSE     *FSE      `json:"fse,omitempty"`
	Lot     *Lot      `json:"lot,omitempty"`
	Lease   *Lease    `json:"lease,omitempty"`
	Job     *Job      `json:"job,omitempty"`
	Journal *Journal  `json:"journal,omitempty"`
	Origin  *Origin   `json:"origin,omitempty"`
	Update  *Update   `json:"update,omitempty"`
	Mail    *Mail     `json:"mail,omitempty"`

	Audience string `json:"-"` // the one principal that is told, "" for all
}

// FSE is one invoice in a list: its own data is read by fse.get.
type FSE struct {
	ID            string `json:"id"`
	State         string `json:"etat"`
	Numero        string `json:"numero,omitempty"` // 9 digits
	DateSoins     string `json:"dateSoins"`
	Certification string `json:"certification"` // S, F or D
	Lot           string `json:"lot,omitempty"` // Lot.ID
	Honoraires    int64  `json:"honoraires"`    // cents
	AMO           int64  `json:"amo"`           // cents
	AMC           int64  `json:"amc"`           // cents
	Patient       int64  `json:"patient"`       // cents
	Demo          bool   `json:"demonstration,omitzero"`

	Acts        string `json:"actes,omitempty"`        // codes of its acts: "G + MEG"
	Exoneration string `json:"exoneration,omitempty"`  // code that the lines were priced with, where there is one
	Paper       string `json:"papier,omitempty"`       // state of its sheet, where it has one
	Replaces    string `json:"remplace,omitempty"`     // ID or number of the rejected FSE that it makes again
	ReplacedBy  string `json:"remplaceePar,omitempty"` // ID of the FSE that makes it again
	Reject      string `json:"rejet,omitempty"`        // label of its reject
	Collected   int64  `json:"encaisse,omitempty"`     // what the patient gave, cents
	Paid        int64  `json:"paye,omitempty"`         // what the payers gave, cents
	Due         int64  `json:"du,omitempty"`           // what they owe in all: their parts with tiers payant, cents
	Person      string `json:"beneficiaire,omitempty"` // in lists that ask for it, never in an event

	Restored *time.Time `json:"restored,omitempty"` // end of the backup that brought it back; it, or what makes it again, may have been signed since: fse.sign wants that confirmed
}

// Lot is one lot.
type Lot struct {
	ID            string     `json:"id"`
	Numero        string     `json:"numero"` // 3 digits
	State         string     `json:"etat"`
	Regime        string     `json:"regime"`
	Caisse        string     `json:"caisse"`
	Centre        string     `json:"centre"`
	Certification string     `json:"certification"`
	NumeroAM      string     `json:"numeroAM"` // professional
	Environment   string     `json:"environnement"`
	FSE           int        `json:"fse"`             // how many
	Total         int64      `json:"total"`           // honoraires, cents
	AMO           int64      `json:"amo"`             // cents
	Opened        time.Time  `json:"ouvert,omitzero"` // absent where only one's own lines are shown
	Closed        *time.Time `json:"clos,omitempty"`
	Warnings      []Issue    `json:"avertissements,omitempty"` // about its destination
	Dispatch      *Dispatch  `json:"envoi,omitempty"`          // its way to the payer, once it has begun
	Sent          *time.Time `json:"transmis,omitempty"`
}

// Lease is the reservation of a reader's card. It has ended when Expires is
// absent. Holder is told to the programs of this machine and to the holder; others
// see that the reader is held, not by whom.
type Lease struct {
	Reader  string    `json:"reader"`
	Holder  string    `json:"holder,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
}

// JobState is how far a job is.
type JobState string

// The states of a job. The last three are ends.
const (
	JobRunning   JobState = "running"
	JobDone      JobState = "done"
	JobFailed    JobState = "failed"
	JobCancelled JobState = "cancelled"
)

// Job is work that goes on after the call that began it was answered.
type Job struct {
	ID      string     `json:"id"`
	Method  string     `json:"method"`
	State   JobState   `json:"state"`
	Done    int        `json:"done"`  // steps that are over
	Total   int        `json:"total"` // steps in all, 0 where nobody knows
	Started time.Time  `json:"started"`
	Ended   *time.Time `json:"ended,omitempty"`
	Result  any        `json:"result,omitempty"` // at the end, also of a job that was cancelled
	Error   *Error     `json:"error,omitempty"`  // of a job that failed
}
