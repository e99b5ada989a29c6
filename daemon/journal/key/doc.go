// Package key keeps the one secret that the journal's store and its backups are encrypted with.
//
// # One root
//
// The secret is 160 random bits. From it HKDF-SHA256 gives the store's AES-256 key and the age identity of the backups, each under
// its own label, so that neither tells anything of the other or of the root. There is one root and not two keys because
// a key that is lost is lost with all that it encrypts: a practice can keep one sheet of paper, not two, and a backup that opens
// while the key of another day is missing helps nobody. The root is short enough to be typed: written with check
// characters it is the recovery code, and the code alone gives everything again.
//
// # Where it is
//
// In the systemd credential agrafe-journal-key when the service was given one, otherwise in a file of the service's own
// account, mode 0600; on Windows the file has a list of access of its own (the service, the administrators, its owner) and is encrypted by
// DPAPI for the machine, so that it is worth nothing on another one. The file holds the recovery code and a title, no more: who has
// the code can make the file, and systemd-creds can encrypt it.
//
// It is never in or under a folder of the data or of the backups, whatever links lead there: whoever copies these would
// have the key with them. A file that others can read, that belongs to somebody else, or that is not whole is refused, never mended.
//
// # Privacy
//
// A Secret prints as a word, never as its value, in every format; errors hold neither code nor key.
package key
