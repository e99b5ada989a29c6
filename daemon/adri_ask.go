package daemon

import (
	"context"
	"crypto/sha256"

	"github.com/agrafe-fse/agrafe/daemon/rights"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/cps"
)

// askPayer asks on the connection that is kept, or on a new one if there is none, or if
// the server has closed it meanwhile. Every question counts as a use of the code, as a
// signature does.
func (d *Daemon) askPayer(ctx context.Context, principal string, h held, r adri.Request) (adri.Response, error) {
	key := pinKey{principal, h.cps.serial}
	l, err := d.payer.enter(ctx, key)
	if err != nil {
		return adri.Response{}, err
	}
	defer d.payer.leave(key, l)
	conn, drops := d.keptConn(key, l)
	if conn != nil {
		found, err := conn.Ask(ctx, r)
		d.payer.put(key, l, conn, drops)
		if rights.KindOf(err) != rights.Stale {
			return found, err
		}
	}
	if conn, err = d.connectPayer(ctx, key, h); err != nil {
		return adri.Response{}, err
	}
	found, err := conn.Ask(ctx, r)
	d.payer.put(key, l, conn, drops)
	d.dropUncovered(key.serial)
	return found, err
}

// keptConn takes the connection that is kept, unless its code has served too often in the
// last minute: a script smuggled into an allowed page must not ask all day. The code is
// forgotten then, and the next connection asks for it.
func (d *Daemon) keptConn(key pinKey, l *line) (conn *rights.Conn, drops int) {
	conn, drops = d.payer.take(l)
	if conn == nil || d.pins.take(key) != nil {
		return conn, drops
	}
	conn.Close()
	return d.payer.take(l) // nothing, and how often connections had to end by now
}

// dropUncovered ends the connections of a CPS of which the code is not kept: they live
// no longer than the session that they were made in.
func (d *Daemon) dropUncovered(serial string) {
	d.payer.drop(func(k pinKey) bool { return k.serial == serial && !d.pins.has(k) })
}

// cardLeft forgets what was kept for a CPS that was taken out.
func (d *Daemon) cardLeft(serial string) {
	d.pins.forgetCard(serial)
	d.payer.dropCard(serial)
}

// codeChanged takes in that a code of a CPS is kept, or no longer.
func (d *Daemon) codeChanged(serial string) {
	d.desk.codeChanged(serial)
	d.dropUncovered(serial)
}

// connectPayer connects with the CPS held. The user is asked for the code, if it is not
// kept, once the server is known to be there, and before the handshake: neither the card
// nor the server waits for a user who types. In the handshake the card is taken for as
// long as it signs, VERIFY and INTERNAL AUTHENTICATE in one transaction.
func (d *Daemon) connectPayer(ctx context.Context, key pinKey, h held) (conn *rights.Conn, err error) {
	client, err := d.cfg.Rights.client()
	if err != nil {
		return nil, &state.Error{Kind: state.Unsupported, Code: "ADRI_AUTORITE", Err: err,
			Message: "Les autorités du téléservice ADRi (rights.ca_file) ne peuvent pas être lues : prévenez qui administre ce poste, et saisissez les droits d'après l'attestation."}
	}
	if !d.pins.has(key) {
		if err := client.Probe(ctx); err != nil {
			return nil, err
		}
	}
	err = d.withTyped(ctx, key.principal, h, "demander les droits d'un patient à la caisse", "", func(verify verification) error {
		conn, err = client.Connect(ctx, rights.Identity{Certificate: h.cps.auth,
			Sign: func(ctx context.Context, digest [sha256.Size]byte) ([]byte, error) {
				var signature []byte
				_, err := d.showCode(ctx, key.principal, h, "", verify, func(card *cps.Card) (err error) {
					signature, err = card.Authenticate(digest)
					return err
				})
				if err != nil {
					return nil, err // the job may still be at work on signature
				}
				return signature, nil
			}})
		return err
	})
	return conn, err
}
