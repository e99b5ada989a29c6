//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// Targets of P6.
const (
	signCommands    = 9 // of the CPS
	furtherCommands = 5 // of the CPS, for each further FSE of a bulk signature
	signOwn         = 1 // ms, and one fsync
)

// timed is a Transport that adds up the time between a command and its answer,
// as reader.Trace does.
type timed struct {
	reader.Transport
	card atomic.Int64 // ns
}

func (t *timed) Connect(name string) (reader.Link, error) {
	link, err := t.Transport.Connect(name)
	if err != nil {
		return nil, err
	}
	return &timedLink{link, t}, nil
}

type timedLink struct {
	reader.Link
	times *timed
}

func (l *timedLink) Transmit(command []byte) ([]byte, error) {
	from := time.Now()
	answer, err := l.Link.Transmit(command)
	l.times.card.Add(int64(time.Since(from)))
	return answer, err
}

// signer is a daemon in this process with its cards in memory.
type signer struct {
	daemon *daemon.Daemon
	times  *timed
	cps    *virtual.Log
	vitale *virtual.Log
	draft  *fse.Draft
	stop   func() error
}

// knows is a Prompter that knows the code.
type knows struct{ code string }

func (k knows) AskPIN(context.Context, daemon.PINRequest) (daemon.PINAnswer, error) {
	return daemon.PINAnswer{Code: []byte(k.code)}, nil
}

// principal makes the calls.
const principal = "bench"

const (
	cpsReader    = "Lecteur CPS"
	vitaleReader = "Lecteur Vitale"
)

// openSigner starts the daemon with both cards in.
func (b *bench) openSigner(ctx context.Context) (*signer, error) {
	readers := virtual.NewReaders(cpsReader, vitaleReader)
	s := &signer{times: &timed{Transport: readers}}
	cps, code, err := openCard(doctor)
	if err != nil {
		return nil, err
	}
	card, _, err := openCard(patient)
	if err != nil {
		return nil, err
	}
	cps, s.cps = virtual.Record(cps)
	card, s.vitale = virtual.Record(card)
	if err := errors.Join(readers.Insert(cpsReader, cps), readers.Insert(vitaleReader, card)); err != nil {
		return nil, err
	}
	cfg := daemon.DefaultConfig()
	if cfg.State, err = os.MkdirTemp(b.dir, "sign-"); err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s.daemon, err = daemon.New(cfg, daemon.Deps{Transport: s.times, Rights: vitale.Simulated{}, Prompter: knows{code}, Log: log})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.daemon.Run(ctx) }()
	s.stop = func() error { cancel(); return <-ended }
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// prepare reads the cards, makes the draft and leaves no code behind.
func (s *signer) prepare(ctx context.Context) error {
	_, events := s.daemon.Hello()
	defer events.Close()
	for in := 0; in < 2; {
		in = 0
		for _, c := range s.daemon.Snapshot().Cards {
			if c.Read && c.State != state.CardAbsent {
				in++
			}
		}
		if in < 2 {
			if _, err := await(ctx, events.Events(), "the cards", func(state.Event) bool { return true }); err != nil {
				return err
			}
		}
	}
	cps, err := s.daemon.ReadCPS(ctx, "")
	if err != nil {
		return err
	}
	card, err := s.daemon.ReadVitale(ctx, "")
	if err != nil {
		return err
	}
	situations, err := s.daemon.OpenPINSession(ctx, principal, "")
	if err != nil {
		return err
	}
	if s.draft, err = consultation(situations[0], cps, card); err != nil {
		return err
	}
	if _, err := s.daemon.SetCabinet(ctx, principal, cabinetOf(situations[0], cps), lot.Call{}); err != nil {
		return err
	}
	_, err = s.daemon.ClosePINSession(ctx, principal, "")
	return err
}

// another is the draft for the n-th of many patients: one alone would have more
// FSE in a day than anybody in a year. The card of none of them is at hand.
func (s *signer) another(n int) *fse.Draft {
	d := *s.draft
	d.Mode, d.Degrade = fse.Degrade, &fse.Degradation{Motif: "carte-absente"}
	number := 1_90_01_75_001_000 + int64(n)
	d.Beneficiaire.NIR = fmt.Sprintf("%d%02d", number, 97-number%97)
	d.Beneficiaire.Naissance = fse.Naissance{EnCarte: "01011990"}
	return &d
}

