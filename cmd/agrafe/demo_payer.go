package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/frontal"
)

// payerDay is how long a day of the demonstration's payer lasts: so long it waits
// before it pays.
const payerDay = 100 * time.Millisecond

// payer is the payer of a demonstration. It listens in this process, on the machine's
// own addresses, and what it keeps is in a folder of its own: like the journal, it
// begins anew in each run.
type payer struct {
	*frontal.Frontal
	options frontal.Options
	end     func() error
	took    time.Duration // to make its keys and certificates
}

// openPayer starts a payer that trusts the cards whose authority is in the folder cards.
func (d *demoRunCmd) openPayer(cards string, log *slog.Logger) (*payer, error) {
	start := time.Now()
	adri, err := (&frontalCmd{Cards: cards}).adri()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(d.Dir, "payeur-")
	if err != nil {
		return nil, err
	}
	const anyPort = "127.0.0.1:0"
	p := &payer{options: frontal.Options{Dir: dir, Day: payerDay, Cards: cards, Rights: adri, Log: log,
		Listen: frontal.Addresses{SMTP: anyPort, POP3: anyPort, Rights: anyPort}}}
	err = p.open()
	p.took = time.Since(start)
	return p, err
}

func (p *payer) open() error {
	f, err := frontal.New(p.options)
	if err != nil {
		return err
	}
	p.Frontal, p.options.Listen = f, f.Addresses() // the same ones when it is opened again
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- f.Run(ctx) }()
	p.end = func() error {
		cancel()
		p.end = func() error { return nil }
		return errors.Join(<-served, f.Close())
	}
	return nil
}

// follow has the payer answer as script says to what it takes from now on: it is
// stopped and started, which its ledger and its mailboxes outlast.
func (p *payer) follow(script frontal.Script) error {
	if err := p.end(); err != nil {
		return err
	}
	p.options.Script = script
	return p.open()
}

// configure has the daemon send to this payer and ask it for rights.
func (p *payer) configure(cfg *daemon.Config) error {
	text, err := p.Config(frontal.DefaultMailbox)
	if err != nil {
		return err
	}
	cfg.Mail.FetchMinutes = 0 // returns come when the play, or who plays on, asks for them
	return toml.Unmarshal([]byte(text), cfg)
}

// answer lets the payer's days pass until all that it plans has left.
func (p *payer) answer(ctx context.Context) error {
	waits := func(one frontal.Entry) bool { return one.Pending }
	every := time.NewTicker(payerDay / 5)
	defer every.Stop()
	for limit := time.After(patience); slices.ContainsFunc(p.Ledger(), waits); {
		select {
		case now := <-every.C:
			if err := p.Tick(now); err != nil {
				return err
			}
		case <-limit:
			return fmt.Errorf("the payer has not answered within %v", patience)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
