package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/seal"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/cps"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// SignRequest says what is to be signed and with which cards.
type SignRequest struct {
	ID     string         // of the FSE
	CPS    string         // reader of the CPS, "" for the only one
	Vitale string         // reader of the Vitale, "" for the only one; for the mode securise
	Lease  reader.LeaseID // on the reader of the CPS, "" for none
	Holder string         // who signs, and has the lease and the code; "" for the principal

	ConfirmRestored bool // the signer knows that a backup has brought the FSE back, and that it was not signed since

	Progress func(done int) // of SignMany, told how many FSE are over; nil for nobody
}

// errSigning refuses a second operation on an FSE that is being signed.
var errSigning = &state.Error{Kind: state.Busy, Code: "FSE_EN_SIGNATURE", Retryable: true,
	Message: "Cette FSE est en cours de signature."}

// beginChange takes the FSE id of principal's until signing.Delete. It fails if it
// is not there, or if it is being signed.
func (d *Daemon) beginChange(principal, id string) error {
	if _, err := d.book.Get(principal, id); err != nil {
		return bookFailure(err)
	}
	if _, taken := d.signing.LoadOrStore(id, struct{}{}); taken {
		return errSigning
	}
	return nil
}

// SignFSE prices an FSE for the last time, has the CPS seal it, and puts it in a
// lot. It succeeds only once all that is durable. Before the card is touched the
// FSE has its number, in state `a-signer`; whatever fails after that leaves it so,
// to be signed again under the same number.
func (d *Daemon) SignFSE(ctx context.Context, principal string, r SignRequest, c lot.Call) (lot.FSE, error) {
	if err := d.beginChange(principal, r.ID); err != nil {
		return lot.FSE{}, err
	}
	defer d.signing.Delete(r.ID)
	if f, found, err := d.book.Repeated(principal, c); found || err != nil {
		return f, bookFailure(err)
	}
	one := &signing{}
	if err := d.prepare(ctx, principal, r, one); err != nil {
		return lot.FSE{}, err
	}
	if err := d.sealAll(ctx, principal, r, []*signing{one}); err != nil {
		return lot.FSE{}, Failure(err)
	}
	return d.enqueue(ctx, principal, one, c)
}

// ReadyFSE prices an FSE for the last time and gives it its number, to be signed later.
func (d *Daemon) ReadyFSE(ctx context.Context, principal, id string, c lot.Call) (lot.FSE, error) {
	if err := d.beginChange(principal, id); err != nil {
		return lot.FSE{}, err
	}
	defer d.signing.Delete(id)
	f, err := d.book.Get(principal, id)
	if err != nil {
		return lot.FSE{}, bookFailure(err)
	}
	return d.reserve(ctx, principal, f, SignRequest{Holder: c.Principal})
}

// signing is an FSE on its way from its number to its lot.
type signing struct {
	fse       lot.FSE
	vitale    *held // the patient's card, in the mode securise
	signature lot.Signature
	seal      []byte
}

// prepare checks and prices the FSE of r, gives it its number, and makes sure that
// the patient's card is there if it must be.
func (d *Daemon) prepare(ctx context.Context, principal string, r SignRequest, one *signing) error {
	f, err := d.book.Get(principal, r.ID)
	if err != nil {
		return bookFailure(err)
	}
	if f.Restored != nil && !r.ConfirmRestored {
		return restored(*f.Restored)
	}
	one.signature.Restored = f.Restored
	if one.fse, err = d.reserve(ctx, principal, f, r); err != nil {
		return err
	}
	if one.vitale, err = d.checkVitale(ctx, cmp.Or(r.Holder, principal), one.fse, r.Vitale); err != nil {
		return Failure(err)
	}
	one.signature.Presence = one.vitale != nil
	return nil
}

// enqueue records the seal of an FSE and puts it in its lot. One that has become a
// duplicate since it was checked, of an FSE that was signed beside it, does not enter.
func (d *Daemon) enqueue(ctx context.Context, principal string, one *signing, c lot.Call) (lot.FSE, error) {
	d.entering.Lock()
	defer d.entering.Unlock()
	answer, err := d.Check(one.fse.Draft)
	if err != nil {
		return one.fse, err
	}
	if slices.ContainsFunc(answer.Erreurs, func(i fse.Issue) bool { return i.Code == fse.CodeDoublon }) {
		return one.fse, refused(answer)
	}
	done, lots, err := d.book.Signed(ctx, principal, one.fse, one.seal, one.signature, c)
	if err != nil {
		return done, bookFailure(err)
	}
	d.publishPair(done, lots...)
	return done, nil
}

