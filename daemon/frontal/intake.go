package frontal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/seal"
)

// letter is a mail that the SMTP server has read.
type letter struct {
	from  string   // mailbox of who is logged in
	payer string   // address of the payer it is for, or nothing
	boxes []string // mailboxes that get a copy
	raw   []byte
}

// take keeps a mail and what it says. When it returns nil all that is durable, and a
// mail that is given again changes nothing.
func (f *Frontal) take(m letter) error {
	id := messageID(m.raw)
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	r := &reception{ID: id, At: now.UTC(), Mailbox: m.from, Copy: len(m.boxes) > 0, Payer: m.payer}
	name := mailID(r.key())
	if f.ledger.messages[r.key()] {
		f.log.Info("courrier déjà reçu", "de", m.from)
		return nil
	}
	for _, box := range m.boxes {
		if err := f.boxes[box].hold(name, m.raw); err != nil {
			return err
		}
	}
	if m.payer != "" {
		f.open(r, m.raw)
	}
	if err := f.ledger.append(line{Mail: r}); err != nil {
		return err
	}
	f.told(r)
	for _, box := range m.boxes {
		if err := f.boxes[box].show(name); err != nil {
			f.log.Error("copie en attente", "erreur", err) // it is shown at the next start
		}
	}
	if err := f.tick(now); err != nil {
		f.log.Error("réponses en attente", "erreur", err) // they are planned: the next Tick tries again
	}
	return nil
}

func (f *Frontal) told(r *reception) {
	switch {
	case r.Problem != "":
		f.log.Warn("fichier refusé", "pour", r.Payer, "cause", r.Problem)
	case r.Again:
		f.log.Warn("fichier déjà reçu par un autre courrier", "pour", r.Payer)
	}
	for _, l := range r.Lots {
		f.log.Info("lot reçu", "pour", r.Payer, "professionnel", l.Professional, "lot", fmt.Sprintf("%03d", l.Number),
			"factures", len(l.Invoices), "refus", l.Refusal)
	}
}

// messageID is the Message-ID of a mail; its digest when it has none.
func messageID(raw []byte) string {
	if m, err := mail.ReadMessage(bytes.NewReader(raw)); err == nil {
		if id := strings.TrimSpace(m.Header.Get("Message-Id")); id != "" {
			return id
		}
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// open reads the envelope of a mail for a payer into r.
func (f *Frontal) open(r *reception, raw []byte) {
	to, err := f.certificate(f.payers[r.Payer], r.At)
	if err != nil {
		r.Problem = "le certificat de ce payeur n'est plus utilisable"
		return
	}
	contents, err := seal.Extract(raw, to, f.keys.payers)
	if err != nil {
		r.Problem = unreadable(err)
		return
	}
	digest := sha256.Sum256(contents.File)
	r.File = hex.EncodeToString(digest[:])
	if r.Again = f.ledger.files[r.File]; r.Again {
		return
	}
	file, err := b2.Decode(contents.File)
	switch {
	case err != nil:
		r.Problem = "le fichier B2 n'est pas correct"
	case !file.Demonstration || !contents.Demonstration:
		r.Problem = "le fichier n'est pas marqué comme une démonstration"
	case file.Destinataire.Regime() != f.payers[r.Payer].regime || file.Destinataire.Organisme() != f.payers[r.Payer].organisme:
		r.Problem = "le fichier B2 est pour un autre organisme"
	default:
		f.enter(r, &file, contents.Seals)
	}
}

// unreadable says in French why an envelope can't be read.
func unreadable(err error) string {
	switch {
	case errors.Is(err, seal.ErrRecipient), errors.Is(err, seal.ErrKey):
		return "l'enveloppe n'est pas chiffrée pour ce payeur"
	case errors.Is(err, seal.ErrCipher):
		return "l'enveloppe est chiffrée d'une façon inconnue"
	case errors.Is(err, seal.ErrTooLarge):
		return "l'enveloppe est trop grande"
	}
	return "ce courrier n'est pas une enveloppe lisible"
}

// enter makes the lots of a file, and the plan of their answers.
func (f *Frontal) enter(r *reception, file *b2.File, seals [][]byte) {
	count := 0
	for i := range file.Lots {
		count += len(file.Lots[i].Factures)
	}
	complete := len(seals) == count
	seen := map[string]bool{}
	for i := range file.Lots {
		from := &file.Lots[i]
		l := &lot{ID: fmt.Sprintf("%.16s-%d", r.File, i+1), Received: r.At, Mailbox: r.Mailbox, Payer: r.Payer,
			SenderType: file.Constantes.TypeEmetteur, Sender: file.Emetteur, Destination: file.Destinataire,
			Professional: from.NumeroPS, Number: from.Numero, Date: from.Date}
		if !complete {
			l.Refusal = faultSealCount
			seals = make([][]byte, count)
		}
		f.fill(l, from.Factures, seals[:len(from.Factures)], seen)
		seals = seals[len(from.Factures):]
		f.script.plan(l, f.day)
		r.Lots = append(r.Lots, l)
	}
}

// fill inspects the invoices of a lot. seen are the seals of the file so far.
func (f *Frontal) fill(l *lot, all []b2.Facture, seals [][]byte, seen map[string]bool) {
	numbers := map[int]bool{}
	for i := range all {
		one, certification := f.inspect(l.Professional, &all[i], seals[i], l.Received)
		if len(seals[i]) == 0 { // the lot is refused for it
			one.Seal = fmt.Sprintf("%s-%09d", l.ID, one.Number)
		}
		if certification != "" {
			l.Certification = certification
		}
		switch {
		case f.ledger.entries[one.Seal] != nil || seen[one.Seal]:
			one.Double, one.Fault = true, faultKnown
		case numbers[one.Number]:
			one.Fault = faultSameNumber
		}
		seen[one.Seal], numbers[one.Number] = true, true
		l.Invoices = append(l.Invoices, one)
	}
}
