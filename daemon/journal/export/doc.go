// Package export writes what a journal holds for others to read: every record as a line of JSON, and the FSE as a table for the
// practice's accountant.
//
// # Contract
//
// Each export begins by saying what it holds, of which journal, how much is to be expected, and that it is health data to be kept
// as such. An export is in plain text: a file is made for its owner alone (mode 0600; on Windows the folder's rights apply),
// is never written over another one, is durable when Create returns, and is removed if it could not be finished. A stream that fails says so
// by its error and by having no last line: a whole one ends with the count.
//
// The lines of records are in NDJSON, one object each. Data of a record stands as JSON, not escaped into a string, so that seals in base64
// are there as they were journaled; white space between its tokens is not kept, which is why the hash is for comparing
// with the journal and not for computing anew.
//
// The table is for French spreadsheets: UTF-8 with a byte order mark, semicolons, decimal commas, lines ended by CR LF. A text that a
// spreadsheet would take for a formula gets an apostrophe before it. Amounts are written by this package and are numbers.
package export
