// Package journal keeps what happens to FSE and lots: an FSE is money, so it may not lose one, double one or forget one in
// silence.
//
// # Contract
//
// Records are appended with a sequence number that starts at 1 and has no gaps, and are chained: each holds the SHA-256 of
// the one before it. An update is acknowledged when its records are on the disk; after a crash every acknowledged record is
// there once, under its number, and an update that was not acknowledged is there as a whole or not at all.
//
// State is derived: a projection turns each record into keys and values, in the same transaction. Deriving again from
// record 1, or from the checkpoint of a purge, gives the same state. Nothing is ever deleted; a key is hidden by an empty value.
//
// Outside the folder of the records stands the anchor: how many records there are, the number and hash of the last. It is
// written after each transaction and before the acknowledgement. At opening it may be behind by the records of the
// last transaction, which is a crash between the two writes; anything else is damage.
//
// # Damage
//
// The engine, Badger, repairs silently: it cuts a log at the first bad entry, takes a cut MANIFEST for whole, deletes
// tables that the MANIFEST does not name, and ends an iteration at a damaged block as if there were nothing behind it. So:
//
//   - before Badger opens the folder, it is surveyed without being changed: the MANIFEST whole, each table there with
//     its footer, index and last block whole, every log entry that was acknowledged whole, the anchor's record
//     found, logs and tables joined without a gap. Otherwise Open fails with a Damaged error;
//   - the survey reads the ends of tables and the logs, which are bounded, so that opening does not get slower with the
//     years. The blocks between are checked when they are first read, before anything is answered from them, and
//     all of them in the background; damage found then stops writing, and reading goes on where the blocks are whole;
//   - Badger's compactors are off, because merging a damaged table loses what is behind the damage for good. Tables are
//     merged by a goroutine of this package, once all that were there at opening are checked;
//   - Verify reads everything at any time.
//
// After a Damaged error from Open nothing has been changed. Salvage reads every record that still stands whole in a table or a log,
// and Rebuild makes a new journal of that and of backups, which says exactly which records are missing. It is as far as the chain
// goes: what is behind a gap is counted and not used. A power cut inside Badger's own few
// bytes of appending to the MANIFEST looks like a cut and is refused as one. A disk that reports writes as done
// and drops them is found out by the anchor, if it keeps that.
//
// A full disk is refused before Badger, which maps its files, can die of it.
//
// # Purge
//
// There are no deletions: a purge writes a new journal, in a second folder, that begins with a checkpoint of what stays. The anchor
// names the folder that counts, and so the switch is one write of 128 bytes, which the two slots make whole or not done; a folder
// is never renamed. The folder that the anchor does not name is what a purge that was cut short has left: opening removes it, once
// the other is known to be whole. The checkpoint holds a SHA-256 of all that is in it, which the anchor has too.
//
// # Faults
//
// When a write of Badger or of the anchor fails, nothing more is written until the journal is opened again, because only the disk
// knows how far it came. Badger retries for ever what it can't write out, so a transaction and a closing wait a limited time. If the
// disk can't sync the MANIFEST, Badger removes the table it has just named there: Open then says Damaged, and Salvage has all.
//
// # Goroutines
//
// One goroutine, the committer, runs the decide functions one by one and writes; those that are waiting share a transaction.
// Another, the keeper, checks and merges tables. View runs in its caller's goroutine and waits for neither. A purge
// is built in its caller's goroutine; the committer adds the last records and makes the switch. Locks are not nested, but for
// keeper.merging, Journal.purging and Journal.replaying, in this order, each held over calls that take Journal.mu and anchor.mu.
package journal
