package lot

import (
	"fmt"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// schema is the version of the changes that are written. Version 2 came with
// what a program of version 1 would have derived wrongly: an FSE that leaves its lot
// for another, a lot that is opened again, keys of calls about lots; and the
// holder of the card in the signature. Version 3 came with papers, practices, payments
// by patients, returns, and FSE that make others again. Version 4 came with what is sent
// to payers and what comes from them; version 5 with what has to be confirmed after a
// restore, and with the lots that somebody has asked for.
const schema = 5

// upgrades turns the data of a record of each older version into the next one's.
// Records are never rewritten: they are upgraded each time that they are read.
var upgrades = map[uint16]func(data []byte) ([]byte, error){
	// Version 2 only adds: a signature of version 1 has no holder, and the lot's B2
	// file then shows the number of the professional in the place of the name.
	1: same,
	// Versions 3, 4 and 5 only add.
	2: same,
	3: same,
	4: same,
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
// before the version is raised, those of older versions need an upgrade too: see adopt.
const derivation = 5

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

// adoptable says which derived keys of an older version can be taken over.
type adoptable int

const (
	nothingToAdopt adoptable = iota
	checkpoint2              // a checkpoint of version 2, whose keys have to be entered where they are looked for
	untouched                // those of version 3, which sent nothing, or of version 4: they are derived so still
)

// checkDerived refuses derived keys of another version, unless they can be adopted.
func checkDerived(s journal.State) (adoptable, error) {
	found, err := number(s, keyDerivation)
	if err != nil || s.Last() == 0 {
		return nothingToAdopt, err
	}
	behind, err := number(s, keyBehind)
	if err != nil {
		return nothingToAdopt, err
	}
	switch found = max(found, 1); {
	case found == 2 && s.First() > 1 && (behind == derivation || s.First() > s.Last()):
		return checkpoint2, nil
	case found == 3:
		return untouched, nothingSent(s)
	case found == 4:
		return untouched, nil
	case found < derivation:
		return nothingToAdopt, fmt.Errorf("%w: version %d, %d is known", ErrStale, found, derivation)
	case found > derivation:
		return nothingToAdopt, fmt.Errorf("%w: derived state of version %d, %d is known", ErrNewer, found, derivation)
	}
	return nothingToAdopt, nil
}

// nothingSent fails with ErrStale if an FSE was transmitted.
func nothingSent(s journal.State) error {
	for _, state := range []fse.State{fse.Transmise, fse.Acquittee, fse.SansARLAttendu, fse.Payee, fse.PayeePartiellement, fse.Rejetee, fse.Remplacee} {
		n, err := number(s, keyCount(kindFSE, string(state)))
		if err == nil && n != 0 {
			err = fmt.Errorf("%w: version 3 with FSE that are %s", ErrStale, state.Libelle())
		}
		if err != nil {
			return err
		}
	}
	return nil
}
