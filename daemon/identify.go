package daemon

import (
	"context"
	"crypto/x509"
	"log/slog"

	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/cps"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// identifier reads cards that have just come.
type identifier struct {
	cfg    Config
	desk   *desk
	certs  *certificates
	rights vitale.Rights
	log    *slog.Logger
}

// identify reads the card in p and records what it is.
func (i *identifier) identify(ctx context.Context, p *place, h held, family reader.Family) {
	ctx, cancel := context.WithTimeout(ctx, i.cfg.cardPatience())
	defer cancel()
	record, err := i.byFamily(ctx, p, h, family)
	i.desk.learn(p, h.counter, func() {
		p.card.Read = true
		if err != nil {
			i.log.Info("card not read", "reader", h.reader.ID, "kind", family, "error", err)
			p.card.Problem = Failure(err)
			return
		}
		record()
	})
}

// byFamily reads the card as its family is read, and returns what to record.
func (i *identifier) byFamily(ctx context.Context, p *place, h held, family reader.Family) (func(), error) {
	switch {
	case family == reader.FamilyVitale1:
		return nil, &state.Error{Kind: state.Unsupported, Code: "VITALE_A_RENOUVELER",
			Message: "Carte Vitale d'ancienne génération : à renouveler. Facturez en mode dégradé."}
	case family == reader.FamilyCPS2ter:
		return nil, &state.Error{Kind: state.Unsupported, Code: "CPS_A_RENOUVELER", Message: "CPS d'ancienne génération : à renouveler."}
	case family.IsCPS():
		return i.identifyCPS(ctx, p, h, family)
	}
	return i.identifyVitale(ctx, p, h, family)
}

// identifyCPS reads serial and state of the code (two commands), and the
// certificates the first time that a card is seen here, each in a transaction of
// its own so that no other program waits long.
func (i *identifier) identifyCPS(ctx context.Context, p *place, h held, family reader.Family) (func(), error) {
	var serial string
	var pin cps.PINState
	var pinpad bool
	err := i.run(ctx, h, "read the CPS", func(tx *reader.Tx) error {
		card, err := cps.Open(tx, family)
		if err == nil {
			serial, pinpad = card.Serial(), tx.Pinpad()
			pin, err = card.PIN()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	sign, auth, ok := i.certs.load(serial)
	if !ok {
		if sign, auth, err = i.readCertificates(ctx, h, family, serial); err != nil {
			return nil, err
		}
		i.certs.store(serial, sign, auth)
	}
	pro := &professional{serial: serial, family: family, holder: cps.HolderOf(sign), sign: sign, auth: auth}
	return func() {
		i.desk.setPinpad(p, pinpad)
		p.cps = pro
		p.card.Serial = serial
		p.card.Holder = &state.Holder{NationalID: pro.holder.NationalID, Nom: pro.holder.Nom,
			Prenom: pro.holder.Prenom, Profession: pro.holder.Profession}
		p.card.Expires, p.card.PINTriesLeft, p.card.Demo = &pro.holder.Expires, &pin.Tries, pro.holder.Test
	}, nil
}

func (i *identifier) readCertificates(ctx context.Context, h held, family reader.Family, serial string) (sign, auth *x509.Certificate, err error) {
	var files []cps.CertificateFile
	err = i.run(ctx, h, "list the certificates", func(tx *reader.Tx) error {
		card, err := cps.OpenSerial(tx, family, serial)
		if err == nil {
			files, err = card.CertificateFiles()
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	byLabel := make(map[string]*x509.Certificate)
	for _, f := range files {
		if f.Label != cps.LabelSign && f.Label != cps.LabelAuth {
			continue
		}
		err = i.run(ctx, h, "read a certificate", func(tx *reader.Tx) error {
			card, err := cps.OpenSerial(tx, family, serial)
			if err == nil {
				byLabel[f.Label], err = card.Certificate(f)
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	sign, auth = byLabel[cps.LabelSign], byLabel[cps.LabelAuth]
	if sign == nil || auth == nil {
		return nil, nil, reader.Failf(reader.Unsupported, "read the CPS", "a certificate is missing")
	}
	return sign, auth, nil
}

// identifyVitale reads the persons and, where the driver can, their rights.
func (i *identifier) identifyVitale(ctx context.Context, p *place, h held, family reader.Family) (func(), error) {
	var card vitale.Card
	var rights []vitale.Right
	err := i.run(ctx, h, "read the Carte Vitale", func(tx *reader.Tx) error {
		var err error
		if card, err = vitale.Read(tx, family); err != nil {
			return err
		}
		rights, err = i.rights.Rights(tx)
		switch reader.KindOf(err) {
		case reader.Unsupported, reader.Refused, reader.PINRequired, reader.Malformed:
			rights, err = nil, nil // by teleservice or by hand, then
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return func() {
		p.vitale = &patients{persons: card.Persons, rights: rights}
		p.card.Persons = len(card.Persons)
		p.card.Demo = i.rights.Demonstration()
	}, nil
}

// run does a reading on the card held, whoever has the lease, once more if
// another program reset the card.
func (i *identifier) run(ctx context.Context, h held, op string, f func(*reader.Tx) error) error {
	j := h.job(op, "", "", f)
	j.System, j.Retry = true, true
	_, err := h.owner.Do(ctx, j)
	return err
}
