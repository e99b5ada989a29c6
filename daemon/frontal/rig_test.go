package frontal

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/smtp"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
	"github.com/agrafe-fse/agrafe/daemon/seal"
)

const (
	testPayer = "01999@999.01.rss.test"
	doctor    = "991000015"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// madeOnce is a folder with the keys and certificates of a payer, and the test cards,
// that every test links to.
var madeOnce = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "frontal-")
	if err != nil {
		panic(err)
	}
	f, err := New(Options{Dir: dir, Listen: anyPort})
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(filepath.Join(dir, ledgerFile)))
	}
	if err != nil {
		panic(err)
	}
	return dir
})

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(madeOnce())
	os.Exit(code)
}

var anyPort = Addresses{SMTP: "127.0.0.1:0", POP3: "127.0.0.1:0", Rights: "127.0.0.1:0"}

// issuer is an authority of cards, with one card.
type issuer struct {
	ca, card *x509.Certificate
	key      *rsa.PrivateKey
}

var cards = sync.OnceValue(func() issuer { return newIssuer("TEST Agrafe") })

func newIssuer(organization string) issuer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	sign := func(template, parent *x509.Certificate) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), key)
		if err != nil {
			panic(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			panic(err)
		}
		return cert
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{organization}, CommonName: organization},
		NotBefore: validFrom, NotAfter: validTo, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	card := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "899900000015"}, NotBefore: validFrom, NotAfter: validTo,
		KeyUsage: x509.KeyUsageContentCommitment | x509.KeyUsageDigitalSignature}
	root := sign(ca, ca)
	return issuer{root, sign(card, root), key}
}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex // protects now
	now time.Time
}

func (c *clock) read() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

// rig is a payer that runs, and its clock.
type rig struct {
	*Frontal
	t     *testing.T
	dir   string
	clock *clock
	opts  Options
	stop  func()
}

// newRig starts a payer with the certificates of madeOnce.
func newRig(t *testing.T, script string) *rig {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "payeur")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{authorityFile, authorityKey, serverFile, serverKey, payersKey, passwordFile, payersDir} {
		if err := os.Symlink(filepath.Join(madeOnce(), name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := ParseScript(script)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, dir: dir, clock: &clock{now: start}}
	authorities := filepath.Join(dir, "cartes")
	if err := os.MkdirAll(authorities, 0o700); err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cards().ca.Raw})
	if err := os.WriteFile(filepath.Join(authorities, "autorite.pem"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	r.opts = Options{Dir: dir, Listen: anyPort, Script: s, Cards: authorities, Now: r.clock.read}
	r.start()
	t.Cleanup(func() { r.stop() })
	return r
}

// start opens the folder and serves.
func (r *rig) start() {
	r.t.Helper()
	f, err := New(r.opts)
	if err != nil {
		r.t.Fatal(err)
	}
	r.Frontal = f
	var ended sync.WaitGroup
	done := make(chan struct{})
	ended.Go(func() {
		if err := f.Run(contextUntil(done)); err != nil {
			r.t.Errorf("Run: %v", err)
		}
	})
	r.stop = sync.OnceFunc(func() {
		close(done)
		ended.Wait()
		if err := f.Close(); err != nil {
			r.t.Errorf("Close: %v", err)
		}
	})
}

// restart ends the payer and starts it again on the same folder.
func (r *rig) restart() {
	r.t.Helper()
	r.stop()
	r.start()
}

// pass moves the clock and ticks.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	r.clock.mu.Lock()
	r.clock.now = r.clock.now.Add(d)
	now := r.clock.now
	r.clock.mu.Unlock()
	if err := r.Tick(now); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) tls() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(r.keys.authority)
	return &tls.Config{RootCAs: pool, ServerName: "localhost"}
}

// bill is an invoice as a test asks for it.
type bill struct {
	numero   int
	amo, amc int64
	tiers    bool
	change   func(map[string]any) // of what is sealed
}