// signMany makes n FSE and signs them at once.
func (s *signer) signMany(ctx context.Context, n int) error {
	ids := make([]string, n)
	for i := range ids {
		f, err := s.daemon.CreateFSE(ctx, principal, s.draft, lot.Call{})
		if err != nil {
			return err
		}
		ids[i] = f.ID
	}
	s.cps.Clear()
	s.vitale.Clear()
	list, err := s.daemon.SignMany(ctx, principal, ids, daemon.SignRequest{})
	for _, out := range list {
		if err == nil && out.Error != nil {
			err = out.Error
		}
	}
	return err
}

// sign makes an FSE and signs it; own is the time of the signature without the
// cards'.
func (s *signer) sign(ctx context.Context, draft *fse.Draft) (total, own time.Duration, err error) {
	f, err := s.daemon.CreateFSE(ctx, principal, draft, lot.Call{})
	if err != nil {
		return 0, 0, err
	}
	s.cps.Clear()
	s.vitale.Clear()
	cards := s.times.card.Load()
	from := time.Now()
	_, err = s.daemon.SignFSE(ctx, principal, daemon.SignRequest{ID: f.ID}, lot.Call{})
	total = time.Since(from)
	return total, total - time.Duration(s.times.card.Load()-cards), err
}

// measureSign is P6.
func measureSign(ctx context.Context, b *bench) (err error) {
	s, err := b.openSigner(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	disk, err := openDisk(s.daemon.Config().State)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, disk.close()) }()
	if _, _, err := s.sign(ctx, s.draft); err != nil {
		return err
	}
	first := s.cps.Count()
	b.reportCommands(s, "first FSE", first, 0, signCommands)
	if err := s.signMany(ctx, many); err != nil {
		return err
	}
	b.reportCommands(s, "further FSE of a bulk signature", (s.cps.Count()-first)/(many-1), first, furtherCommands)
	var total, own, sync []float64
	for i := range b.times(200, 1000) {
		t, o, err := s.sign(ctx, s.another(i))
		if err != nil {
			return err
		}
		d, err := disk.sync()
		if err != nil {
			return err
		}
		total, own, sync = append(total, ms(t)), append(own, ms(o)), append(sync, ms(d))
	}
	b.reportOwn(total, own, sync)
	return nil
}

// many is how many FSE of a bulk signature are counted: those of one transaction.
const many = 5

// reportCommands lists what the cards were told for the last signature, from the
// CPS's command number from on; count is what is held against the limit.
func (b *bench) reportCommands(s *signer, what string, count, from int, limit float64) {
	commands := s.cps.Exchanges()[from:]
	certificates := 0
	for _, e := range commands {
		if read(e) {
			certificates++
		}
	}
	r := row{Target: "P6", Measure: what + ", commands of the CPS", Value: float64(count), Unit: "APDU",
		Note: fmt.Sprintf("%d reads of certificates%s", certificates, listing(commands))}
	if limit == furtherCommands {
		r.Note = fmt.Sprintf("%d in one transaction, those after the first: %s", many, r.Note)
	}
	b.add(r.atMost(limit))
	commands = s.vitale.Exchanges()
	b.add(row{Target: "P6", Measure: what + ", commands of the Vitale", Value: float64(len(commands)), Unit: "APDU",
		Note: "makes sure that the patient's card is there" + listing(commands)})
}

func (b *bench) reportOwn(total, own, sync []float64) {
	b.keep("P6", "total", total)
	b.keep("P6", "without the cards", own)
	b.keep("P6", "fsync", sync)
	one := median(sync)
	less := make([]float64, len(own))
	for i, o := range own {
		less[i] = o - one
	}
	const what = "one fsync"
	r := row{Target: "P6", Measure: "own time less one fsync, p50", Value: median(less), Unit: "ms", Note: fmt.Sprintf(
		"with its fsyncs %.2f ms, with the virtual cards %.2f ms", median(own), median(total))}
	b.add(r.beside(what, one).atMost(signOwn))
	r = row{Target: "P6", Measure: "own time less one fsync, p99", Value: quantile(less, 0.99), Unit: "ms"}
	b.add(r.beside(what, quantile(sync, 0.99)))
}
