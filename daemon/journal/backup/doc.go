// Package backup copies a journal, encrypted and as it grows, to a second folder, and reads it back.
//
// # Contract
//
// A run writes the records that the folder does not have yet. Each file is encrypted before the first byte of it is written, synced, read
// back, decrypted and checked record by record, and only then gets its name: a file that has a name is whole, unless
// the disk has damaged it since. A run that fails or is killed at any moment takes nothing away from what was there before; the next one
// goes on from what it finds. The records themselves say where to go on, there is no file of state that could lie.
//
// A folder belongs to one journal; another one is refused. It is never made here: a share that is not mounted would
// become a folder on the very disk that is being backed up.
//
// Reading needs the folder and the secret, nothing else. A file that is damaged, missing, renamed or of another place is
// skipped and named with the records that it held; not one record of it is believed.
//
// # Why not the stream of the engine
//
// Badger has a backup stream. It is plain text even when the store is encrypted; it carries derived state, which the records
// give anyway; and nothing in it can be verified without loading it into another Badger. The records are chained by their hashes:
// a copy of them can be checked as it stands, against itself and against the journal, and joined with what can be salvaged elsewhere.
//
// # Files
//
// A segment, SSSS-FFFFFFFFFFFF-LLLLLLLLLLLL.agrafe, holds records F to L of series S, at most 8 MiB. It is an age file
// (age-encryption.org/v1) for the one recipient of the journal's secret. Its plain text begins with a header that
// repeats the name, tells the journal, and links the hashes before its first and of its last record: so a run
// checks every segment against the journal by its header alone.
//
// A series belongs to one beginning of the journal and starts with a segment that holds it and no record. After a purge another series is
// begun; the old one is removed once the new one is whole, because it holds what the purge was to remove. A series with records
// that the journal does not have, which a restore from older copies leaves behind, is never removed here.
//
// Small segments are merged when there are more than 64 of them, by writing the records anew from the journal. Records that are in two
// segments while that goes on are no fault.
//
// # Concurrency
//
// One run at a time per process; the journal's own lock keeps other processes away. Open and Verify read while a
// run writes.
package backup