// sampleFile is a demonstration file of one lot, and what is to be sealed.
func sampleFile(numero int, bills ...bill) (b2.File, [][]byte) {
	fileConstants, lotConstants := b2.Medecin()
	to, err := b2.NewDestinataire("01", "999", "999")
	if err != nil {
		panic(err)
	}
	one := b2.Lot{Numero: numero, NumeroPS: doctor, Organisme: "999", Nom: "MEDECIN DE TEST", Date: 260302, Constantes: lotConstants}
	var contents [][]byte
	for _, bl := range bills {
		fees := bl.amo + bl.amc
		one.Factures = append(one.Factures, b2.Facture{
			Numero: bl.numero, NIR: "297022A020778", CleNIR: "78", Regime: "01", Caisse: "999", Centre: "0000", Nature: "10", Naissance: 970226,
			RangNaissance: 1, OrganismeAMC: "99999997",
			Lignes: []b2.Ligne{{Executant: doctor, Specialite: "01", Date: 260301, Code: "G", Quantite: 1, Coefficient: 100, Denombrement: 1,
				PrixUnitaire: fees, Base: fees, Taux: 70, AMO: bl.amo, AMC: bl.amc, Honoraires: fees, Exoneration: "0"}},
		})
		content := map[string]any{"format": "agrafe-fse-1", "numero": fmt.Sprintf("%09d", bl.numero), "environnement": "demonstration",
			"demonstration": true, "facture": map[string]any{"professionnel": map[string]any{"numeroAM": doctor}},
			"prix": map[string]any{"total": map[string]any{"honoraires": fees, "amo": bl.amo, "amc": bl.amc}, "certification": "S",
				"destinataire": map[string]any{"regime": "01", "caisse": "999", "centre": "0000"},
				"tiersPayant":  map[string]any{"amo": bl.tiers, "amc": bl.tiers}}}
		if bl.change != nil {
			bl.change(content)
		}
		text, err := json.Marshal(content)
		if err != nil {
			panic(err)
		}
		contents = append(contents, text)
	}
	return b2.File{Emetteur: "00000" + doctor, Destinataire: to, Identifiant: "000007", Creation: 260302, Demonstration: true,
		Constantes: fileConstants, Lots: []b2.Lot{one}}, contents
}

// sealed signs contents with the card of an issuer.
func (i issuer) seal(t testing.TB, contents ...[]byte) [][]byte {
	t.Helper()
	var all [][]byte
	for _, content := range contents {
		draft, err := seal.Prepare(content, i.card, start)
		if err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256(draft.Message())
		signature, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		der, err := draft.Seal(signature)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, der)
	}
	return all
}

// enclosed is a mail with a file for the test payer.
func (r *rig) enclosed(id string, file b2.File, seals [][]byte) []byte {
	r.t.Helper()
	data, err := b2.Encode(file)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.mail(id, "999", seal.Contents{File: data, Seals: seals, Demonstration: true})
}

// mail encloses contents for an organism of the régime 01.
func (r *rig) mail(id, organisme string, contents seal.Contents) []byte {
	r.t.Helper()
	to, err := seal.Folder{Dir: filepath.Join(r.dir, payersDir), Demonstration: true}.Certificate("01", organisme, start)
	if err != nil {
		r.t.Fatal(err)
	}
	part, err := seal.Enclose(contents, to)
	if err != nil {
		r.t.Fatal(err)
	}
	return append([]byte("From: <"+DefaultMailbox+">\r\nTo: <"+testPayer+">\r\nSubject: x\r\nMessage-ID: <"+id+">\r\n"), part...)
}

