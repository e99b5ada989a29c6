// Package noemie reads, writes, checks and explains the returns of the payers:
// NOEMIE files (payments, rejects) and acknowledgements (ARL).
//
// A file is a header 000 and an end 999 of Size bytes, and between them entities
// that each begin with a number of three digits and end with `@`. The entities of
// the embedded table (tables/noemie.csv) have one length each; one that is in no
// table runs to its `@` and is kept as it is. The layout is that of a care
// centre's program which read these files (ALCIDE, noemie_format.py): that a
// médecin receives the same, in the same units, is inferred, and so are the units.
//
// Parse accepts a file or refuses it as a whole, so that no return is half
// applied: truncated, of an impossible length, with letters among digits, with an
// impossible date. What the tables can't settle is no fault but a notice
// (File.Notices): unknown entity, unknown code, count of records that is not
// ours. Encode gives back the bytes that Parse read:
//
//	Encode(Parse(b)) = b    for every file that Parse accepts
//	Returns(Compose(r)) = r for the returns that Compose accepts
//
// Returns is the view for reconciliation: what each payer says of each invoice,
// part by part, with codes and labels as they came. What names no invoice, or says
// nothing that the tables know, is there too, as Autre, and moves nothing.
//
// The layout of the ARL is not public. The one here (tables/arl.csv) is ours, in
// the same style, marked by NormeARL in the header; it stands behind the interface
// ARL, where the official one can take its place.
//
// Texts are read as ISO 8859-1, which is inferred from the widths in bytes.
// Any input is accepted without panic, up to MaxSize bytes and MaxRecords records;
// all functions may be called at the same time. A Problem repeats nothing of a
// file; Explain hides identities unless asked to show them.
package noemie
