package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

type returnsCmd struct {
	List    returnsListCmd    `cmd:"" help:"list the returns of the payers, the newest first"`
	Fetch   returnsFetchCmd   `cmd:"" help:"fetch the returns from the mailbox"`
	Match   returnsMatchCmd   `cmd:"" help:"say which FSE, or which lot, a return is about that could not be matched"`
	Dismiss returnsDismissCmd `cmd:"" help:"put aside a return that waits, for a reason that is kept"`
	Files   returnsFilesCmd   `cmd:"" help:"list the files that came from the payers"`
	Import  returnsImportCmd  `cmd:"" help:"take in a file of returns that came elsewhere than in the mailbox"`
	Save    returnsSaveCmd    `cmd:"" help:"write a file that came, as it came"`
}

type returnsListCmd struct {
	Waiting bool   `help:"those that wait for somebody"`
	Lot     string `help:"those about this lot" placeholder:"LOT"`
	FSE     string `name:"fse" help:"those about this FSE, by number or identifier" placeholder:"FSE"`
	Limit   int    `default:"50" help:"how many"`
}

func (r *returnsListCmd) Run(e *env) error {
	if r.Limit < 1 || r.Limit > maxPage {
		return &usageError{fmt.Errorf("cannot list %d: at least 1, at most %d", r.Limit, maxPage)}
	}
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	params, err := r.params(e, c)
	if err != nil {
		return err
	}
	var found struct {
		Returns []state.Return `json:"retours"`
	}
	if err := c.Call(e, "returns.list", params, &found); err != nil {
		return err
	}
	return e.print(found.Returns, func(w io.Writer) { writeAnswers(w, found.Returns...) })
}

func (r *returnsListCmd) params(e *env, c *local.Client) (params map[string]any, err error) {
	params = map[string]any{"limit": r.Limit}
	if r.Waiting {
		params["etat"] = "a-rapprocher"
	}
	if r.Lot != "" {
		if params["lot"], err = (lotArg{r.Lot}).find(e, c); err != nil {
			return nil, err
		}
	}
	if r.FSE != "" {
		if params["fse"], err = fseNamed(e, c, r.FSE); err != nil {
			return nil, err
		}
	}
	return params, nil
}

// fseNamed returns the identifier of an FSE, which is given by it or by its number.
func fseNamed(e *env, c *local.Client, name string) (string, error) {
	if isNumero(name) {
		return numbered(e, c, name)
	}
	return name, nil
}

func writeAnswers(w io.Writer, list ...state.Return) {
	if len(list) == 0 {
		fmt.Fprintln(w, "no return")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "DATE\tKIND\tFSE\tLOT\tPART\tASKED\tPAID\tEFFECT\tLABEL\tID")
	for _, r := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", day(r.Date), r.Kind, r.Numero, lotNumero(r.LotNumero), r.Part,
			amountOf(r.Asked), amountOf(r.Amount), effectOf(r), visible(r.Label), r.ID)
	}
	_ = t.Flush() // a terminal that is gone
}

func lotNumero(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%03d", n)
}

// amountOf is an amount of a return, "" where it tells none.
func amountOf(cents int64) string {
	if cents == 0 {
		return ""
	}
	return euros(cents)
}

func effectOf(r state.Return) string {
	if r.Withdrawn != "" {
		return "retire"
	}
	return r.Effect
}

type returnsFetchCmd struct{}

// fetched is the result of returns.fetch.
type fetched struct {
	Received int `json:"recus"`
	Known    int `json:"connus"`
	Matched  int `json:"rapproches"`
	Waiting  int `json:"aRapprocher"`
	Problems int `json:"problemes"`
	Foreign  int `json:"etrangers"`
	Copies   int `json:"copies"`

	Returns    int `json:"retours"`
	Payments   int `json:"paiements"`
	Rejects    int `json:"rejets"`
	Accepted   int `json:"accuses"`
	Duplicates int `json:"doublons"`
	Others     int `json:"autres"`
	Unknown    int `json:"inconnus"`
}

// counts says what the returns are: "12 returns: 10 payments, 1 reject, 1 seen before".
func (f fetched) counts() string {
	var parts []string
	for _, c := range []struct {
		n         int
		one, many string
	}{
		{f.Payments, "payment", "payments"}, {f.Rejects, "reject", "rejects"}, {f.Accepted, "acknowledgement", "acknowledgements"},
		{f.Others, "deferred or taken back", "deferred or taken back"}, {f.Unknown, "of unknown meaning", "of unknown meaning"},
		{f.Duplicates, "seen before", "seen before"},
	} {
		if c.n > 0 {
			parts = append(parts, counted(c.n, c.one, c.many))
		}
	}
	if len(parts) == 0 {
		return "no return"
	}
	return counted(f.Returns, "return", "returns") + ": " + strings.Join(parts, ", ")
}

