package bridge

import (
	"cmp"
	"context"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// documentResult is a document to show, print or keep.
type documentResult struct {
	Name string `json:"nom"`
	Type string `json:"type"`              // of the content: application/pdf
	URL  string `json:"url,omitempty"`     // path that is good once, for 60 s
	Data []byte `json:"fichier,omitempty"` // when asked for
}

// documentParams ask for a document about an FSE or a lot.
type documentParams struct {
	ID       string `json:"id"`
	Document string `json:"document,omitempty"` // of an FSE: feuille, papier, quittance; of a lot: bordereau, liasse, enveloppe, a-la-main; absent: the sheet, the bundle
	Inline   bool   `json:"fichier,omitempty"`  // in the answer itself
}

// hand gives a document to the caller, in the answer or at an address.
func (c call) hand(d daemon.Document, inline bool) documentResult {
	const kind = "application/pdf"
	r := documentResult{Name: d.Name, Type: kind}
	if inline {
		r.Data = d.PDF
	} else {
		r.URL = c.server.documents.put(d.PDF, kind, d.Name, c.conn)
	}
	return r
}

func printFSE(c call, p documentParams) (documentResult, error) {
	d, err := c.daemon.FSEDocument(c.owner(), p.ID, p.Document)
	if err != nil {
		return documentResult{}, err
	}
	return c.hand(d, p.Inline), nil
}

func printLot(c call, p documentParams) (documentResult, error) {
	d, err := c.daemon.LotDocument(c.who.viewer(), p.ID, p.Document)
	if err != nil {
		return documentResult{}, err
	}
	return c.hand(d, p.Inline), nil
}

type linesResult struct {
	Lines []string `json:"lignes"`
}

func byHand(c call, p idParams) (linesResult, error) {
	lines, err := c.daemon.ByHand(c.who.viewer(), p.ID)
	return linesResult{lines}, err
}

type papersResult struct {
	Papers []state.Paper `json:"papiers"`
	Next   string        `json:"next,omitempty"`
}

func listPapers(c call, p pageParams) (papersResult, error) {
	list, next, err := c.daemon.Papers(c.who.viewer(), p.After, p.Limit)
	return papersResult{list, next}, err
}

func lotPapers(c call, p idParams) (papersResult, error) {
	list, err := c.daemon.LotPapers(c.who.viewer(), p.ID)
	return papersResult{Papers: list}, err
}

// markParams say what has been done with papers.
type markParams struct {
	IDs     []string `json:"ids"` // 1 to 200, of their FSE and lots; a lot's takes its sheets along, to 1000 papers in all
	State   string   `json:"etat"`
	Patient bool     `json:"signePatient,omitempty"` // with signe: the patient has signed too
	Date    string   `json:"date,omitempty"`         // ISO, with poste and scanne; absent: today
	keyed
}

func markPapers(c call, p markParams) (papersResult, error) {
	on, err := dateOf(p.Date, "date")
	if err == nil {
		err = daemon.CheckMarks(p.IDs, p.State)
	}
	if err != nil {
		return papersResult{}, err
	}
	key, err := c.idempotent(p.Key)
	if err != nil {
		return papersResult{}, err
	}
	m := lot.Mark{To: fse.PaperState(p.State), PatientSigned: p.Patient, Date: on}
	list, err := c.daemon.MarkPapers(c.ctx, c.who.viewer(), p.IDs, m, key)
	return papersResult{Papers: list}, err
}

// dateOf reads a date of the parameter at path; "" is none.
func dateOf(text, path string) (fse.Date, error) {
	if text == "" {
		return 0, nil
	}
	on, err := tables.ParseDate(text)
	if err != nil {
		return 0, &state.Error{Kind: state.Invalid, Code: "DATE_ILLISIBLE", Path: path, Err: err, Message: "Une date s'écrit AAAA-MM-JJ : 2026-01-31."}
	}
	return on, nil
}

type printersResult struct {
	Printers []state.Printer `json:"imprimantes"`
	Fault    string          `json:"probleme,omitempty"` // why there is none, French
}

func listPrinters(c call, _ none) (printersResult, error) {
	list, why, err := c.daemon.Printers(c.ctx)
	return printersResult{list, why}, err
}

type printParams struct {
	ID       string `json:"id"`                   // of the FSE or lot
	Document string `json:"document,omitempty"`   // as in documentParams
	Printer  string `json:"imprimante,omitempty"` // absent: that of the practice, else of the system
	keyed
}

// printResult is what became of a print.
type printResult struct {
	Printer  string        `json:"imprimante"`
	Pages    int           `json:"pages"`
	Warnings []state.Issue `json:"avertissements,omitempty"` // papers that have changed meanwhile are not noted as printed
}

// printOnPaper is a job: it goes on when the page that began it is loaded anew, and its
// cancellation takes the document back from the printer.
var printOnPaper = job(func(c call, p printParams) (int, work[printResult], error) {
	v := c.who.viewer()
	d, err := c.daemon.Document(v, p.ID, p.Document)
	if err != nil {
		return 0, nil, err
	}
	return daemon.PrintSteps, func(ctx context.Context, progress func(int)) (printResult, error) {
		name, warnings, err := c.daemon.Print(ctx, v, d, p.Printer, progress)
		return printResult{name, d.Pages(), warnings}, err
	}, nil
})

type takingsParams struct {
	From string `json:"du"`           // ISO
	To   string `json:"au,omitempty"` // ISO, at most 92 days on; absent: the same day
}

type takingsResult struct {
	Days []state.Takings `json:"jours"` // those on which there was something
	Sum  state.Takings   `json:"total"`
}

func takingsOfDays(c call, p takingsParams) (takingsResult, error) {
	from, err := dateOf(p.From, "du")
	if err != nil {
		return takingsResult{}, err
	}
	to, err := dateOf(cmp.Or(p.To, p.From), "au")
	if err != nil {
		return takingsResult{}, err
	}
	days, sum, err := c.daemon.Takings(c.owner(), from, to)
	return takingsResult{days, sum}, err
}

type dayParams struct {
	Day    string `json:"jour"` // ISO
	Inline bool   `json:"fichier,omitempty"`
}

func printTakings(c call, p dayParams) (documentResult, error) {
	on, err := dateOf(p.Day, "jour")
	if err != nil {
		return documentResult{}, err
	}
	d, err := c.daemon.TakingsDocument(c.owner(), on)
	if err != nil {
		return documentResult{}, err
	}
	return c.hand(d, p.Inline), nil
}