// reserve checks and prices f and gives it its number.
func (d *Daemon) reserve(ctx context.Context, principal string, f lot.FSE, r SignRequest) (lot.FSE, error) {
	if f.State != fse.Brouillon && f.State != fse.ASigner {
		return f, bookFailure(lot.ErrState)
	}
	answer, err := d.Check(f.Draft)
	if err != nil {
		return f, err
	}
	if len(answer.Erreurs) > 0 {
		return f, refused(answer)
	}
	if _, err := d.cabinetOf(f.NumeroAM()); err != nil {
		return f, err
	}
	if _, err := b2.RouteOf(answer.Prix.Destinataire.Regime, answer.Prix.Destinataire.Caisse, answer.Prix.Destinataire.Centre); err != nil {
		return f, &state.Error{Kind: state.Invalid, Code: "DESTINATAIRE_SANS_ROUTE", Path: "amo", Err: err,
			Message: "Le centre informatique de cet organisme n'est pas connu : la FSE ne pourrait pas partir."}
	}
	f, err = d.book.Reserve(ctx, principal, f.ID, answer.Prix, lot.Call{Principal: cmp.Or(r.Holder, principal)})
	if err != nil {
		return f, bookFailure(err)
	}
	d.publishFSE(f)
	return f, nil
}

// restored refuses an FSE that a backup which ends at a time has brought back.
func restored(end time.Time) *state.Error {
	return &state.Error{Kind: state.Invalid, Code: "FSE_RESTAUREE", Path: "confirmRestored",
		Message: "Cette FSE vient d’une sauvegarde du " + end.Local().Format("02/01/2006 à 15:04") +
			" : elle a peut-être été signée depuis. Vérifiez dans votre logiciel et auprès de l’organisme qu’elle ne l’a pas été, puis confirmez."}
}

// refused is the error for a draft that can't be signed, with every reason.
func refused(a fse.Answer) *state.Error {
	e := &state.Error{Kind: state.Invalid, Code: "FSE_REFUSEE", Message: "Cette FSE ne peut pas être signée : corrigez ce qui est indiqué."}
	for _, i := range slices.Concat(a.Erreurs, a.Avertissements) {
		e.Issues = append(e.Issues, state.Issue{Code: i.Code, Path: i.Chemin, Message: i.Message, Blocking: i.Bloquant})
	}
	if len(a.Erreurs) > 0 {
		e.Path = a.Erreurs[0].Chemin
	}
	return e
}

// checkVitale makes sure, in the mode securise, that the Vitale of the patient is
// in a reader now: it reads the numbers on it again. It returns that card, nil in
// another mode.
func (d *Daemon) checkVitale(ctx context.Context, principal string, f lot.FSE, id string) (*held, error) {
	if f.Draft.Mode != fse.Securise {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.cardPatience())
	defer cancel()
	h, err := d.desk.pick(ctx, id, state.CardVitale)
	if err != nil {
		return nil, err
	}
	var numbers []string
	_, err = h.owner.Do(ctx, h.job("check the Carte Vitale", principal, "", func(tx *reader.Tx) error {
		var err error
		numbers, err = vitale.ReadNIR(tx, len(h.vitale.persons))
		return err
	}))
	if err != nil {
		return nil, err
	}
	if !slices.Contains(numbers, f.Draft.Beneficiaire.NIR) {
		return nil, &state.Error{Kind: state.CardChanged, Code: "VITALE_AUTRE_PATIENT", Retryable: true,
			Message: "La Carte Vitale présente n'est pas celle du patient de cette FSE."}
	}
	return &h, nil
}

