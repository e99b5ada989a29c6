package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

type fseCmd struct {
	Price   fsePriceCmd   `cmd:"" help:"price FSE: one JSON object or NDJSON; one line of JSON for each"`
	Check   fseCheckCmd   `cmd:"" help:"price FSE and look for all that forbids to sign them"`
	List    fseListCmd    `cmd:"" help:"list the FSE that the service keeps, the newest first"`
	Show    fseShowCmd    `cmd:"" help:"show an FSE whole, as JSON"`
	Cancel  fseCancelCmd  `cmd:"" help:"cancel an FSE that was not transmitted"`
	Print   fsePrintCmd   `cmd:"" help:"print the sheet of an FSE, or a receipt"`
	Paper   fsePaperCmd   `cmd:"" help:"end an FSE that is not signed as a paper sheet, the last resort"`
	Collect fseCollectCmd `cmd:"" help:"note what the patient gave for an FSE"`
	Remake  fseRemakeCmd  `cmd:"" help:"begin an FSE that replaces a rejected one"`
}

// rulesFlags is what the verbs that price take.
type rulesFlags struct {
	File       string `arg:"" help:"file of drafts, - for standard input"`
	Text       bool   `help:"a readable table with the explanation of each amount, instead of JSON"`
	Override   string `help:"CSV of the practice's own rows: tarifs.csv, organismes.csv or modificateurs_ccam.csv" type:"existingfile" placeholder:"FILE"`
	Today      string `help:"day of today, for the rules that depend on it" placeholder:"2006-01-02"`
	KeepCentre bool   `help:"keep the centre of régime 01 in degraded mode"`
}

type fsePriceCmd struct{ rulesFlags }
type fseCheckCmd struct{ rulesFlags }

func (c *fsePriceCmd) Run(e *env) error { return c.each(e, fse.Price) }
func (c *fseCheckCmd) Run(e *env) error { return c.each(e, fse.Check) }

// errUnreadable says that some of the input was no draft; the lines above it said
// which.
var errUnreadable = &unreadable{errors.New("cannot read all of the input: see the lines named above")}

// errRefused says that a draft was refused; the answers said why.
var errRefused = errors.New("cannot bill all of it: see the errors in the answers")

// unreadable is input that can't be read.
type unreadable struct{ err error }

func (u *unreadable) Error() string { return u.err.Error() }
func (u *unreadable) Unwrap() error { return u.err }

// each prices every draft of the input, with one answer for each, in the same
// order, also for what could not be read, and says at the end if one was refused or
// could not be read.
func (f *rulesFlags) each(e *env, price func(*fse.Draft, fse.Context) fse.Answer) error {
	input, err := e.readInput(f.File)
	if err != nil {
		return err
	}
	ctx, err := f.context()
	if err != nil {
		return err
	}
	var failure error
	read := 0
	for line, got := range fse.DecodeAll(input) {
		read++
		if got.Err != nil {
			fmt.Fprintf(e.err, "line %d: %s\n", line, got.Err)
			failure = errUnreadable
			if err := f.write(e.out, fse.Answer{Erreurs: []fse.Issue{got.Err.Issue()}}); err != nil {
				return err
			}
			continue
		}
		answer := price(got.Draft, ctx)
		if len(answer.Erreurs) > 0 && failure == nil {
			failure = errRefused
		}
		if err := f.write(e.out, answer); err != nil {
			return err
		}
	}
	if read == 0 {
		return &unreadable{errors.New("cannot price anything: the input is empty")}
	}
	return failure
}

func (f *rulesFlags) write(w io.Writer, answer fse.Answer) error {
	if f.Text {
		return answer.WriteText(w)
	}
	return json.NewEncoder(w).Encode(answer)
}

func (f *rulesFlags) context() (fse.Context, error) {
	ctx := fse.Context{Tables: tables.Default(), CentreTelQuel: f.KeepCentre}
	var err error
	if f.Today == "" {
		year, month, day := time.Now().Date()
		ctx.Today, _ = tables.MakeDate(year, int(month), day)
	} else if ctx.Today, err = tables.ParseDate(f.Today); err != nil {
		return ctx, &usageError{err}
	}
	if f.Override != "" {
		file, err := os.Open(f.Override)
		if err != nil {
			return ctx, &unreadable{err}
		}
		defer file.Close()
		if ctx.Tables, err = ctx.Tables.WithOverride(filepath.Base(f.Override), file); err != nil {
			return ctx, &unreadable{err}
		}
	}
	return ctx, nil
}

// maxInput bounds what is read from a file: some 100,000 drafts.
const maxInput = 256 << 20

// readInput reads a file, or standard input for "-".
func (e *env) readInput(name string) ([]byte, error) {
	in := e.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, &unreadable{err}
		}
		defer file.Close()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	switch {
	case err != nil:
		return nil, &unreadable{err}
	case len(data) > maxInput:
		return nil, &unreadable{fmt.Errorf("cannot read %s: more than %d bytes", name, maxInput)}
	}
	return data, nil
}
