// Package tables holds the dated tables that French care invoices (FSE) are
// priced with: tariffs, rates, codes, payers.
//
// Every table is a CSV file under data, embedded in the program. Every row says
// from when to when it is valid (valide_du, valide_au, both included, empty =
// unbounded), where it was seen (source) and how sure it is (certitude, see
// Certitude). A Set is one consistent reading of all of them. It never changes
// after it is made, so any number of goroutines may use it, and Version names
// its content: an invoice that stores the version can be priced again years
// later to the cent.
//
// Three layers carry tariffs. The NGAP table of 2022 is the oldest; the rows
// published since close its rows of the same key the day before they start; a
// practice's own file (WithOverride) wins over both on the dates it gives.
//
// The package reads no file of the machine, no clock and no network.
package tables
