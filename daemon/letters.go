package daemon

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
	"github.com/agrafe-fse/agrafe/daemon/seal"
)

// ediConsent is the type of the parts in which payers' files travel.
const ediConsent = "application/edi-consent"

// Bounds of what is kept of a mail (ours). A day of 100 000 returns takes about 20 MB,
// which no practice has.
const (
	maxReturns    = 8 << 20 // bytes of a file of returns, decompressed
	maxUnreadable = 1 << 20 // bytes of a mail that can't be read
)

// open tells what a mail brings. It fails with mail.ErrLeave for one that is none of
// ours, and when the journal can't say whether it is our own copy.
func (d *Daemon) open(ctx context.Context, m mail.Mail) ([]lot.Incoming, error) {
	if m.Raw == nil {
		return []lot.Incoming{{Kind: lot.DeliveryTooLarge, Origin: m.UID, Size: m.Size,
			Problem: "Message trop grand, laissé dans la boîte : enregistrez-en la pièce jointe, puis importez-la."}}, nil
	}
	letter, err := mail.Read(m.Raw)
	if err != nil {
		if len(m.Raw) > maxUnreadable {
			return nil, mail.ErrLeave
		}
		return []lot.Incoming{{Kind: lot.DeliveryUnreadable, Origin: m.UID, Content: m.Raw,
			Problem: "Ce message n’est pas lisible : il est endommagé, ou n’en est pas un."}}, nil
	}
	if letter.From == d.cfg.Mail.From {
		if in, err := d.ownCopy(ctx, letter, m.Size); in != nil || err != nil {
			return in, err
		}
	}
	var list []lot.Incoming
	for _, part := range letter.Parts {
		if strings.EqualFold(part.Type, ediConsent) {
			list = append(list, d.readPart(letter, part))
		}
	}
	if len(list) == 0 {
		return nil, mail.ErrLeave
	}
	return list, nil
}

// readPart reads the file that a part carries.
func (d *Daemon) readPart(letter mail.Letter, part mail.Part) lot.Incoming {
	p, err := seal.ReadPart(part.Body)
	in := lot.Incoming{Origin: letter.MessageID, From: letter.From}
	switch {
	case errors.Is(err, seal.ErrTooLarge) || len(p.Content) > maxReturns:
		in.Kind, in.Size, in.Content = lot.DeliveryTooLarge, len(p.Content), bounded(part.Body)
		in.Problem = "Fichier de retours trop grand : rien n’en est appliqué. Demandez à l’organisme de le renvoyer en plusieurs fois."
	case err != nil || len(p.Content) == 0:
		in.Kind, in.Content, in.Size = lot.DeliveryUnreadable, bounded(part.Body), len(part.Body)
		in.Problem = "La pièce jointe n’est pas lisible : elle est vide, endommagée ou d’un autre format."
	default:
		d.readReturns(&in, p.Content)
	}
	return in
}

// bounded is what is kept of a part that can't be used, nil for too much.
func bounded(body []byte) []byte {
	if len(body) > maxUnreadable {
		return nil
	}
	return body
}

// acknowledgements reads ARL. Their layout is ours as long as the official one is not
// public.
var acknowledgements noemie.ARL = noemie.ARLAgrafe{}

// readReturns reads a file of returns into in. One with a fault is kept and nothing of
// it is applied, and so is one of the other environment.
func (d *Daemon) readReturns(in *lot.Incoming, content []byte) {
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
		return
	}
	entete := file.Entete()
	in.Demonstration, in.Destinataire = entete.Demonstration(), destinataire(entete.Destinataire)
	if in.Demonstration != d.cfg.Mail.Demonstration() {
		in.Problem = otherSide[in.Demonstration]
		return
	}
	if in.Kind != lot.DeliveryARL {
		in.Returns = noemie.Returns(file)
	} else if in.Returns, err = acknowledgements.Decode(content); err != nil {
		in.Kind, in.Returns, in.Problem = lot.DeliveryUnreadable, nil, "Accusé illisible : rien n’en est appliqué. "+firstProblem(err)
	}
}

// otherSide says why a file of the other environment is only kept.
var otherSide = map[bool]string{
	true:  "Fichier de démonstration dans une messagerie de production : rien n’en est appliqué.",
	false: "Fichier réel dans une messagerie de démonstration : rien n’en est appliqué.",
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
// it, whatever it had answered. Nil is a mail that is no such copy.
func (d *Daemon) ownCopy(ctx context.Context, letter mail.Letter, size int) ([]lot.Incoming, error) {
	d.out.turn.Lock() // the lot may be on its way this very moment
	defer d.out.turn.Unlock()
	l, err := d.book.Dispatched(letter.MessageID)
	if errors.Is(err, lot.ErrNotFound) {
		return nil, nil
	}
	if err == nil && l.State == fse.LotClos {
		err = d.out.witness(ctx, l)
	}
	if err != nil {
		return nil, bookFailure(err)
	}
	return []lot.Incoming{{Kind: lot.DeliveryCopy, Origin: letter.MessageID, From: letter.From, Size: size}}, nil
}
