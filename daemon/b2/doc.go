// Package b2 reads, writes, checks and explains the B2 files in which the
// invoices of care (FSE) travel to the compulsory health insurance.
//
// A file is a sequence of records of 128 bytes without separator:
//
//	000 ( 1 ( 2 [2S] (4 [4S] [4E 4B 4H 4M…])+ 5 )+ 6 )+ 999
//
// Encode and Decode go both ways between these bytes and a File; what one
// accepts, the other gives back:
//
//	Decode(Encode(f)) = f      for every File that Decode can return
//	Encode(Decode(b)) = b      for every file that Decode accepts
//
// For this there is one written form per content, and Decode refuses the others:
// reserved columns blank, text upper case and left-justified, numbers zero-filled,
// exonération in record 2 when all lines agree, counts and totals right. Records
// without a Go type here (3, 3S, 3E, 3F, 3H, 4E, 4B, 4H, 4M) are kept as they are,
// as values of Record, and only their layout is checked.
//
// Where each field stands, in which format, and how sure that is, comes from an
// embedded table (tables/layout.csv), as do the labels of codes, the addresses of
// the payers and the values that a médecin writes in the records 000, 1 and 6.
// The layout of 2 to 5 is public (FIDES); that of 000, 1, 6 and 999 is known from
// the program of a care centre only, and what a médecin writes there is inferred:
// Constantes tells it row by row.
//
// Nothing in the norm marks a demonstration. The mark here is ours: the word DEMO
// first in the message zone of 000, and in the zone that every record 5 reserves
// for software editors. Decode reports it as File.Demonstration.
//
// Encode, Validate, Decode, Check and Explain accept any input: they return
// Problems and never panic. All of them may be called at the same time. A Problem tells
// no identity; Explain hides identities unless it is asked to show them.
package b2
