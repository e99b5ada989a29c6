package daemon

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/seal"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// Mail addresses of the tests.
const (
	ourAddress   = "cabinet@exemple.test"
	payerAddress = "01349@349.01.rss.test"
)

// sendScript is what a server does with one message. The zero value takes it.
type sendScript struct {
	before *mail.Error           // instead of asking for the message
	after  *mail.Error           // once intent was called
	taken  bool                  // it has the message in spite of after
	during func(context.Context) // between intent and the outcome
}

// post is a mail server: what it takes, and a copy for us, ends up in its mailbox.
type post struct {
	mu      sync.Mutex
	script  func(n int, m mail.Message) sendScript // nil: takes all
	dialled int
	sending int
	most    int            // messages on their way at once
	taken   map[string]int // by Message-ID
	sent    []mail.Message
	copies  bool // our own copy comes back
	box     map[string][]byte
	uid     int
	fetch   func(taken int) error // before the mail after so many
}

func newPost() *post { return &post{taken: map[string]int{}, box: map[string][]byte{}, copies: true} }

func (p *post) Check(context.Context) error { return nil }

func (p *post) Send(ctx context.Context, m mail.Message, intent func(context.Context) error) error {
	p.mu.Lock()
	p.dialled++
	p.sending++
	p.most = max(p.most, p.sending)
	s := sendScript{}
	if p.script != nil {
		s = p.script(p.dialled, m)
	}
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sending--
	}()
	if s.before != nil {
		return s.before
	}
	if err := intent(ctx); err != nil {
		return &mail.Error{Kind: mail.KindIntent, Err: err}
	}
	if s.during != nil {
		s.during(ctx)
	}
	if s.after == nil || s.taken {
		p.take(m)
	}
	if s.after != nil {
		return s.after
	}
	return nil
}

func (p *post) take(m mail.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken[m.ID]++
	p.sent = append(p.sent, m)
	if p.copies {
		p.put(fmt.Appendf(nil, "From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nMessage-ID: <%s>\r\n%s", m.From, m.To[0], m.Subject, m.ID, m.Part))
	}
}

// put puts a mail in the mailbox, with mu held.
func (p *post) put(raw []byte) {
	p.uid++
	p.box[fmt.Sprintf("%08d", p.uid)] = raw
}

// arrive puts mails in the mailbox.
func (p *post) arrive(raw ...[]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range raw {
		p.put(r)
	}
}

func (p *post) inBox() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.box)
}

func (p *post) dials() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dialled
}

// mails is the side of post that is read.
type mails struct{ *post }

func (m mails) Fetch(ctx context.Context, seen func(string) bool, take func(context.Context, mail.Mail) error) (r mail.Result, err error) {
	m.mu.Lock()
	uids := slices.Sorted(maps.Keys(m.box))
	hook := m.fetch
	m.mu.Unlock()
	r.Mails = len(uids)
	for _, uid := range uids {
		if seen(uid) {
			continue
		}
		if r.Given == 1000 {
			r.More = true
			break
		}
		if hook != nil {
			if err := hook(r.Given); err != nil {
				return r, err
			}
		}
		m.mu.Lock()
		raw := m.box[uid]
		m.mu.Unlock()
		r.Given++
		one := mail.Mail{UID: uid, Size: len(raw), Raw: raw}
		if len(raw) > mail.MaxMail {
			one.Raw = nil
		}
		switch err := take(ctx, one); {
		case err != nil && !errors.Is(err, mail.ErrLeave):
			return r, &mail.Error{Kind: mail.KindIntent, Err: err}
		case err == nil && one.Raw != nil:
			m.mu.Lock()
			delete(m.box, uid)
			m.mu.Unlock()
			r.Deleted++
		}
	}
	return r, nil
}

// Failures of servers.
var (
	unreachable = &mail.Error{Kind: mail.KindUnreachable, Err: errors.New("no route")}
	undecided   = &mail.Error{Kind: mail.KindUndecided, Err: io.ErrUnexpectedEOF}
	cutOff      = &mail.Error{Kind: mail.KindCut, Err: net.ErrClosed}
	refusal     = &mail.Error{Kind: mail.KindRefused, Code: 554, Err: errors.New("554 no"), Reply: "554 no"}
	busy        = &mail.Error{Kind: mail.KindBusy, Code: 451, Err: errors.New("451 later"), Reply: "451 later"}
	badLogin    = &mail.Error{Kind: mail.KindLogin, Code: 535, Err: errors.New("535 no")}
)

