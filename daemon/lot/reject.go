package lot

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// ReturnByHand is the Kind of a reject that somebody has read elsewhere: on a web
// site, in a letter.
const ReturnByHand = "main"

// Return is a payer's answer, or a reject that somebody has read. An external one, about an FSE of another software, is
// done once an FSE takes the place of the rejected one.
type Return struct {
	ID       string    `json:"id"`
	Kind     string    `json:"type"`
	Received time.Time `json:"recu"`
	Seq      uint64    `json:"enregistrement"`
	FSE      string    `json:"fse,omitempty"` // FSE.ID, "" of an external one
	Numero   string    `json:"numero"`        // 9 digits, of the FSE
	Date     fse.Date  `json:"date"`          // of the reject
	Label    string    `json:"libelle"`
	External bool      `json:"externe,omitempty"`
	Remade   string    `json:"refaite,omitempty"` // FSE.ID of what makes it again, be it a draft
	Done     bool      `json:"fait,omitempty"`    // nobody has to make it again

	Before    fse.State `json:"etatAvant,omitempty"` // of the FSE
	Withdrawn string    `json:"retire,omitempty"`    // why it was withdrawn; "" while it stands

	Lot string `json:"lot,omitempty"` // Lot.ID, of its FSE or of what it says of a lot

	// Of what a payer has sent.
	Delivery      string        `json:"livraison,omitempty"` // Delivery.ID
	Record        int           `json:"rang,omitempty"`      // in the file
	Says          Says          `json:"sens,omitempty"`
	Part          string        `json:"part,omitempty"` // AMO, AMC, "" for both or none
	Effect        Effect        `json:"effet,omitempty"`
	Why           string        `json:"pourquoi,omitempty"` // of the effect, French
	LotNumero     int           `json:"numeroLot,omitempty"`
	LotDate       int           `json:"dateLot,omitempty"` // AAMMJJ, as it came
	Asked         fse.Cents     `json:"demande,omitempty"`
	Amount        fse.Cents     `json:"montant,omitempty"` // below 0 where it is taken back
	Transfer      string        `json:"virement,omitempty"`
	Organisme     string        `json:"organisme,omitempty"` // AMC that pays, 10 digits
	Entity        string        `json:"entite,omitempty"`
	Labels        []ReturnLabel `json:"libelles,omitempty"`
	Demonstration bool          `json:"demonstration,omitempty"`
	Destinataire  string        `json:"destinataire,omitempty"` // AM number, 9 digits
	Emetteur      string        `json:"emetteur,omitempty"`     // number of who made the file, 14 digits; "" if it tells none
	Invoiced      fse.Date      `json:"dateFacture,omitzero"`   // of the invoice, as the file tells it
}

// returnChange is the data of a record about a return. What is absent stays as it was.
type returnChange struct {
	New       *Return  `json:"retour,omitempty"` // of the record that enters it
	Remade    string   `json:"refaite,omitempty"`
	Done      *bool    `json:"fait,omitempty"`
	Withdrawn string   `json:"retire,omitempty"`
	Effect    Effect   `json:"effet,omitempty"`
	Why       string   `json:"pourquoi,omitempty"` // with Effect
	FSE       string   `json:"fse,omitempty"`      // that somebody has found
	Lot       string   `json:"lot,omitempty"`      // with FSE, or that somebody has found
	Key       *callKey `json:"appel,omitempty"`
}

func (c *returnChange) record(id, actor string) (journal.Entry, error) {
	data, err := encode(c)
	return journal.Entry{Kind: kindReturn, Subject: id, Actor: actor, Version: schema, Data: data}, err
}

// Rejection is a reject as somebody has read it.
type Rejection struct {
	FSE    string // FSE.ID; "" for an FSE of another software
	Numero string // 9 digits, of another software's
	Date   fse.Date
	Label  string // at most maxReason characters, none of them for control
}

// maxReason bounds the texts that somebody types about a reject, in characters (ours):
// they stand in every list.
const maxReason = 200

// isReason tells whether s can be kept as such a text.
func isReason(s string) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxReason && !strings.ContainsFunc(s, unicode.IsControl)
}

// Reject keeps a reject that somebody has read elsewhere. An FSE of this book becomes
// rejetée: it must have been transmitted and be neither paid nor replaced, else it is
// ErrState with its state, and have fewer than 100 returns, else it is ErrNoMatch. It fails with ErrRejection where number, date or label are
// missing or the label is too long, ErrDate for a day to come or before the care, and
// ErrKnown while another reject of the same number of another software waits. A return
// belongs to the practice.
func (b *Book) Reject(ctx context.Context, actor string, r Rejection, c Call) (Return, error) {
	r.Label = strings.TrimSpace(r.Label)
	switch {
	case !isReason(r.Label) || r.Date.IsZero() || r.FSE == "" && !digits(r.Numero, 9):
		return Return{}, ErrRejection
	case r.Date > civil(b.now()):
		return Return{}, ErrDate
	}
	id := newID()
	_, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		first, err := c.repeated(s)
		if err != nil || first != "" {
			id = first
			return nil, err
		}
		return r.entries(s, id, actor, c)
	})
	if err != nil {
		return Return{}, err
	}
	return b.Return(id)
}

func (r Rejection) entries(s journal.State, id, actor string, c Call) ([]journal.Entry, error) {
	entered := &Return{ID: id, Kind: ReturnByHand, Numero: r.Numero, Date: r.Date, Label: r.Label, External: true}
	if r.FSE == "" {
		if other, err := text(s, keyAwaited(r.Numero)); err != nil || other != "" {
			return nil, cmp.Or(err, ErrKnown)
		}
		return one((&returnChange{New: entered, Key: c.key()}).record(id, actor))
	}
	f, err := own(s, r.FSE, Practice)
	if err != nil {
		return nil, err
	}
	if !fse.MayMove(f.State, fse.Rejetee, fse.ParUtilisateur) {
		return nil, fmt.Errorf("%w: an FSE that is %s is not rejected", ErrState, f.State.Libelle())
	}
	if r.Date < f.Draft.DateSoins {
		return nil, ErrDate
	}
	entered.FSE, entered.Lot, entered.Numero, entered.External = f.ID, f.Lot, fmt.Sprintf("%09d", f.Numero), false
	return attach(s, f, entered, actor, func() (journal.Entry, error) {
		return (&returnChange{New: entered, Key: c.key()}).record(id, actor)
	})
}

func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}
