package lot

import (
	"fmt"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// schema is the version of the changes that are written. Version 2 came with
// what a program of version 1 would have derived wrongly: an FSE that leaves its lot
// for another, a lot that is opened again, keys of calls about lots; and the
// holder of the card in the signature. Version 3 came with papers, practices, payments
// by patients, returns, and FSE that make others again.
const schema = 3

// upgrades turns the data of a record of each older version into the next one's.
// Records are never rewritten: they are upgraded each time that they are read.
var upgrades = map[uint16]func(data []byte) ([]byte, error){
	// Version 2 only adds: a signature of version 1 has no holder, and the lot's B2
	// file then shows the number of the professional in the place of the name.
	1: same,
	// Version 3 only adds.
	2: same,
}

func same(data []byte) ([]byte, error) { return data, nil }

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
// before the version is raised, those of older versions need an upgrade too; adopt is
// the one of version 2, the first that purged.
const derivation = 3

// keyDerivation holds the version of the derived keys; derivation 1 did not
// write it. keyBehind holds the version that the records behind a checkpoint of another
// version were derived by.
const (
	keyDerivation = "derivation"
	keyBehind     = "derivation/suite"
)

// markDerived keeps by which version a record was derived.
func markDerived(r journal.Record, w journal.Writer) error {
	key := keyDerivation
	if r.Seq > 1 {
		found, err := number(w, key)
		if err != nil || found == derivation {
			return err
		}
		key = keyBehind
	}
	return w.Set(key, []byte(strconv.Itoa(derivation)))
}

// checkDerived refuses derived keys of another version. It tells whether they stand on
// a checkpoint of version 2 that has to be adopted.
func checkDerived(s journal.State) (toAdopt bool, err error) {
	found, err := number(s, keyDerivation)
	if err != nil || s.Last() == 0 {
		return false, err
	}
	behind, err := number(s, keyBehind)
	if err != nil {
		return false, err
	}
	switch found = max(found, 1); {
	case found == 2 && s.First() > 1 && (behind == derivation || s.First() > s.Last()):
		return true, nil
	case found < derivation:
		return false, fmt.Errorf("%w: version %d, %d is known", ErrStale, found, derivation)
	case found > derivation:
		return false, fmt.Errorf("%w: derived state of version %d, %d is known", ErrNewer, found, derivation)
	}
	return false, nil
}
