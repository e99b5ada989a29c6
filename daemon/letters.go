package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
	"github.com/agrafe-fse/agrafe/daemon/seal"
)

// ediConsent is the type of the parts in which payers' files travel.
const ediConsent = "application/edi-consent"

// maxReturns bounds what is kept of a mail, and a file of returns once decompressed
// (bytes; ours, what the book takes). A day of 100 000 returns takes about 20 MB, which
// no practice has.
const maxReturns = 8 << 20

// opened is what a mail brings.
type opened struct {
	list []lot.Incoming
	stay bool // it stays in the mailbox all the same: the journal does not have all of it, or may do more with it later
}

// open tells what a mail brings. It fails with mail.ErrLeave for one that is none of
// ours, and when the journal can't say whether it is our own copy.
func (d *Daemon) open(ctx context.Context, m mail.Mail) (opened, error) {
	if m.Raw == nil {
		return opened{[]lot.Incoming{{Kind: lot.DeliveryTooLarge, Origin: m.UID, Size: m.Size,
			Problem: "Message de plus de 8 Mo, laissé dans la boîte sans être lu : voyez le site de l’organisme, ou demandez-lui des fichiers plus petits."}}, true}, nil
	}
	letter, broken := mail.Read(m.Raw)
	if strings.EqualFold(letter.From, d.cfg.Mail.From) {
		if in, err := d.ownCopy(ctx, letter, m.Size); in != nil || err != nil {
			return opened{list: in}, err
		}
	}
	if broken != nil {
		return d.openBroken(m)
	}
	if in, err := d.bounced(ctx, letter, m.Raw); in != nil || err != nil {
		return opened{list: in}, err
	}
	var o opened
	for _, part := range letter.Parts {
		if strings.EqualFold(part.Type, ediConsent) {
			in, stay := d.readPart(letter, part)
			o.list, o.stay = append(o.list, in), o.stay || stay
		}
	}
	if len(o.list) == 0 {
		return o, mail.ErrLeave
	}
	return o, nil
}

// openBroken keeps a mail that can't be taken apart where something in it is a payer's
// or ours. Any other is somebody's who is no concern of ours.
func (d *Daemon) openBroken(m mail.Mail) (opened, error) {
	if !bytes.Contains(bytes.ToLower(m.Raw), []byte(ediConsent)) {
		ours, err := d.namesOurs(m.Raw)
		if err != nil {
			return opened{}, err
		}
		if !ours {
			return opened{}, mail.ErrLeave
		}
	}
	return opened{list: []lot.Incoming{{Kind: lot.DeliveryUnreadable, Origin: m.UID, Content: m.Raw,
		Problem: "Ce message n’est pas lisible : il est endommagé ou incomplet."}}}, nil
}

// ourMessage finds what is like the identifiers of our messages.
var ourMessage = regexp.MustCompile(`agrafe\.[0-9a-z]{1,64}\.[0-9a-f]{32}@[0-9A-Za-z.-]{1,190}`)

// maxNamed bounds the identifiers that are looked up for one mail (ours).
const maxNamed = 64

// namesOurs tells whether a mail names a message that has carried a lot.
func (d *Daemon) namesOurs(raw []byte) (bool, error) {
	for _, id := range ourMessage.FindAll(raw, maxNamed) {
		_, _, err := d.book.Dispatched(string(id))
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, lot.ErrNotFound) {
			return false, bookFailure(err)
		}
	}
	return false, nil
}

// readPart reads the file that a part carries. stay tells that its mail has to stay in
// the mailbox.
func (d *Daemon) readPart(letter mail.Letter, part mail.Part) (in lot.Incoming, stay bool) {
	p, err := seal.ReadPartUpTo(part.Body, maxReturns)
	in = lot.Incoming{Origin: letter.MessageID, From: letter.From}
	switch {
	case errors.Is(err, seal.ErrTooLarge) || len(p.Content) > maxReturns:
		in.Kind = lot.DeliveryTooLarge
		in.Problem = "Fichier de retours trop grand : rien n’en est appliqué. Demandez à l’organisme de le renvoyer en plusieurs fois."
		return in, !keep(&in, part.Body)
	case err != nil || len(p.Content) == 0:
		in.Kind = lot.DeliveryUnreadable
		in.Problem = "La pièce jointe n’est pas lisible : elle est vide, endommagée ou d’un autre format."
		return in, !keep(&in, part.Body)
	}
	return in, !d.readReturns(&in, p.Content)
}

