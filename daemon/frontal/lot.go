package frontal

import (
	"fmt"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/b2"
)

// lot is a lot as the ledger keeps it: numbers and amounts.
type lot struct {
	ID            string          `json:"id"`
	Received      time.Time       `json:"recu"`
	Mailbox       string          `json:"boite"` // where the answers go
	Payer         string          `json:"payeur"`
	SenderType    string          `json:"typeEmetteur"`
	Sender        string          `json:"emetteur"` // 14 digits
	Destination   b2.Destinataire `json:"destinataire"`
	Professional  string          `json:"professionnel"`
	Number        int             `json:"numero"`
	Date          b2.Date         `json:"date"`
	Certification string          `json:"certification"`   // S, F or D, as the seals say
	Refusal       string          `json:"refus,omitempty"` // of the lot as a whole, French
	Invoices      []invoice       `json:"factures"`
	Answers       []*answer       `json:"reponses,omitempty"`
}

// invoice is an invoice of a lot.
type invoice struct {
	Number int     `json:"numero"`
	Seal   string  `json:"sceau"`
	Date   b2.Date `json:"date"`          // of care
	AMC    string  `json:"amc,omitempty"` // number of the complementary organism
	Owed   Amounts `json:"du"`
	Fault  string  `json:"faute,omitempty"`  // found in it, French
	Double bool    `json:"double,omitempty"` // its seal came before
	Fate   Fate    `json:"sort"`
	Reason string  `json:"motif,omitempty"` // label of a refusal or reject
	Paid   Amounts `json:"paye"`            // what NOEMIE pays
}

// degraded tells whether the lot is one of those that are usually not acknowledged.
func (l *lot) degraded() bool { return l.Certification == "D" }

// key names the lot for chance: what the sender knows of it.
func (l *lot) key() string { return fmt.Sprintf("%s|%03d|%s", l.Professional, l.Number, l.Date) }

func (l *lot) keyOf(i *invoice) string { return fmt.Sprintf("%s|%09d", l.Professional, i.Number) }

// inAnswer tells whether an answer of that kind says something of the invoice.
func (i *invoice) inAnswer(kind answerKind) bool {
	if kind == answerARL {
		return true
	}
	return i.Fate == FatePaid || i.Fate == FatePartial || i.Fate == FateRejected
}

// answerKind is the kind of a file of answers.
type answerKind string

const (
	answerARL    answerKind = "arl"
	answerNoemie answerKind = "noemie"
)

// answer is a file that will be sent, once or as the script disturbs it.
type answer struct {
	ID        string     `json:"id"`
	Kind      answerKind `json:"genre"`
	Due       time.Time  `json:"le"`
	Rank      float64    `json:"rang,omitempty"`    // among those of one moment, in disorder
	Truncated float64    `json:"tronque,omitempty"` // share of the bytes that a first mail holds; 0 for none
	Twice     string     `json:"double,omitempty"`  // pareil, or autre for another file with the same returns
	Zipped    bool       `json:"gzip,omitempty"`

	lot *lot
}

// The ways in which a file is sent twice.
const (
	twiceSame  = "pareil"
	twiceOther = "autre"
)
