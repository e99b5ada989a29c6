package lot

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// cabinetChange is the data of a record about a practice: all of it, as it is then, or
// that it is gone.
type cabinetChange struct {
	Cabinet cabinet.Cabinet `json:"cabinet"`
	Removed bool            `json:"retire,omitempty"`
	Key     *callKey        `json:"appel,omitempty"`
}

func (c *cabinetChange) record(numeroAM, actor string) (journal.Entry, error) {
	data, err := encode(c)
	return journal.Entry{Kind: kindCabinet, Subject: numeroAM, Actor: actor, Version: schema, Data: data}, err
}

// SetCabinet keeps the practice of a number of the assurance maladie, instead of what was
// kept before. It does not judge it: cabinet.Check does. A number that does not have 9
// digits is ErrCabinet. Where nothing has changed, nothing is written.
func (b *Book) SetCabinet(ctx context.Context, actor string, practice cabinet.Cabinet, c Call) (cabinet.Cabinet, error) {
	id := practice.NumeroAM
	if !digits(id, 9) {
		return cabinet.Cabinet{}, ErrCabinet
	}
	_, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		if done, err := c.done(s, id); done || err != nil {
			return nil, err
		}
		before, err := cabinetOf(s, id)
		if err != nil && !errors.Is(err, ErrNotFound) || err == nil && reflect.DeepEqual(*before, practice) {
			return nil, err
		}
		return one((&cabinetChange{Cabinet: practice, Key: c.key()}).record(id, actor))
	})
	if err != nil {
		return cabinet.Cabinet{}, err
	}
	return b.Cabinet(id)
}

// RemoveCabinet forgets the practice of a number of the assurance maladie. It fails with
// ErrNotFound, and with ErrInUse while an FSE of that number is not sent, be it a draft, or
// a lot of it. Its cost is that of what waits.
func (b *Book) RemoveCabinet(ctx context.Context, actor, numeroAM string, c Call) error {
	_, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		if done, err := c.done(s, numeroAM); done || err != nil {
			return nil, err
		}
		if _, err := cabinetOf(s, numeroAM); err != nil {
			return nil, err
		}
		if err := unused(s, numeroAM); err != nil {
			return nil, err
		}
		return one((&cabinetChange{Removed: true, Key: c.key()}).record(numeroAM, actor))
	})
	return err
}

// unused fails with ErrInUse while something of a number waits to be sent.
func unused(s journal.State, numeroAM string) error {
	for _, state := range []fse.State{fse.Brouillon, fse.ASigner, fse.EnLot} {
		err := waiting(s, setOf(state), func(f *FSE) error {
			if f.NumeroAM() == numeroAM {
				return ErrInUse
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return waiting(s, setLots, func(l *Lot) error {
		if l.NumeroAM == numeroAM && l.Count > 0 {
			return ErrInUse
		}
		return nil
	})
}

// Cabinet returns the practice of a number of the assurance maladie, or ErrNotFound.
func (b *Book) Cabinet(numeroAM string) (practice cabinet.Cabinet, err error) {
	err = b.journal.View(func(s journal.State) error {
		found, err := cabinetOf(s, numeroAM)
		if err == nil {
			practice = *found
		}
		return err
	})
	return practice, err
}

func cabinetOf(g getter, numeroAM string) (*cabinet.Cabinet, error) {
	found, err := get[cabinet.Cabinet](g, keyCabinet(numeroAM))
	if err == nil && found == nil {
		err = ErrNotFound
	}
	return found, err
}

// Cabinets returns all practices, by their numbers.
func (b *Book) Cabinets() (list []cabinet.Cabinet, err error) {
	err = b.journal.View(func(s journal.State) error {
		return walk(s, keyCabinet(""), func(c *cabinet.Cabinet) error {
			list = append(list, *c)
			return nil
		})
	})
	return list, err
}

// ClosingHour is the hour at which the lots of a number are closed, since when it is so.
type ClosingHour struct {
	NumeroAM string
	Hour     string // HH:MM
	Since    time.Time
}

// ClosingHours returns those of the practices that have one.
func (b *Book) ClosingHours() (hours []ClosingHour, err error) {
	err = b.journal.View(func(s journal.State) error {
		return walk(s, keyCabinet(""), func(c *cabinet.Cabinet) error {
			if c.Fermeture == "" {
				return nil
			}
			since, err := get[time.Time](s, keyClosing(c.NumeroAM))
			if err != nil {
				return err
			}
			hour := ClosingHour{NumeroAM: c.NumeroAM, Hour: c.Fermeture}
			if since != nil {
				hour.Since = *since
			}
			hours = append(hours, hour)
			return nil
		})
	})
	return hours, err
}

func projectCabinet(r journal.Record, w journal.Writer) error {
	change, err := decode[cabinetChange](r.Data)
	if err != nil {
		return err
	}
	if err := change.Key.remember(w, r.Subject); err != nil {
		return err
	}
	before, err := get[cabinet.Cabinet](w, keyCabinet(r.Subject))
	if err != nil {
		return err
	}
	if change.Removed {
		return w.Set(keyCabinet(r.Subject), nil)
	}
	if before == nil || before.Fermeture != change.Cabinet.Fermeture {
		if err := set(w, keyClosing(r.Subject), r.Time); err != nil {
			return err
		}
	}
	return set(w, keyCabinet(r.Subject), change.Cabinet)
}
