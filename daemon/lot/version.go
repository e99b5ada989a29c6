package lot

import (
	"fmt"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// schema is the version of the changes that are written. Version 2 came with
// what a program of version 1 would have derived wrongly: an FSE that leaves its lot
// for another, a lot that is opened again, keys of calls about lots; and the
// holder of the card in the signature.
const schema = 2

// upgrades turns the data of a record of each older version into the next one's.
// Records are never rewritten: they are upgraded each time that they are read.
var upgrades = map[uint16]func(data []byte) ([]byte, error){
	// Version 2 only adds: a signature of version 1 has no holder, and the lot's B2
	// file then shows the number of the professional in the place of the name.
	1: func(data []byte) ([]byte, error) { return data, nil },
}

// upgraded returns the data of a record as schema has it. A version that is not
// known yet is ErrNewer: reading it as if it were known would derive a state that
// nobody wrote.
func upgraded(r journal.Record) ([]byte, error) {
	if r.Version > schema {
		return nil, fmt.Errorf("%w: a record of version %d, %d is known", ErrNewer, r.Version, schema)
	}
	data := r.Data
	for v := r.Version; v < schema; v++ {
		upgrade, known := upgrades[v]
		if !known {
			return nil, fmt.Errorf("%w: unknown version %d", errRecord, r.Version)
		}
		var err error
		if data, err = upgrade(data); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// derivation is the version of the derived keys. It changes with what project
// derives: a journal whose state an older one derived has to be rebuilt from its
// records, by journal.Rebuild. A purge keeps derived keys of its time in a checkpoint:
// before the version is raised, those of older versions need an upgrade too.
const derivation = 2

// keyDerivation holds the version of the derived keys; derivation 1 did not
// write it.
const keyDerivation = "derivation"

func markDerived(w journal.Writer) error {
	return w.Set(keyDerivation, []byte(strconv.Itoa(derivation)))
}

// checkDerived refuses derived keys of another version.
func checkDerived(s journal.State) error {
	found, err := number(s, keyDerivation)
	if err != nil || s.Last() == 0 {
		return err
	}
	switch found = max(found, 1); {
	case found < derivation:
		return fmt.Errorf("%w: version %d, %d is known", ErrStale, found, derivation)
	case found > derivation:
		return fmt.Errorf("%w: derived state of version %d, %d is known", ErrNewer, found, derivation)
	}
	return nil
}