// client opens an SMTP session that is logged in.
func (r *rig) client() *smtp.Client {
	r.t.Helper()
	conn, err := tls.Dial("tcp", r.Addresses().SMTP, r.tls())
	if err != nil {
		r.t.Fatal(err)
	}
	c, err := smtp.NewClient(conn, "localhost")
	if err == nil {
		err = c.Auth(smtp.PlainAuth("", DefaultMailbox, r.keys.password, "localhost"))
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	return c
}

// deliver sends a mail and returns the error of the step that failed.
func (r *rig) deliver(raw []byte, to ...string) error {
	r.t.Helper()
	c := r.client()
	if err := c.Mail(DefaultMailbox); err != nil {
		return err
	}
	for _, address := range to {
		if err := c.Rcpt(address); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	return w.Close()
}

// bill sends a lot and fails the test if it is not taken.
func (r *rig) bill(numero int, bills ...bill) {
	r.t.Helper()
	file, contents := sampleFile(numero, bills...)
	raw := r.enclosed(fmt.Sprintf("lot-%d@agrafe.test", numero), file, cards().seal(r.t, contents...))
	if err := r.deliver(raw, testPayer); err != nil {
		r.t.Fatal(err)
	}
}

// pop is a POP3 session.
type pop struct {
	*textproto.Conn
	t *testing.T
}

func (r *rig) pop() *pop {
	r.t.Helper()
	conn, err := tls.Dial("tcp", r.Addresses().POP3, r.tls())
	if err != nil {
		r.t.Fatal(err)
	}
	p := &pop{textproto.NewConn(conn), r.t}
	r.t.Cleanup(func() { p.Close() })
	p.line()
	return p
}

func (r *rig) popIn() *pop {
	p := r.pop()
	p.ok("USER " + DefaultMailbox)
	p.ok("PASS " + r.keys.password)
	return p
}

func (p *pop) line() string {
	p.t.Helper()
	text, err := p.ReadLine()
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// ask sends a command and returns the first line of the answer.
func (p *pop) ask(command string) string {
	p.t.Helper()
	if err := p.PrintfLine("%s", command); err != nil {
		p.t.Fatal(err)
	}
	return p.line()
}

func (p *pop) ok(command string) string {
	p.t.Helper()
	text := p.ask(command)
	if !strings.HasPrefix(text, "+OK") {
		p.t.Fatalf("%.4s: %s", command, text)
	}
	return strings.TrimPrefix(strings.TrimPrefix(text, "+OK"), " ")
}

// many sends a command and returns the lines of its answer.
func (p *pop) many(command string) []string {
	p.t.Helper()
	p.ok(command)
	lines, err := p.ReadDotLines()
	if err != nil {
		p.t.Fatal(err)
	}
	return lines
}

// fetch empties the mailbox.
func (r *rig) fetch() [][]byte {
	r.t.Helper()
	p := r.popIn()
	var all [][]byte
	for i := range p.many("LIST") {
		all = append(all, []byte(strings.Join(p.many("RETR "+strconv.Itoa(i+1)), "\r\n")+"\r\n"))
		p.ok("DELE " + strconv.Itoa(i+1))
	}
	p.ok("QUIT")
	return all
}

// returned reads the returns of mails; those of a truncated file are counted in bad.
func returned(t *testing.T, mails [][]byte) (all []noemie.Return, bad int) {
	t.Helper()
	for _, raw := range mails {
		part, err := seal.ReadPart(raw)
		if err != nil {
			t.Fatal(err)
		}
		if !part.Demonstration() {
			t.Errorf("a return without the mark of a demonstration: %s", part.Description)
		}
		f, err := noemie.Parse(part.Content)
		if err != nil {
			bad++
			continue
		}
		head := f.Entete()
		if !head.Demonstration() || head.Destinataire != "00000"+doctor {
			t.Errorf("header %+v", head)
		}
		all = append(all, noemie.Returns(f)...)
	}
	return all, bad
}

// kinds lists what returns say, `101 payé 2100`, in their order.
func kinds(all []noemie.Return) []string {
	out := []string{}
	for _, r := range all {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s%s %d", r.Numero, r.Kind, map[bool]string{true: " " + r.Part.String()}[r.Part != 0], r.Montant)))
	}
	return slices.Clip(out)
}

// await waits until what another goroutine does is done, for at most 10 seconds.
func await(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(10 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("it is never done")
		}
	}
}
