// Package journal keeps the records of FSE and lots durably, in order, and notices when a disk lost or changed any.
package journal