// sealAll has the CPS sign the canonical bytes of each FSE, in one transaction.
func (d *Daemon) sealAll(ctx context.Context, principal string, r SignRequest, list []*signing) error {
	h, err := d.holdCPS(ctx, r.CPS)
	if err != nil {
		return err
	}
	if r.Lease != "" && r.Lease == h.gone {
		return reader.Fail(reader.CardChanged, "sign")
	}
	at := d.now().UTC().Truncate(time.Second)
	drafts := make([]*seal.Draft, len(list))
	for i, one := range list {
		if drafts[i], err = prepareSeal(one.fse, h, at); err != nil {
			return err
		}
	}
	raw := make([][]byte, len(list))
	trace, err := d.withCode(ctx, cmp.Or(r.Holder, principal), h, operation(list), r.Lease, func(card *cps.Card) error {
		if !d.patientsThere(list) { // the user took time to type the code
			return errVitaleGone
		}
		signer := card.Signer()
		for i, draft := range drafts {
			var err error
			if raw[i], err = signer.Sign(draft.Message()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, one := range list {
		one.signature.At, one.signature.Serial, one.signature.Holder = at, h.cps.serial, nameOf(h.cps.holder)
		one.signature.Commands = trace.Commands / len(list)
		if one.seal, err = drafts[i].Seal(raw[i]); errors.Is(err, seal.ErrSeal) {
			d.certs.forget(h.cps.serial) // they may be another card's that lied about its serial
			err = &reader.Error{Kind: reader.Malformed, Op: "sign", Err: err}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// patientsThere says whether the Vitales that were read are where they were.
func (d *Daemon) patientsThere(list []*signing) bool {
	return !slices.ContainsFunc(list, func(one *signing) bool { return one.vitale != nil && !d.desk.still(*one.vitale) })
}

// errVitaleGone refuses what would be secured by a card that has left.
var errVitaleGone = &state.Error{Kind: state.CardRemoved, Code: "VITALE_RETIREE", Retryable: true,
	Message: "La Carte Vitale a été retirée avant la signature. Remettez-la, ou facturez en mode dégradé."}

// nameOf is the name of the holder of a CPS, as record 1 of a B2 file shows it.
func nameOf(h cps.Holder) string { return strings.TrimSpace(h.Nom + " " + h.Prenom) }

// operation says in French what the code is asked for.
func operation(list []*signing) string {
	if len(list) == 1 {
		return fmt.Sprintf("signer la FSE %09d", list[0].fse.Numero)
	}
	return fmt.Sprintf("signer %d FSE", len(list))
}

// prepareSeal makes what the CPS held is to sign for f, if it is the card of the
// professional whom f names.
func prepareSeal(f lot.FSE, h held, at time.Time) (*seal.Draft, error) {
	if rpps := h.cps.holder.RPPS(); rpps == "" || rpps != f.Draft.Professionnel.RPPS {
		return nil, &state.Error{Kind: state.Invalid, Code: "CPS_AUTRE_PROFESSIONNEL", Path: "professionnel.rpps",
			Message: "Le numéro RPPS de la FSE n'est pas celui du titulaire de la CPS présente."}
	}
	if at.After(h.cps.sign.NotAfter) || at.Before(h.cps.sign.NotBefore) {
		return nil, &state.Error{Kind: state.Invalid, Code: "CPS_PERIMEE",
			Message: "La CPS présente n'est pas, ou plus, valable à la date de ce poste."}
	}
	content, err := canonical(f, at)
	if err != nil {
		return nil, err
	}
	return seal.Prepare(content, h.cps.sign, at)
}

// content is what the seal of an FSE covers.
type content struct {
	Format        string     `json:"format"`
	Numero        string     `json:"numero"`
	Date          time.Time  `json:"date"`
	Environment   string     `json:"environnement"`
	Demonstration bool       `json:"demonstration"`
	Draft         *fse.Draft `json:"facture"`
	Price         *fse.Prix  `json:"prix"`
}

// canonical gives the bytes of f that are sealed: JSON with the fields in the
// order of their declaration and no free space. Format names that order.
func canonical(f lot.FSE, at time.Time) ([]byte, error) {
	return json.Marshal(content{
		Format: "agrafe-fse-1", Numero: fmt.Sprintf("%09d", f.Numero), Date: at,
		Environment: lot.Demonstration, Demonstration: true, Draft: f.Draft, Price: f.Price,
	})
}
