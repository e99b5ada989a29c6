package lot

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// FSE is an invoice as the records so far have made it.
type FSE struct {
	ID            string     `json:"id"`
	State         fse.State  `json:"etat"`
	Owner         string     `json:"proprietaire"`     // principal that made it
	Numero        int        `json:"numero,omitempty"` // 9 digits; reserved at the first attempt to sign and kept
	Certification string     `json:"certification"`    // S, F or D
	Draft         *fse.Draft `json:"facture"`
	Price         *fse.Prix  `json:"prix,omitempty"`  // as of the last attempt to sign
	Lot           string     `json:"lot,omitempty"`   // Lot.ID
	Linked        []string   `json:"liees,omitempty"` // FSE split from the same draft
	Created       time.Time  `json:"creee"`
	Changed       time.Time  `json:"modifiee"` // by its last record, those of its paper apart
	Signature     *Signature `json:"signature,omitempty"`
	Seq           uint64     `json:"enregistrement"` // record that began it
	PaidAt        *time.Time `json:"payeeLe,omitempty"`

	Paper      *Paper    `json:"papier,omitempty"`   // kept apart: see paper.go
	Collected  *Payment  `json:"encaisse,omitempty"` // what the patient gave
	Reject     *Reject   `json:"rejet,omitempty"`    // the last one
	Replaces   *Original `json:"remplace,omitempty"`
	ReplacedBy string    `json:"remplaceePar,omitempty"` // FSE.ID of what makes it again, be it a draft
	Received   *Received `json:"recu,omitempty"`         // what the payers gave, nil before they said anything of it

	// Restored is the time of the last record of the backup that brought the FSE back
	// before it was signed: signing it, or what makes it again, wants a confirmation. Nil
	// for any other.
	Restored *time.Time `json:"restored,omitempty"`
}

// Received is what the payers gave for an FSE so far, less what they took back.
type Received struct {
	AMO  fse.Cents `json:"amo"`
	AMC  fse.Cents `json:"amc"`
	Last fse.Date  `json:"dernier,omitzero"` // day of the last payment
}

// DuePayers is what payers owe the professional for f: with tiers payant the parts that
// they take, else nothing. The AME takes both whatever was ticked.
func (f *FSE) DuePayers() (amo, amc fse.Cents) {
	if f.Price == nil {
		return 0, 0
	}
	if f.Price.TiersPayant.AMO {
		amo = f.Price.Total.AMO
	}
	if f.Price.TiersPayant.AMC || f.Draft != nil && f.Draft.AMO.AME {
		amc = f.Price.Total.AMC
	}
	return amo, amc
}

// Original is what an FSE makes again: an FSE of this book, or one of another
// software that a return names.
type Original struct {
	FSE    string `json:"fse,omitempty"`    // FSE.ID
	Return string `json:"retour,omitempty"` // Return.ID
	Numero string `json:"numero,omitempty"` // 9 digits
}

// Reject says how an FSE was rejected.
type Reject struct {
	Return string   `json:"retour"` // Return.ID
	Date   fse.Date `json:"date"`
	Label  string   `json:"libelle"`
}

// NumeroAM is the professional in whose name the FSE is numbered and sent: the
// replaced doctor where there is one.
func (f *FSE) NumeroAM() string { return numeroAM(f.Draft) }

func numeroAM(d *fse.Draft) string {
	if r := d.Professionnel.Remplace; r != nil {
		return r.NumeroAM
	}
	return d.Professionnel.NumeroAM
}

// Signature says who sealed an FSE, and where the seal is.
type Signature struct {
	At       time.Time `json:"date"`                // second precision: the signing time in the seal
	Serial   string    `json:"cps"`                 // serial of the card
	Holder   string    `json:"titulaire,omitempty"` // name and given name of its holder; "" before version 2
	Presence bool      `json:"presenceVitale"`      // the patient's card was in a reader and was theirs
	Commands int       `json:"commandes"`           // sent to the CPS, code and checks included
	Seq      uint64    `json:"enregistrement"`      // record that holds the seal

	// Restored repeats FSE.Restored where the signer has confirmed that the FSE was not
	// signed since.
	Restored *time.Time `json:"confirmeeDepuis,omitempty"`
}

