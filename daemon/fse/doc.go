// Package fse holds the model and the rules of the French electronic care
// invoice (FSE): what it is made of, what it costs, who pays what, and why.
//
// Every function is pure: the same draft, the same tables and the same day give
// the same answer, on any machine, in any year. Nothing here reads a file, a
// clock or the network; the day of today is in the Context. Money is whole
// cents, dates are civil, and no floating-point number is used anywhere.
//
// Price returns either a priced invoice, each amount with the rule and the table
// row that gave it, or every reason why it can't be priced, never the first one
// only. A code or a tariff that stands in no table is refused, not guessed. No
// input makes the package panic.
//
// On every line and on the total, to the cent:
//
//	amo + amc + patient + nonPrisEnCharge = honoraires
//
// Messages are French and made for the screen. None holds a name or a NIR.
package fse
