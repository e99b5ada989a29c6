package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/frontal"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri/standin"
	"github.com/agrafe-fse/agrafe/testdata"
)

type frontalCmd struct {
	Dir     string        `type:"path" required:"" help:"where it keeps its keys, its mails and its ledger; made at the first time"`
	Script  string        `help:"how it answers, in French: 'réponse: rejet 4 % ; retard 2 j ; doublon 10 % ; graine 42'; by default it pays everything at once" placeholder:"TEXT"`
	Day     time.Duration `default:"24h" help:"how long a day of the script lasts: 10s"`
	Cards   string        `type:"path" help:"folder with the authority of the test cards, as agrafe demo makes it (cles-de-demonstration); without it any authority that calls itself TEST will do and ADRi is not played" placeholder:"DIR"`
	Mailbox []string      `help:"mailbox of a practice, an address under .test; default: cabinet@agrafe.test" placeholder:"ADDRESS"`
	SMTP    string        `default:"127.0.0.1:17465" help:"where it takes mails (TLS); on this machine alone"`
	POP3    string        `name:"pop3" default:"127.0.0.1:17995" help:"where its answers are fetched (TLS); on this machine alone"`
	Rights  string        `default:"127.0.0.1:17443" help:"where it plays ADRi (TLS with a card); on this machine alone"`
}

// shortestDay keeps a script from having the answers of a year leave at once.
const shortestDay = 100 * time.Millisecond

// Run plays the payer until it is interrupted.
func (c *frontalCmd) Run(e *env) error {
	script, err := frontal.ParseScript(c.Script)
	if err != nil {
		return &usageError{err}
	}
	if c.Day < shortestDay {
		return &usageError{fmt.Errorf("cannot play so fast: give --day at least %v", shortestDay)}
	}
	adri, err := c.adri()
	if err != nil {
		return err
	}
	payer, err := frontal.New(frontal.Options{Dir: c.Dir, Mailboxes: c.Mailbox, Script: script, Day: c.Day, Cards: c.Cards, Rights: adri,
		Listen: frontal.Addresses{SMTP: c.SMTP, POP3: c.POP3, Rights: c.Rights},
		Log:    slog.New(slog.NewTextHandler(e.err, nil))})
	if err != nil {
		return err
	}
	defer payer.Close()
	if err := tellPayer(e, payer, script); err != nil {
		return err
	}
	if err := c.play(e, payer); err != nil {
		return err
	}
	entries := payer.Ledger()
	return e.print(map[string]any{"demonstration": true, "factures": entries, "comptes": payer.Counts()}, func(w io.Writer) { writeLedger(w, entries) })
}

// adri plays the teleservice with the people of the virtual Vitales, if the cards that
// may ask are known.
func (c *frontalCmd) adri() (http.Handler, error) {
	if c.Cards == "" {
		return nil, nil
	}
	people, err := standin.People(testdata.Cards())
	if err != nil {
		return nil, err
	}
	return standin.New(standin.Script{People: people}), nil
}

// tellPayer says where the payer listens, and how a daemon sends to it.
func tellPayer(e *env, payer *frontal.Frontal, script frontal.Script) error {
	type box struct {
		Address string `json:"boite"`
		Config  string `json:"configuration"`
	}
	boxes := []box{}
	for _, address := range payer.Mailboxes() {
		config, err := payer.Config(address)
		if err != nil {
			return err
		}
		boxes = append(boxes, box{address, config})
	}
	at := payer.Addresses()
	return e.print(map[string]any{"demonstration": true, "adresses": at, "boites": boxes, "scenario": script.String()}, func(w io.Writer) {
		fmt.Fprintf(w, "DEMONSTRATION: this payer is played; nothing here reaches a real one, and no reject code is imitated\n\nSMTP  %s\nPOP3  %s\n", at.SMTP, at.POP3)
		if at.Rights != "" {
			fmt.Fprintf(w, "ADRi  https://%s/\n", at.Rights)
		}
		fmt.Fprintf(w, "\n%s\n", script)
		for _, b := range boxes {
			fmt.Fprintf(w, "\n# for agrafed.toml, mailbox %s\n%s", b.Address, b.Config)
		}
	})
}

// play serves, and moves the time, until e ends.
func (c *frontalCmd) play(e *env, payer *frontal.Frontal) error {
	ticker := time.NewTicker(min(c.Day/10, time.Minute))
	defer ticker.Stop()
	var served error
	done := make(chan struct{})
	var server sync.WaitGroup
	server.Go(func() {
		defer close(done)
		served = payer.Run(e)
	})
	told := "" // what could not leave is tried again, and told once
	for {
		select {
		case now := <-ticker.C:
			if err := payer.Tick(now); err != nil && err.Error() != told {
				told = err.Error()
				fmt.Fprintln(e.err, "agrafe:", told)
			}
		case <-done:
			server.Wait()
			return served
		}
	}
}

// writeLedger tells what became of the invoices.
func writeLedger(w io.Writer, entries []frontal.Entry) {
	fmt.Fprintf(w, "\n%d factures\n", len(entries))
	for _, one := range entries {
		state := string(one.Planned)
		if one.Pending {
			state += ", en attente"
		}
		fmt.Fprintf(w, "%s  lot %03d  FSE %09d  dû %s  payé %s  %s\n", one.Professional, one.Lot, one.Number,
			euros(one.Owed.AMO+one.Owed.AMC), euros(one.Paid.AMO+one.Paid.AMC), strings.ReplaceAll(state, "-", " "))
	}
}
