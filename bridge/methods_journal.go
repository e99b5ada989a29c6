package bridge

import (
	"bytes"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Kinds that the care of the journal may fail with.
var (
	readsJournal = []state.Kind{state.JournalDamaged, state.Offline, state.Timeout, state.DiskFull}
	backsUp      = kinds(readsJournal, []state.Kind{state.NotFound})
)

// journalMethods is the care of the journal while the service has it, for programs
// of this machine only. While it does not run, the command line does the same itself.
var journalMethods = []method{
	{"journal.stats", "Tells how large the journal is and what it stands on.",
		onlyLocal, quick, reads, readsJournal, 1, with(journalStats)},
	{"journal.verify", "Reads all of the journal and derives its state anew.",
		onlyLocal, slow, reads, readsJournal, 1, with(verifyJournal)},
	{"journal.backup", "Writes what the backup does not have yet.",
		onlyLocal, slow, reads, backsUp, 1, with(backUpJournal)},
	{"journal.purge", "Takes out what is over and has not changed for a time; what is unpaid stays.",
		onlyLocal, slow, remembered, backsUp, 1, with(purgeJournal)},
	{"journal.records", "Gives records of the journal, a page at a time, seals and patients included.",
		onlyLocal, slow, reads, readsJournal, 1, with(journalRecords)},
	{"journal.accounts", "Gives every FSE as an accountant wants it, without the patients.",
		onlyLocal, slow, reads, readsJournal, 1, with(journalAccounts)},
}

func journalStats(c call, _ none) (daemon.JournalStats, error) { return c.daemon.JournalStats() }

func verifyJournal(c call, _ none) (daemon.JournalCheck, error) { return c.daemon.VerifyJournal(c.ctx) }

func backUpJournal(c call, _ none) (daemon.BackupRun, error) { return c.daemon.BackupNow(c.ctx) }

type purgeParams struct {
	Before time.Time `json:"avant"` // what has not changed since may go
	keyed
}

func purgeJournal(c call, p purgeParams) (daemon.Purged, error) {
	return c.daemon.PurgeJournal(c.ctx, p.Before)
}

type recordsParams struct {
	After uint64 `json:"after,omitempty"` // number of the last record that the caller has
}

// recordsPage is how many records a page has at most.
const recordsPage = 100

type recordsResult struct {
	Records [][]byte `json:"enregistrements"` // as the journal writes them, hash included; none at the end
}

func journalRecords(c call, p recordsParams) (recordsResult, error) {
	r := recordsResult{Records: [][]byte{}}
	for record, err := range c.daemon.JournalRecords(p.After) {
		if err != nil {
			return recordsResult{}, err
		}
		if r.Records = append(r.Records, record.Encode()); len(r.Records) == recordsPage {
			break
		}
	}
	return r, nil
}

type accountsResult struct {
	FSE  uint64 `json:"fse"`     // how many
	Data []byte `json:"fichier"` // CSV
}

func journalAccounts(c call, _ none) (accountsResult, error) {
	var out bytes.Buffer
	n, err := c.daemon.Accounts(c.ctx, &out)
	return accountsResult{n, out.Bytes()}, err
}