// payerKey opens the files of the payer of the tests.
var payerKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// certificateOf writes the certificate of a payer into a folder.
func certificateOf(t testing.TB, dir, address, organisation string) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: address, Organization: []string{organisation}},
		NotBefore: openDay.AddDate(-50, 0, 0), NotAfter: openDay.AddDate(50, 0, 0), KeyUsage: x509.KeyUsageKeyEncipherment}
	der, err := x509.CreateCertificate(rand.Reader, template, template, payerKey().Public(), payerKey())
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, address+".pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return cert
}

// mailing gives a daemon the servers of p, and returns are fetched by click.
func mailing(t testing.TB, p *post) option {
	dir := t.TempDir()
	certificateOf(t, dir, payerAddress, "AGRAFE DEMONSTRATION")
	return func(c *Config, d *Deps) {
		c.Mail = defaultMail()
		c.Mail.SMTP, c.Mail.POP3, c.Mail.User, c.Mail.From, c.Mail.Certificates = "127.0.0.1:1", "127.0.0.1:1", "cabinet", ourAddress, dir
		c.Mail.FetchMinutes = 0
		d.Mailer, d.Mailbox = p, mails{p}
	}
}

// shelf is a state folder with closed lots, from which daemons are started.
type shelf struct {
	t    testing.TB
	cfg  Config
	deps Deps
	lots []lot.Lot
}

// newShelf signs FSE and closes them in lots of so many, degraded ones.
func newShelf(t testing.TB, p *post, sizes ...int) *shelf {
	t.Helper()
	r := newRig(t, mailing(t, p))
	r.insert(left, card(t, "medecin-secteur1"))
	s := &shelf{t: t, cfg: r.cfg}
	for _, n := range sizes {
		s.lots = append(s.lots, r.closedLot(n))
	}
	r.stop()
	s.cfg.Journal.Key = r.cfg.KeyFile()
	s.deps = Deps{Transport: virtual.NewReaders(), Rights: vitale.Simulated{}, Prompter: typing(goodCode), Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return openDay }, Mailer: p, Mailbox: mails{p}}
	return s
}

// closedLot signs n degraded FSE and closes their lot.
func (r *rig) closedLot(n int) lot.Lot {
	r.t.Helper()
	var ids []string
	for range n {
		ids = append(ids, r.create(ehr, consultation(fse.Degrade)).ID)
	}
	var id string
	for part := range slices.Chunk(ids, maxBulk) {
		list, err := r.d.SignMany(r.t.Context(), ehr, part, SignRequest{})
		if err != nil {
			r.t.Fatal(err)
		}
		for _, one := range list {
			if one.Error != nil {
				r.t.Fatal(one.Error)
			}
			id = one.FSE.Lot
		}
	}
	if _, err := r.d.CloseLot(r.t.Context(), ehr, id, lot.Call{}); err != nil {
		r.t.Fatal(err)
	}
	l, err := r.d.book.Lot(id)
	if err != nil {
		r.t.Fatal(err)
	}
	return l
}

// open starts a daemon on a copy of the folder, of which only the mail runs.
func (s *shelf) open(t testing.TB) (d *Daemon, stop func()) {
	t.Helper()
	d, err := New(s.cfg, s.deps)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); d.followMail(ctx) }()
	return d, sync.OnceFunc(func() {
		cancel()
		<-done
		if err := d.book.Close(); err != nil {
			t.Error(err)
		}
	})
}

// copied is the shelf on a copy of its folder.
func (s *shelf) copied(t testing.TB, dir string) *shelf {
	t.Helper()
	other := *s
	other.cfg.State = filepath.Join(dir, "state")
	for { // until nothing was written meanwhile: a crash leaves one moment
		before := s.written(t)
		err := os.CopyFS(other.cfg.State, os.DirFS(s.cfg.State))
		if err == nil && s.written(t) == before {
			return &other
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // a log that has become a table
			t.Fatal(err)
		}
		if err := os.RemoveAll(other.cfg.State); err != nil {
			t.Fatal(err)
		}
	}
}

// written is what changes with each record and with each table.
func (s *shelf) written(t testing.TB) string {
	t.Helper()
	anchor, err := os.ReadFile(s.cfg.anchorFile())
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(filepath.Join(s.cfg.journalDir(), "MANIFEST"))
	if err != nil {
		t.Fatal(err)
	}
	return string(anchor) + string(manifest)
}

// lotNow is a lot as the book has it.
func lotNow(t testing.TB, d *Daemon, id string) lot.Lot {
	t.Helper()
	l, err := d.book.Lot(id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// still ignores progress.
func still(int) {}

// enclosed is what the payer reads of a message.
func enclosed(t testing.TB, m mail.Message, dir string) seal.Contents {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, m.To[0]+".pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	c, err := seal.Extract(m.Part, cert, payerKey())
	if err != nil {
		t.Fatal(err)
	}
	return c
}
