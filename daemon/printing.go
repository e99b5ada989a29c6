package daemon

import (
	"context"
	"errors"

	"github.com/agrafe-fse/agrafe/daemon/printer"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Printer is the print system of the machine. Its errors are those of package printer:
// ErrNone where there is no print system or no printer, ErrUnknown, *StoppedError,
// *FailedError, and that of the context.
type Printer interface {
	List(ctx context.Context) ([]state.Printer, error)

	// Print returns once pdf is printed. It calls progress PrintSteps times then: when the
	// system has taken it, and when it is out. The end of ctx takes it back.
	Print(ctx context.Context, printer, title string, pdf []byte, progress func()) error
}

// PrintSteps is how many steps a print has.
const PrintSteps = printer.Steps

// Printers lists the printers; where there is none, why says so in French.
func (d *Daemon) Printers(ctx context.Context) (list []state.Printer, why string, err error) {
	list = []state.Printer{}
	if d.deps.Printer == nil {
		return list, noPrinter().Message, nil
	}
	found, err := d.deps.Printer.List(ctx)
	if errors.Is(err, printer.ErrNone) {
		return list, printFailure(err).Message, nil
	}
	if err != nil {
		return list, "", printFailure(err)
	}
	return append(list, found...), "", nil
}

// Print prints a document on the printer of that name, on that of the practice, or on
// that of the system, and notes its papers as printed once it has. It returns where, and
// a warning if some of them have changed since the document was made: those are not noted.
// What was printed is noted also when ctx has ended meanwhile.
func (d *Daemon) Print(ctx context.Context, v Viewer, doc Document, name string, progress func(done int)) (on string, warnings []state.Issue, err error) {
	name, err = d.choosePrinter(ctx, doc, name)
	if err != nil {
		return "", nil, err
	}
	done := 0
	err = d.deps.Printer.Print(ctx, name, doc.Title, doc.PDF, func() {
		if done++; done < PrintSteps { // the last is told with what is noted
			progress(done)
		}
	})
	if err != nil {
		return name, nil, printFailure(err)
	}
	if doc.owner != "" {
		marked, all, err := d.book.MarkPrinted(context.WithoutCancel(ctx), v.Principal, doc.owner, doc.papers)
		if err != nil {
			return name, nil, bookFailure(err)
		}
		d.tellPapers(marked)
		if !all {
			warnings = []state.Issue{{Code: "PAPIERS_CHANGES",
				Message: "Le document est imprimé, mais le lot ou une FSE a changé pendant l'impression : ce qui n'est plus à jour reste à imprimer."}}
		}
	}
	progress(PrintSteps)
	return name, warnings, nil
}

func (d *Daemon) choosePrinter(ctx context.Context, doc Document, name string) (string, error) {
	if d.deps.Printer == nil {
		return "", noPrinter()
	}
	if name != "" {
		return name, nil
	}
	if doc.numeroAM != "" {
		c, err := d.cabinetOf(doc.numeroAM)
		if err != nil || c.Imprimante != "" {
			return c.Imprimante, err
		}
	}
	list, err := d.deps.Printer.List(ctx)
	if err != nil {
		return "", printFailure(err)
	}
	for _, p := range list {
		if p.Default || len(list) == 1 {
			return p.Name, nil
		}
	}
	return "", &state.Error{Kind: state.Invalid, Code: "IMPRIMANTE_A_CHOISIR", Path: "imprimante",
		Message: "Ce poste a plusieurs imprimantes et aucune par défaut : choisissez-en une, ici ou dans les réglages du cabinet."}
}

func noPrinter() *state.Error {
	return &state.Error{Kind: state.NotFound, Code: "IMPRIMANTE_ABSENTE", Retryable: true,
		Message: "Ce poste n'a pas d'imprimante. Ajoutez-en une au système, ou imprimez depuis le navigateur."}
}

// printFailure is an error of a Printer for the wire.
func printFailure(err error) *state.Error {
	if e, ok := errors.AsType[*printer.StoppedError](err); ok {
		return &state.Error{Kind: state.Offline, Code: "IMPRIMANTE_ARRETEE", Retryable: true, Err: err,
			Message: "L'imprimante n'imprime pas : " + e.Detail + ". Le document a été repris ; remédiez-y et imprimez de nouveau."}
	}
	if e, ok := errors.AsType[*printer.FailedError](err); ok {
		return &state.Error{Kind: state.Offline, Code: "IMPRESSION_ECHOUEE", Retryable: true, Err: err,
			Message: "Le document n'a pas été imprimé : " + e.Detail + ". Imprimez de nouveau."}
	}
	if e, ok := errors.AsType[*printer.NoneError](err); ok {
		none := noPrinter()
		none.Message, none.Err = e.Detail, err
		return none
	}
	if errors.Is(err, printer.ErrUnknown) {
		return &state.Error{Kind: state.NotFound, Code: "IMPRIMANTE_INCONNUE", Path: "imprimante", Err: err,
			Message: "Aucune imprimante de ce poste n'a ce nom : print.printers les donne."}
	}
	return Failure(err)
}
