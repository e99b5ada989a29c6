package lot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Derived keys. Numbers in keys have a fixed width, so that their order is the
// order of the bytes.
func keyFSE(id string) string { return "fse/" + id }
func keyLot(id string) string { return "lot/" + id }

// keySuite holds what happens to an FSE once it is transmitted.
func keySuite(id string) string { return "fse-suite/" + id }
func keyList(owner string, seq uint64) string {
	return fmt.Sprintf("liste/%s/%020d", url.PathEscape(owner), seq)
}

// prefixList begins the keys of owner's FSE, by the record that began them.
func prefixList(owner string) string {
	if owner == Practice {
		return "toutes/"
	}
	return "liste/" + url.PathEscape(owner) + "/"
}

// keyEvery lists the FSE of all owners, keyNumero those of a number: professionals
// number on their own.
func keyEvery(seq uint64) string               { return fmt.Sprintf("toutes/%020d", seq) }
func keyNumero(numero int, am string) string   { return prefixNumero(numero) + am }
func prefixNumero(numero int) string           { return fmt.Sprintf("fse-numero/%09d/", numero) }
func keyLots(seq uint64) string                { return fmt.Sprintf("lots/%020d", seq) }
func keyLastFSE(am string) string              { return "numero/fse/" + am }
func keyLastLot(series string) string          { return "numero/lot/" + series }
func keyLotNumero(series string, n int) string { return fmt.Sprintf("lot-numero/%s/%03d", series, n) }

// keyOpen holds the open lots of a series with that certification: the last one
// takes the next FSE.
func keyOpen(series, certification string) string {
	return "lot-ouvert/" + series + "/" + certification
}
func prefixInLot(lot string) string          { return "lot-fse/" + lot + "/" }
func keyInLot(lot string, numero int) string { return fmt.Sprintf("%s%09d", prefixInLot(lot), numero) }
func keyPatient(d *fse.Draft, seq uint64) string {
	return fmt.Sprintf("%s%020d", prefixPatient(d, d.DateSoins.Year()), seq)
}
func keyCount(kind, state string) string { return "compte/" + kind + "/" + state }
func keyCall(name string) string         { return "appel/" + name }

// keyBlocks holds the blocks of records that began members of a set, keyBlock the
// members of one block.
func keyBlocks(set string) string       { return "attente/" + set }
func keyBlock(set, block string) string { return "attente/" + set + "/" + block }

// keyPaper holds the paper of an FSE or of a lot, keyDay what the takings of a day of care
// know of an FSE, and keyTill what the till of a day knows of its payment.
func keyPaper(id string) string              { return "papier/" + id }
func keyDay(day fse.Date, seq uint64) string { return prefixDay(day) + fmt.Sprintf("%020d", seq) }
func prefixDay(day fse.Date) string          { return "jour/" + day.String() + "/" }
func keyTill(day fse.Date, seq uint64) string {
	return prefixTill(day) + fmt.Sprintf("%020d", seq)
}
func prefixTill(day fse.Date) string { return "encaissement/" + day.String() + "/" }

// keyAwaited holds the reject that waits for the FSE of another software with a number,
// keyClosing when the closing hour of a practice was set.
func keyAwaited(numero string) string   { return "retour-attendu/" + numero }
func keyClosing(numeroAM string) string { return "fermeture/" + numeroAM }
func keyReturn(id string) string        { return "retour/" + id }
func keyReturns(seq uint64) string      { return fmt.Sprintf("retours/%020d", seq) }

// keyOfFSE lists the returns about an FSE and keyOfLot those about a lot as a whole;
// keyReturnIn finds all those of a lot, its FSE included.
func keyOfFSE(fseID string) string       { return "retour-fse/" + fseID }
func keyOfLot(lotID string) string       { return "retour-entier/" + lotID }
func prefixReturnIn(lotID string) string { return "retour-lot/" + lotID + "/" }
func keyReturnIn(lotID string, seq uint64) string {
	return prefixReturnIn(lotID) + fmt.Sprintf("%020d", seq)
}

// keyDelivery holds a delivery, keyDeliveries lists them; keyPiece and keyReturnList hold
// the numbers of the records that have its content and its returns.
func keyDelivery(id string) string          { return "livraison/" + id }
func keyDeliveries(seq uint64) string       { return fmt.Sprintf("livraisons/%020d", seq) }
func keyPiece(id string, n int) string      { return fmt.Sprintf("livraison-morceau/%s/%06d", id, n) }
func keyReturnList(id string, n int) string { return fmt.Sprintf("livraison-liste/%s/%06d", id, n) }

// keySending finds the lots of a number that anybody has begun to send: numbers come
// again, and payers number apart.
func prefixSending(numero int) string { return fmt.Sprintf("lot-envoi/%03d/", numero) }
func keySending(l *Lot) string {
	return fmt.Sprintf("%s%s/%020d", prefixSending(l.Numero), l.NumeroAM, l.Seq)
}
func keyCabinet(numeroAM string) string { return "cabinet/" + numeroAM }

// prefixPatient begins the keys of the signed FSE of the beneficiary of a draft in a
// year. The number is hashed: a list of keys tells nobody who was there.
func prefixPatient(d *fse.Draft, year int) string {
	nir := d.Beneficiaire.NIR
	if nir == "" && d.Assure != nil {
		nir = d.Assure.NIR
	}
	sum := sha256.Sum256([]byte(nir))
	return fmt.Sprintf("patient/%s/%04d/", hex.EncodeToString(sum[:16]), year)
}

// series names the numbering of lots: one for each professional, destination and
// environment, whatever the certification. Several caisses may have one destination, which
// tells lots by their numbers. Before version 4 each payer had its own.
func (l *Lot) series() string {
	if l.Destination == "" {
		return l.payer()
	}
	return l.NumeroAM + "/" + l.Destination + "/" + l.Environment
}

// payer names those whose FSE go together.
func (l *Lot) payer() string {
	return l.NumeroAM + "/" + l.Regime + l.Caisse + l.Centre + "/" + l.Environment
}

// getter reads derived keys: a journal.State or a journal.Writer.
type getter interface {
	Get(key string) ([]byte, bool, error)
}

// scanner also goes through them: a journal.State, or the state behind a purge.
type scanner interface {
	getter
	Scan(prefix, after string, limit int, reverse bool) ([]journal.Item, error)
}

// get returns the object at key, nil if there is none.
func get[T any](g getter, key string) (*T, error) {
	data, ok, err := g.Get(key)
	if err != nil || !ok {
		return nil, err
	}
	return decode[T](data)
}

func set(w journal.Writer, key string, v any) error {
	data, err := encode(v)
	if err != nil {
		return err
	}
	return w.Set(key, data)
}

// number returns the number at key, 0 if there is none.
func number(g getter, key string) (int, error) {
	data, ok, err := g.Get(key)
	if err != nil || !ok {
		return 0, err
	}
	n, err := strconv.Atoi(string(data))
	if err != nil {
		return 0, fmt.Errorf("cannot read the number at %q: %w", key, err)
	}
	return n, nil
}

// text returns the text at key, "" if there is none.
func text(g getter, key string) (string, error) {
	data, _, err := g.Get(key)
	return string(data), err
}

// list returns the identifiers at key, nil if there are none.
func list(g getter, key string) ([]string, error) {
	joined, err := text(g, key)
	if err != nil || joined == "" {
		return nil, err
	}
	return strings.Split(joined, "\n"), nil
}

// setList puts identifiers at key; none hides it.
func setList(w journal.Writer, key string, ids []string) error {
	return w.Set(key, []byte(strings.Join(ids, "\n")))
}
