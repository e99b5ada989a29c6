package lot

import (
	"context"
	"errors"
	"reflect"

	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// cabinetChange is the data of a record about a practice: all of it, as it is then.
type cabinetChange struct {
	Cabinet cabinet.Cabinet `json:"cabinet"`
	Key     *callKey        `json:"appel,omitempty"`
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
		data, err := encode(cabinetChange{practice, c.key()})
		return one(journal.Entry{Kind: kindCabinet, Subject: id, Actor: actor, Version: schema, Data: data}, err)
	})
	if err != nil {
		return cabinet.Cabinet{}, err
	}
	return b.Cabinet(id)
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

func projectCabinet(r journal.Record, w journal.Writer) error {
	change, err := decode[cabinetChange](r.Data)
	if err != nil {
		return err
	}
	if err := change.Key.remember(w, r.Subject); err != nil {
		return err
	}
	return set(w, keyCabinet(r.Subject), change.Cabinet)
}
