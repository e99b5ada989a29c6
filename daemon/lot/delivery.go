package lot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// Kinds of deliveries.
const (
	DeliveryNoemie     = "noemie"
	DeliveryARL        = "arl"
	DeliveryCopy       = "copie"      // of what we have sent
	DeliveryBounce     = "rebond"     // a message of ours that came back
	DeliveryUnreadable = "illisible"  // damaged or truncated: nothing of it is applied
	DeliveryUnknown    = "inconnu"    // of no kind that we know
	DeliveryTooLarge   = "trop-grand" // was not taken in
)

// Delivery is something that a payer has delivered.
type Delivery struct {
	ID            string    `json:"id"`      // SHA-256 of the content, or of what is told of it where there is none; hex
	Kind          string    `json:"type"`    // one of those above
	Origin        string    `json:"origine"` // Message-ID, UID or name of a file
	From          string    `json:"de,omitempty"`
	Received      time.Time `json:"recu"`
	Size          int       `json:"taille"`             // bytes
	Problem       string    `json:"probleme,omitempty"` // French
	Returns       int       `json:"retours"`            // in it
	Applied       int       `json:"appliques"`          // of them, now
	Waiting       int       `json:"enAttente"`          // of them, to be reconciled or looked at, now
	Repeated      int       `json:"repetitions"`        // of them, that had come before; they are not kept twice
	Demonstration bool      `json:"demonstration,omitempty"`
	Destinataire  string    `json:"destinataire,omitempty"` // AM number of the professional that it is for, "" if it does not tell
	Seq           uint64    `json:"enregistrement"`

	Pieces int `json:"morceaux"` // records that hold the content
	Lists  int `json:"listes"`   // records that hold the returns
	Done   int `json:"faits"`    // returns that were taken in

	Along *along `json:"suite,omitempty"` // what is left to do of the last one

	FSE   []string `json:"-"` // changed by the call that has returned this
	Lots  []string `json:"-"`
	Tally Tally    `json:"-"` // of that call
}

// Tally counts the returns that a call has taken in, by what they say. Our own copies
// count for none.
type Tally struct {
	Says     map[Says]int // that had not come before
	Repeated int          // that had
}

// add counts what records say was taken in.
func (t *Tally) add(records []journal.Record) error {
	for _, r := range records {
		switch r.Kind {
		case kindReturn:
			change, err := decode[returnChange](r.Data)
			if err != nil {
				return err
			}
			if n := change.New; n != nil && n.Kind != ReturnCopy {
				if t.Says == nil {
					t.Says = make(map[Says]int)
				}
				t.Says[n.Says]++
			}
		case kindDelivery:
			change, err := decode[deliveryChange](r.Data)
			if err != nil {
				return err
			}
			t.Repeated += change.Repeated
		}
	}
	return nil
}

// Incoming is what has come from a payer.
type Incoming struct {
	Kind, Origin, From, Problem string
	Content                     []byte
	Size                        int // where Content is absent
	Demonstration               bool
	Returns                     []noemie.Return
	Destinataire                string // 9 digits, AM number, "" for unknown
	Emetteur                    string // 14 digits, who made the file, "" for unknown

	// Of a DeliveryCopy of a message that is not the last one of its lot.
	Lot string    // Lot.ID
	At  time.Time // when it was sent
}

// deliveryChange is the data of a record about a delivery. Its content and its returns
// stand before the delivery itself, in as many records as it takes.
type deliveryChange struct {
	Piece   int       `json:"morceau,omitempty"` // from 1
	Content []byte    `json:"contenu,omitempty"`
	List    int       `json:"liste,omitempty"` // from 1
	Returns []Return  `json:"retours,omitempty"`
	New     *Delivery `json:"livraison,omitempty"`

	Done     int `json:"faits,omitempty"`       // more returns that were taken in
	Repeated int `json:"repetitions,omitempty"` // of them

	Along *along `json:"suite,omitempty"`
}

func (c *deliveryChange) record(id, actor string) (journal.Entry, error) {
	data, err := encode(c)
	return journal.Entry{Kind: kindDelivery, Subject: id, Actor: actor, Version: schema, Data: data}, err
}

func projectDelivery(r journal.Record, w journal.Writer) error {
	change, err := decode[deliveryChange](r.Data)
	if err != nil {
		return err
	}
	at := []byte(strconv.FormatUint(r.Seq, 10))
	switch {
	case change.Piece > 0:
		return w.Set(keyPiece(r.Subject, change.Piece), at)
	case change.List > 0:
		return w.Set(keyReturnList(r.Subject, change.List), at)
	}
	d, err := get[Delivery](w, keyDelivery(r.Subject))
	if err != nil {
		return err
	}
	if d == nil {
		if d = change.New; d == nil {
			return fmt.Errorf("%w: a delivery that does not exist", errRecord)
		}
		d.Received, d.Seq = r.Time, r.Seq
		if err := w.Set(keyDeliveries(r.Seq), []byte(d.ID)); err != nil {
			return err
		}
	} else if change.New != nil {
		d.readAgain(change.New)
	}
	if change.Along != nil {
		d.Along = change.Along
		if d.Along.Lot == "" {
			d.Along = nil
		}
	}
	d.Done += change.Done
	d.Repeated += change.Repeated
	if err := wait(w, setDeliveries, keyDelivery(d.ID), d.Seq, d.unfinished()); err != nil {
		return err
	}
	return set(w, keyDelivery(d.ID), d)
}

