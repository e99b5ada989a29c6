package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
	"github.com/agrafe-fse/agrafe/daemon/seal"
)

type noemieCmd struct {
	Explain noemieExplainCmd `cmd:"" help:"show a file of returns (NOEMIE, ARL) record by record, field by field"`
}

type noemieExplainCmd struct {
	File       string `arg:"" help:"file of returns, or the mail that brought it (.eml); - for standard input"`
	Identities bool   `help:"show names, NIRs and free texts"`
}

// explained is a file of returns in French.
type explained struct {
	Text     string   `json:"explication"`
	Problems []string `json:"problemes"` // notices included
}

// Run explains every file that the input holds. One that no Agrafe would take is
// explained as far as possible, and refused.
func (c *noemieExplainCmd) Run(e *env) error {
	data, err := e.readInput(c.File)
	if err != nil {
		return err
	}
	files, err := returnFiles(data)
	if err != nil {
		return &unreadable{err}
	}
	view := noemie.VueMasquee
	if c.Identities {
		view = noemie.VueComplete
	}
	all, faults := []explained{}, 0
	for _, file := range files {
		one := explained{Text: noemie.Explain(file, view), Problems: []string{}}
		problems := noemie.Check(file)
		for _, p := range problems {
			one.Problems = append(one.Problems, p.Message())
		}
		faults += len(problems.Faults())
		all = append(all, one)
	}
	if err := e.print(all, func(w io.Writer) {
		for _, one := range all {
			fmt.Fprint(w, one.Text)
		}
	}); err != nil {
		return err
	}
	if faults > 0 {
		return fmt.Errorf("cannot accept the file: %d problems", faults)
	}
	return nil
}

// errNoReturns says what may be explained.
var errNoReturns = errors.New("cannot find a file of returns: give one that begins with 000, or a mail with a part application/EDI-consent")

// returnFiles finds the files of returns in data: itself, or the parts of a mail.
func returnFiles(data []byte) ([][]byte, error) {
	if bytes.HasPrefix(data, []byte("000")) {
		return [][]byte{data}, nil
	}
	letter, err := mail.Read(data)
	if err != nil {
		return nil, errors.Join(errNoReturns, err)
	}
	var files [][]byte
	for _, part := range letter.Parts {
		if part.Type != "application/edi-consent" {
			continue
		}
		file, err := seal.ReadPart(part.Body)
		if err != nil {
			return nil, err
		}
		files = append(files, file.Content)
	}
	if len(files) == 0 {
		return nil, errNoReturns
	}
	return files, nil
}
