// Package printer prints PDF files on the printers of the machine.
//
// Its contract:
//
//   - Print returns nil when the print system says that the document has left the
//     printer, and not before. In every other case the document was taken back, or
//     the error says that it could not be and may come out.
//   - Every wait ends: with the context, when the printer makes no headway and says
//     why, or after ten minutes.
//   - A title is all that other users of the machine can see of a document (in the
//     queue, in the list of processes). Titles that could hold more than the number
//     of an FSE or of a lot are refused.
//
// On Linux and macOS the print system is CUPS. Its tools lp and cancel do the work:
// they bring the options that the administrator has set and know how each system
// authenticates a user. What becomes of a document is asked over IPP (RFC 8011)
// instead, without libcups: lpstat shows "processing-to-stop-point" for a document
// that was printed as for one that was given up (measured with CUPS 2.4.2), IPP has
// a number for each. No shell runs, tools have absolute paths, and the document goes
// through a pipe, not a file.
//
// CUPS keeps printed documents in its own spool for a day unless PreserveJobFiles is
// No in cupsd.conf; the package can't change that.
//
// On Windows there is no printer: see system_windows.go.
package printer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Steps is how many times Print calls progress when it succeeds: when the print
// system has taken the document, and when the printer is done with it.
const Steps = 2

// Why a document can't be printed. The other kinds are *NoneError, *StoppedError,
// *FailedError and the error of the context.
var (
	ErrNone    = errors.New("cannot print: no print system, or no printer")
	ErrUnknown = errors.New("cannot print: no printer of this name; see those of List")
	ErrNotPDF  = errors.New("cannot print: not a PDF file")
	ErrTitle   = errors.New(`cannot print under this title: it is "Agrafe" with the number of an FSE or a lot, or a day`)
)

// NoneError says what to do for a machine to have a printer. It is an ErrNone.
type NoneError struct {
	Detail string // French, for the screen
	Err    error  // cause, for the log, or nil
}

func (e *NoneError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s (%s)", ErrNone, e.Detail, e.Err)
	}
	return fmt.Sprintf("%s: %s", ErrNone, e.Detail)
}

func (e *NoneError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrNone}
	}
	return []error{ErrNone, e.Err}
}

// StoppedError is a printer that waits for somebody: for paper, for a cable. The
// document was taken back.
type StoppedError struct {
	Printer string
	Detail  string // French, for the screen: "plus de papier"
}

func (e *StoppedError) Error() string {
	return fmt.Sprintf("cannot print on %s: %s; mend it and print again", e.Printer, e.Detail)
}

// FailedError is a document that the print system gave up, or that somebody took
// out of the queue.
type FailedError struct {
	Printer string
	Detail  string // as the system says it, or French
}

func (e *FailedError) Error() string {
	return fmt.Sprintf("cannot print on %s: %s", e.Printer, e.Detail)
}

// titles are those that hold no more than numbers of ours and days. A NIR has 13 or
// 15 digits and never fits.
var titles = regexp.MustCompile(`^Agrafe( FSE [0-9]{9}| lot [0-9]{3}| recettes [0-9]{4}-[0-9]{2}-[0-9]{2})?$`)

// System is the print system of the machine. It is safe for concurrent use.
type System struct{ system }

// New returns the print system of this machine. Nothing is asked of it yet.
func New() *System { return &System{newSystem()} }

// List lists the printers, sorted by their names. It fails with a *NoneError
// instead of an empty list.
func (s *System) List(ctx context.Context) ([]state.Printer, error) { return s.list(ctx) }

// Print prints a PDF file on the printer of that name in List and returns once it is
// printed. progress is called as Steps says, from the same goroutine. The errors are
// those above; with the end of ctx the document is taken back and the error is
// ctx.Err(), joined by what went wrong with that.
func (s *System) Print(ctx context.Context, printer, title string, pdf []byte, progress func()) error {
	switch {
	case !titles.MatchString(title):
		return ErrTitle
	case !bytes.HasPrefix(pdf, []byte("%PDF-")):
		return ErrNotPDF
	}
	list, err := s.list(ctx)
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.Name == printer {
			return s.print(ctx, printer, title, pdf, progress)
		}
	}
	return ErrUnknown
}