func counted(n int, one, many string) string {
	if n == 1 {
		many = one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (returnsFetchCmd) Run(e *env) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	var f fetched
	if err := e.runJob(c, "returns.fetch", map[string]any{}, &f); err != nil {
		return err
	}
	return e.print(f, func(w io.Writer) {
		fmt.Fprintf(w, "%d files came, %d of them known before; %d returns matched, %d wait\n", f.Received+f.Known, f.Known, f.Matched, f.Waiting)
		fmt.Fprintln(w, f.counts())
		if f.Copies > 0 {
			fmt.Fprintf(w, "%s of what was sent\n", counted(f.Copies, "copy", "copies"))
		}
		if f.Waiting > 0 {
			fmt.Fprintln(w, "see: agrafe returns list --waiting")
		}
		if f.Problems > 0 {
			fmt.Fprintf(w, "%d messages or files have a problem; see: agrafe returns files\n", f.Problems)
		}
		if f.Foreign > 0 {
			fmt.Fprintf(w, "%d messages are not from payers; they are left in the mailbox\n", f.Foreign)
		}
	})
}

type returnsMatchCmd struct {
	ID  string `arg:"" name:"return" help:"identifier of the return; see: agrafe returns list --waiting"`
	FSE string `arg:"" optional:"" name:"fse" help:"number of the FSE (9 digits), or its identifier"`
	Lot string `help:"the lot, by identifier or number, of a return that acknowledges or refuses a lot" placeholder:"LOT"`
}

func (r *returnsMatchCmd) Run(e *env) error {
	if (r.FSE == "") == (r.Lot == "") {
		return &usageError{errors.New("cannot match the return: give an FSE, or a lot with --lot")}
	}
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	params := map[string]any{"id": r.ID}
	if r.Lot != "" {
		params["lot"], err = (lotArg{r.Lot}).find(e, c)
	} else {
		params["fse"], err = fseNamed(e, c, r.FSE)
	}
	if err != nil {
		return err
	}
	var settled state.Return
	if err := c.Call(e, "returns.reconcile", params, &settled); err != nil {
		return err
	}
	return e.print(settled, func(w io.Writer) { writeAnswers(w, settled) })
}

type returnsDismissCmd struct {
	ID     string   `arg:"" name:"return" help:"identifier of the return; see: agrafe returns list --waiting"`
	Reason []string `arg:"" name:"reason" help:"why; kept with it"`
}

func (r *returnsDismissCmd) Run(e *env) error {
	var settled state.Return
	if err := e.callOnce("returns.dismiss", map[string]any{"id": r.ID, "motif": strings.Join(r.Reason, " ")}, &settled); err != nil {
		return err
	}
	return e.print(settled, func(w io.Writer) { writeAnswers(w, settled) })
}

type returnsFilesCmd struct {
	Limit int `default:"50" help:"how many"`
}

func (r *returnsFilesCmd) Run(e *env) error {
	if r.Limit < 1 || r.Limit > maxPage {
		return &usageError{fmt.Errorf("cannot list %d: at least 1, at most %d", r.Limit, maxPage)}
	}
	var found struct {
		Files []state.Delivery `json:"fichiers"`
	}
	if err := e.callOnce("returns.deliveries", map[string]any{"limit": r.Limit}, &found); err != nil {
		return err
	}
	return e.print(found.Files, func(w io.Writer) { writeDeliveries(w, found.Files...) })
}

func writeDeliveries(w io.Writer, list ...state.Delivery) {
	if len(list) == 0 {
		fmt.Fprintln(w, "no file")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RECEIVED\tKIND\tFROM\tBYTES\tRETURNS\tAPPLIED\tWAITING\tPROBLEM\tID")
	for _, d := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\n", d.Received.Local().Format(time.DateTime), d.Kind, visible(d.From), d.Size,
			d.Returns, d.Applied, d.Waiting, visible(d.Problem), d.ID)
	}
	_ = t.Flush() // a terminal that is gone
}

type returnsImportCmd struct {
	File string `arg:"" help:"NOEMIE or ARL file, or a saved mail" type:"path"`
}

// maxImport is the largest file that the service takes in so, in bytes.
const maxImport = 180_000

func (r *returnsImportCmd) Run(e *env) error {
	data, err := readAtMost(r.File, maxImport)
	if err != nil {
		return &unreadable{err}
	}
	var taken struct {
		File  state.Delivery `json:"fichier"`
		Known bool           `json:"connu"`
	}
	if err := e.callOnce("returns.import", map[string]any{"nom": filepath.Base(r.File), "fichier": data}, &taken); err != nil {
		return err
	}
	return e.print(taken, func(w io.Writer) {
		writeDeliveries(w, taken.File)
		if taken.Known {
			fmt.Fprintln(w, "it had come before: nothing has changed")
		}
	})
}

// readAtMost reads a file that is not longer than most bytes.
func readAtMost(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("cannot take in %s: it has more than %d bytes; look at the payer's web site, or ask the payer for smaller files", name, most)
	}
	if err == nil && len(data) == 0 {
		err = errors.New("cannot take in " + name + ": it is empty")
	}
	return data, err
}

type returnsSaveCmd struct {
	ID  string `arg:"" name:"file" help:"identifier of the file; see: agrafe returns files"`
	Out string `short:"o" help:"file to write, - for standard output; default: the file's own name, here" placeholder:"FILE"`
}

func (r *returnsSaveCmd) Run(e *env) error {
	var result fileOf
	if err := e.callOnce("returns.file", map[string]any{"id": r.ID}, &result); err != nil {
		return err
	}
	return e.keepFile(result, r.Out, "")
}
