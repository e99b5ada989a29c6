package frontal

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// Options say what a Frontal plays.
type Options struct {
	Dir       string   // of everything it keeps; made when it is not there
	Mailboxes []string // addresses under .test that it serves; DefaultMailbox when there is none
	Script    Script
	Day       time.Duration // that a day of the script lasts; 24 hours when 0
	Cards     string        // folder of the authorities of the test cards; "" for any that calls itself TEST

	Listen Addresses    // a port of 0 is any free one
	Rights http.Handler // plays the teleservice ADRi, and needs Cards; nil for none

	Now func() time.Time // nil for time.Now
	Log *slog.Logger     // nil for none
}

// DefaultMailbox is the mailbox of a practice when no other is asked for.
const DefaultMailbox = "cabinet@agrafe.test"

// Frontal is a payer that listens. Its methods may be called at the same time.
type Frontal struct {
	dir     string
	keys    *keys
	payers  map[string]payer
	signers signers
	script  Script
	day     time.Duration
	boxes   map[string]*mailbox
	now     func() time.Time
	log     *slog.Logger
	lock    *os.File // held for this process

	smtp   *smtp.Server
	smtpAt net.Listener
	pop3   *pop3
	rights *http.Server
	adriAt net.Listener

	mu     sync.Mutex // protects ledger; taken before that of a mailbox
	ledger *ledger
}

// New opens the folder of a payer and listens. Nothing is answered before Run. The
// keys and the payers' certificates are made at the first time, in some seconds.
func New(o Options) (*Frontal, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the folder of the payer: %w", err)
	}
	f := &Frontal{dir: o.Dir, script: o.Script, day: cmp.Or(o.Day, 24*time.Hour), boxes: map[string]*mailbox{}, now: o.Now, log: o.Log}
	if f.now == nil {
		f.now = time.Now
	}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if f.lock, err = takeLock(o.Dir); err != nil {
		return nil, err
	}
	if err := f.load(o); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := f.listen(o); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// takeLock takes a folder for this process.
func takeLock(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot open the folder of the payer: %w", err)
	}
	if err := durable.Lock(file); err != nil {
		return nil, fmt.Errorf("cannot use the folder of the payer %s: %w", dir, errors.Join(err, file.Close()))
	}
	return file, nil
}

// load opens what the folder holds.
func (f *Frontal) load(o Options) (err error) {
	if f.keys, err = openKeys(o.Dir); err != nil {
		return err
	}
	if f.payers, err = payers(); err != nil {
		return err
	}
	if err := f.keys.openPayers(o.Dir, f.payers); err != nil {
		return err
	}
	if f.signers, err = openSigners(o.Cards); err != nil {
		return err
	}
	if f.ledger, err = openLedger(o.Dir); err != nil {
		return err
	}
	taken := map[string]bool{}
	for key := range f.ledger.messages {
		taken[mailID(key)] = true
	}
	boxes := o.Mailboxes
	if len(boxes) == 0 {
		boxes = []string{DefaultMailbox}
	}
	for _, address := range boxes {
		if err := checkMailbox(address); err != nil {
			return err
		}
		if f.boxes[address], err = openMailbox(o.Dir, address, taken); err != nil {
			return err
		}
	}
	return nil
}

// checkMailbox refuses what is not an address of ours: it becomes the name of a folder.
func checkMailbox(address string) error {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-."
	local, domain, found := strings.Cut(address, "@")
	if !found || local == "" || strings.Trim(local, letters) != "" || strings.HasPrefix(local, ".") ||
		strings.Trim(domain, letters) != "" || !strings.HasSuffix(domain, ".test") || strings.HasSuffix(domain, ".rss.test") || len(address) > 100 {
		return fmt.Errorf("cannot serve the mailbox %q: give small letters, digits, hyphens and points @ a domain under .test that is not rss.test", address)
	}
	return nil
}

// checkLoopback refuses to listen where another machine could reach it: who knows the
// password, or has a test card, is served.
func checkLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("cannot listen on %q: give host:port: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("cannot listen on %q: a demonstration serves its own machine alone, give 127.0.0.1, [::1] or localhost", address)
	}
	return nil
}

func (f *Frontal) listen(o Options) (err error) {
	wanted := []string{o.Listen.SMTP, o.Listen.POP3}
	if o.Rights != nil {
		wanted = append(wanted, o.Listen.Rights)
	}
	for _, address := range wanted {
		if err := checkLoopback(address); err != nil {
			return err
		}
	}
	config := &tls.Config{Certificates: []tls.Certificate{f.keys.server}, MinVersion: tls.VersionTLS12}
	if f.smtpAt, err = tls.Listen("tcp", o.Listen.SMTP, config); err != nil {
		return fmt.Errorf("cannot listen for SMTP: %w", err)
	}
	f.smtp = f.newSMTP()
	pop, err := tls.Listen("tcp", o.Listen.POP3, config)
	if err != nil {
		return fmt.Errorf("cannot listen for POP3: %w", err)
	}
	f.pop3 = newPOP3(f, pop)
	if o.Rights == nil {
		return nil
	}
	if f.signers.roots == nil {
		return errors.New("cannot play ADRi without the authorities of the cards: give their folder")
	}
	if f.adriAt, err = net.Listen("tcp", o.Listen.Rights); err != nil {
		return fmt.Errorf("cannot listen for ADRi: %w", err)
	}
	f.rights = f.newRights(o.Rights)
	return nil
}

// Run answers until ctx ends. It does not move the time: call Tick.
func (f *Frontal) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var servers sync.WaitGroup
	failed := make([]error, 3)
	serve := func(i int, one func() error) {
		servers.Go(func() {
			defer cancel() // one that fails ends the others
			failed[i] = one()
		})
	}
	serve(0, func() error {
		defer context.AfterFunc(ctx, func() {
			_ = f.smtp.Close()
			_ = f.smtpAt.Close() // the server does not know it before Serve
		})()
		return over(f.smtp.Serve(f.smtpAt), smtp.ErrServerClosed)
	})
	serve(1, func() error { return f.pop3.serveUntil(ctx) })
	if f.rights != nil {
		serve(2, func() error {
			defer context.AfterFunc(ctx, func() { _ = f.rights.Close() })()
			return over(f.rights.ServeTLS(f.adriAt, "", ""), http.ErrServerClosed)
		})
	}
	servers.Wait()
	return errors.Join(failed...)
}

// over makes the error of a server that was asked to end none.
func over(err, asked error) error {
	if errors.Is(err, asked) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Close gives everything back. Run must have returned.
func (f *Frontal) Close() error {
	var failed []error
	for _, l := range []net.Listener{f.smtpAt, f.adriAt} {
		if l != nil {
			failed = append(failed, over(l.Close(), net.ErrClosed))
		}
	}
	if f.pop3 != nil {
		f.pop3.close()
	}
	if f.ledger != nil {
		failed = append(failed, f.ledger.file.Close())
	}
	return errors.Join(append(failed, f.lock.Close())...)
}

// Ledger returns what is known of every invoice, in the order of receipt.
func (f *Frontal) Ledger() []Entry {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ledger.all()
}

// Counts returns how many mails came and how many answers left.
func (f *Frontal) Counts() Counts {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ledger.counts
}

// Mailboxes lists the addresses that are served, sorted.
func (f *Frontal) Mailboxes() []string {
	all := make([]string, 0, len(f.boxes))
	for address := range f.boxes {
		all = append(all, address)
	}
	slices.Sort(all)
	return all
}