// countIn keeps in the delivery of a return how many are applied and wait.
func countIn(w journal.Writer, id string, before, after Effect) error {
	if id == "" || before == after {
		return nil
	}
	d, err := get[Delivery](w, keyDelivery(id))
	if err != nil || d == nil { // it may have been purged
		return err
	}
	for effect, step := range map[Effect]int{before: -1, after: +1} {
		switch {
		case effect == EffectApplied:
			d.Applied += step
		case effect.toSettle():
			d.Waiting += step
		}
	}
	return set(w, keyDelivery(id), d)
}

// Delivery returns the delivery id, or ErrNotFound.
func (b *Book) Delivery(id string) (d Delivery, err error) {
	err = b.journal.View(func(s journal.State) error {
		found, err := deliveryOf(s, id)
		if err == nil {
			d = *found
		}
		return err
	})
	return d, err
}

func deliveryOf(g getter, id string) (*Delivery, error) {
	d, err := get[Delivery](g, keyDelivery(id))
	if err == nil && d == nil {
		err = ErrNotFound
	}
	return d, err
}

// Deliveries lists the deliveries, the newest first, at most limit, behind the cursor
// after, and the cursor of the next page ("" at the end).
func (b *Book) Deliveries(after string, limit int) (list []Delivery, next string, err error) {
	err = b.journal.View(func(s journal.State) (err error) {
		list, next, err = newest(s, "livraisons/", after, limit, deliveryOf)
		return err
	})
	return list, next, err
}

// newest lists what the keys with prefix name, which end with a cursor: the last first.
func newest[T any](s scanner, prefix, after string, limit int, read func(g getter, id string) (*T, error)) (list []T, next string, err error) {
	from := ""
	if after != "" {
		from = prefix + after
	}
	items, err := s.Scan(prefix, from, limit+1, true)
	if err != nil {
		return nil, "", err
	}
	if len(items) > limit {
		items = items[:limit]
		next = items[limit-1].Key[len(prefix):]
	}
	for _, item := range items {
		one, err := read(s, string(item.Value))
		if err != nil {
			return nil, "", err
		}
		list = append(list, *one)
	}
	return list, next, nil
}

// Content returns the content of a delivery as it came, and a name for it. It is
// ErrNotFound where only that it came was kept.
func (b *Book) Content(id string) (name string, data []byte, err error) {
	err = b.journal.View(func(s journal.State) error {
		d, err := deliveryOf(s, id)
		if err == nil && d.Pieces == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		name = d.name()
		for n := 1; n <= d.Pieces; n++ {
			change, err := kept(s, keyPiece(id, n))
			if err != nil {
				return err
			}
			data = append(data, change.Content...)
		}
		return nil
	})
	return name, data, err
}

// kept reads the record whose number stands at a key.
func kept(s journal.State, key string) (*deliveryChange, error) {
	seq, err := number(s, key)
	if err != nil {
		return nil, err
	}
	r, ok, err := s.Read(uint64(seq))
	if err == nil && !ok {
		err = errMissing(key)
	}
	if err != nil {
		return nil, err
	}
	return decode[deliveryChange](r.Data)
}

// name is one for a file: of what came with the delivery only letters that no system
// takes for anything else.
func (d *Delivery) name() string {
	base := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return -1
	}, strings.TrimSuffix(path.Base(d.Origin), path.Ext(d.Origin)))
	return fmt.Sprintf("retour-%s-%s.txt", d.Received.Local().Format("20060102"), (base + d.ID)[:min(24, len(base)+len(d.ID))])
}

// resume reads the returns of a delivery.
func resume(ctx context.Context, b *Book, id string) (list []Return, err error) {
	err = b.journal.View(func(s journal.State) error {
		d, err := deliveryOf(s, id)
		if err != nil {
			return err
		}
		for n := 1; n <= d.Lists && err == nil; n++ {
			change, fault := kept(s, keyReturnList(id, n))
			if fault != nil {
				return fault
			}
			list = append(list, change.Returns...)
			err = ctx.Err()
		}
		return err
	})
	return list, err
}

// idOf names what has come: by its content, or by what is told of it where that is absent.
func (in *Incoming) idOf() string {
	if len(in.Content) > 0 {
		return digest(in.Content)
	}
	return digest(fmt.Appendf(nil, "%q %q %q %d", in.Kind, in.Origin, in.From, in.Size))
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
