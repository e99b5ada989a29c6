// Package paper prints what a practice still needs on paper: the feuille de soins
// (duplicate of a secured FSE, or the sheet of degraded mode), the paper sheet of
// last resort, the quittance, the bordereau of a lot, its bundle, the page for the
// envelope, what to write by hand, and the takings of a day.
//
// It is pure: values in, the bytes of a PDF out. The same values give the same
// bytes, because the moment of printing is one of them; nothing here reads a clock,
// a file or the network. Text can be selected and searched.
//
// A document takes the draft and the price of an FSE as they are kept (fse.Draft,
// fse.Prix), and beside them only what those don't hold, so that a caller copies no
// field and the package needs to know nothing of a journal. Amounts are printed, never
// computed anew, except sums of what is on the page.
//
// No text that came from outside can leave its box, hide a part of the page or
// break it: it is cleaned, wrapped, shrunk and at last cut with an ellipsis. An
// amount is shrunk, never cut. A name in a script that the font can't write is
// replaced by words that say so. Nobody's name is printed beside an anonymous number.
//
// Unless Print.Production is set, every page says DÉMONSTRATION.
package paper