// keep has a part kept as it came that can't be used, and tells whether it can be kept.
func keep(in *lot.Incoming, body []byte) bool {
	if in.Size = len(body); in.Size > maxReturns {
		return false
	}
	in.Content = body
	return true
}

// acknowledgements reads ARL. Their layout is ours as long as the official one is not
// public.
var acknowledgements noemie.ARL = noemie.ARLAgrafe{}

// readReturns reads a file of returns into in. One with a fault is kept and nothing of
// it is applied. Nor is one of the other environment, of which done is false: it is read
// again where the service has that environment.
func (d *Daemon) readReturns(in *lot.Incoming, content []byte) (done bool) {
	in.Content, in.Kind = content, lot.DeliveryNoemie
	if acknowledgements.Recognises(content) {
		in.Kind = lot.DeliveryARL
	}
	file, err := noemie.Parse(content)
	if err != nil {
		if in.Kind = lot.DeliveryUnknown; strings.HasPrefix(string(content[:min(3, len(content))]), "000") {
			in.Kind = lot.DeliveryUnreadable
		}
		in.Problem = "Fichier de retours illisible : rien n’en est appliqué. " + firstProblem(err)
		return true
	}
	entete := file.Entete()
	in.Demonstration, in.Emetteur, in.Destinataire = entete.Demonstration(), entete.Emetteur, destinataire(entete.Destinataire)
	if in.Demonstration != d.cfg.Mail.Demonstration() {
		in.Problem = otherSide[in.Demonstration]
		return false
	}
	if in.Kind != lot.DeliveryARL {
		in.Returns = noemie.Returns(file)
	} else if in.Returns, err = acknowledgements.Decode(content); err != nil {
		in.Kind, in.Returns, in.Problem = lot.DeliveryUnreadable, nil, "Accusé illisible : rien n’en est appliqué. "+firstProblem(err)
	}
	return true
}

// otherSide says why a file of the other environment is only kept.
var otherSide = map[bool]string{
	true:  "Fichier de démonstration dans une messagerie de production : rien n’en est appliqué, il reste dans la boîte.",
	false: "Fichier réel dans une messagerie de démonstration : rien n’en est appliqué, il reste dans la boîte.",
}

// firstProblem is the first fault of a file of returns, in French.
func firstProblem(err error) string {
	faults, ok := errors.AsType[noemie.Problems](err)
	if faults = faults.Faults(); !ok || len(faults) == 0 {
		return ""
	}
	first := faults[0]
	return fmt.Sprintf("Enregistrement %d : %s", first.Record, first.Message())
}

// destinataire is the AM number of the professional that a file is for, "" where its
// header does not tell: 5 zeros and the number, as in the files that we send.
func destinataire(numero string) string {
	if am, ok := strings.CutPrefix(strings.TrimSpace(numero), "00000"); ok && len(am) == 9 && strings.Trim(am, "0123456789") == "" {
		return am
	}
	return ""
}

// ownCopy settles the dispatch of which a mail is our own copy: the server had taken
// it, whatever it had answered. One of what a lot held before it was changed is for
// somebody to look at: the payer may have both. Nil is a mail that is no such copy.
func (d *Daemon) ownCopy(ctx context.Context, letter mail.Letter, size int) ([]lot.Incoming, error) {
	d.out.turn.Lock() // the lot may be on its way this very moment
	defer d.out.turn.Unlock()
	in := lot.Incoming{Kind: lot.DeliveryCopy, Origin: letter.MessageID, From: letter.From, Size: size}
	l, current, err := d.book.Dispatched(letter.MessageID)
	switch {
	case errors.Is(err, lot.ErrNotFound):
		return nil, nil
	case err == nil && !current:
		in.Lot, in.At, in.Demonstration = l.ID, letter.Date, d.cfg.Mail.Demonstration()
	case err == nil && l.State == fse.LotClos:
		err = d.out.witness(ctx, l)
	}
	if err != nil {
		return nil, bookFailure(err)
	}
	return []lot.Incoming{in}, nil
}