// Lot groups the FSE of one professional for one payer with one certification.
type Lot struct {
	ID            string       `json:"id"`
	Numero        int          `json:"numero"` // 1 to 999
	State         fse.LotState `json:"etat"`
	Regime        string       `json:"regime"`
	Caisse        string       `json:"caisse"`
	Centre        string       `json:"centre"`
	Destination   string       `json:"destinataire,omitempty"` // number of it in record 000; "" before version 4
	Certification string       `json:"certification"`
	NumeroAM      string       `json:"numeroAM"`
	Environment   string       `json:"environnement"`
	Count         int          `json:"fse"`             // FSE in it
	Records       int          `json:"enregistrements"` // of B2 that they take
	Total         fse.Cents    `json:"total"`           // honoraires
	AMO           fse.Cents    `json:"amo"`
	Opened        time.Time    `json:"ouvert"`
	Seq           uint64       `json:"enregistrement"` // record that opened it
	Closed        *time.Time   `json:"clos,omitempty"`
	Changed       time.Time    `json:"modifie"` // by its last record, those of its FSE apart
	Dispatch      *Dispatch    `json:"envoi,omitempty"`
	Sent          *time.Time   `json:"transmis,omitempty"`
	Accepted      bool         `json:"accuse,omitempty"`  // a payer has acknowledged it
	Refused       *Reject      `json:"refus,omitempty"`   // a payer has refused all of it
	Asked         *Asked       `json:"demande,omitempty"` // somebody has asked that it leaves, and it has not yet: see asked.go
}

// Demonstration is the only environment there is: the seal is the open one and
// the rights come from virtual cards, so nothing made here may reach a payer.
const Demonstration = "demonstration"

// Kinds of records. A record holds a change: the projection puts it on top of
// what the records before it have made.
const (
	kindFSE      = "fse"
	kindLot      = "lot"
	kindPaper    = "papier"
	kindReturn   = "retour"
	kindCabinet  = "cabinet"
	kindDelivery = "livraison"
)

// fseChange is the data of a record about an FSE. What is absent stays as it was.
type fseChange struct {
	State         fse.State  `json:"etat"`
	Owner         string     `json:"proprietaire,omitempty"`
	Certification string     `json:"certification,omitempty"`
	Draft         *fse.Draft `json:"facture,omitempty"`
	Price         *fse.Prix  `json:"prix,omitempty"`
	Numero        int        `json:"numero,omitempty"`
	Lot           string     `json:"lot,omitempty"`
	Linked        []string   `json:"liees,omitempty"`
	Signature     *Signature `json:"signature,omitempty"`
	Seal          []byte     `json:"sceau,omitempty"` // CMS, DER
	Collected     *Payment   `json:"encaisse,omitempty"`
	Reject        *Reject    `json:"rejet,omitempty"`
	Received      *Received  `json:"recu,omitempty"`
	Replaces      *Original  `json:"remplace,omitempty"`
	ReplacedBy    string     `json:"remplaceePar,omitempty"`
	Restored      *time.Time `json:"restauree,omitempty"`
	Key           *callKey   `json:"appel,omitempty"`
}

// lotChange is the data of a record about a lot.
type lotChange struct {
	State fse.LotState `json:"etat"`
	New   *Lot         `json:"lot,omitempty"`  // of the record that opens it
	At    *time.Time   `json:"clos,omitempty"` // of the one that closes it
	Key   *callKey     `json:"appel,omitempty"`

	Dispatch *Dispatch  `json:"envoi,omitempty"`
	Sent     *time.Time `json:"transmis,omitempty"` // of the one that tells that it was sent
	Accepted bool       `json:"accuse,omitempty"`
	Refused  *Reject    `json:"refus,omitempty"`
	Asked    *Asked     `json:"demande,omitempty"` // without a time: it is withdrawn
}

// callKey is an idempotency key with what it was first used for.
type callKey struct {
	Name   string `json:"cle"`    // principal, method and the caller's key
	Digest string `json:"digest"` // of the parameters
}

func encode(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("cannot write a record: %w", err)
	}
	return data, nil
}

func decode[T any](data []byte) (*T, error) {
	v := new(T)
	if err := json.Unmarshal(data, v); err != nil {
		return nil, fmt.Errorf("cannot read a record: %w", err)
	}
	return v, nil
}
