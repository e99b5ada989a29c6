//go:build chromium

package e2e

import (
	"bufio"
	"context"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/pelletier/go-toml/v2"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/frontal"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri/standin"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/testdata"
)

// newPayer plays the payer until the end of the test, and gives the settings by which a
// daemon reaches it.
func newPayer(t *testing.T, script string) (*frontal.Frontal, daemon.MailConfig) {
	t.Helper()
	answers, err := frontal.ParseScript(script)
	if err != nil {
		t.Fatal(err)
	}
	f, set, _ := playPayer(t, frontal.Options{Dir: folder(t), Script: answers})
	return f, set.Mail
}

// newTeleservice plays ADRi, which knows the people of the virtual Vitales, until gone is
// called. Anybody with a virtual CPS may ask.
func newTeleservice(t *testing.T) (set daemon.RightsConfig, gone func()) {
	t.Helper()
	people, err := standin.People(testdata.Cards())
	if err != nil {
		t.Fatal(err)
	}
	authority, err := virtual.TestKeyring().Authority()
	if err != nil {
		t.Fatal(err)
	}
	cards := t.TempDir()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Raw})
	if err := os.WriteFile(filepath.Join(cards, "autorite.pem"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, all, gone := playPayer(t, frontal.Options{Dir: folder(t), Cards: cards, Rights: standin.New(standin.Script{People: people})})
	return all.Rights, gone
}

// playPayer plays a payer until gone is called, or the test ends; on free ports where o
// names none.
func playPayer(t *testing.T, o frontal.Options) (f *frontal.Frontal, set daemon.Config, gone func()) {
	t.Helper()
	const any = "127.0.0.1:0"
	if o.Listen == (frontal.Addresses{}) {
		o.Listen = frontal.Addresses{SMTP: any, POP3: any, Rights: any}
	}
	f, err := frontal.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { _ = f.Run(ctx) })
	gone = sync.OnceFunc(func() {
		cancel()
		ended.Wait()
		_ = f.Close()
	})
	t.Cleanup(gone)
	text, err := f.Config(frontal.DefaultMailbox)
	if err != nil {
		t.Fatal(err)
	}
	set = daemon.DefaultConfig()
	if err := toml.Unmarshal([]byte(text), &set); err != nil {
		t.Fatal(err)
	}
	set.Mail.FetchMinutes = 0 // when somebody asks
	return f, set, gone
}

// folder is one for a payer, which outlives it.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "agrafe-payer-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// server is a mail server that agrees to everything, until it has a whole mail.
type server struct {
	net.Listener
	mu      sync.Mutex // protects the rest
	verdict string     // what it says of a whole mail
	mails   int        // that it has the whole of
}

// The verdicts.
const (
	taken   = "250 2.0.0 taken"
	refused = "550 5.7.1 mailbox closed"
	gone    = "" // it goes away, and nobody knows what it has done
)

// newServer runs such a server, and gives the settings by which lots leave through it.
func newServer(t *testing.T, verdict string) (*server, daemon.MailConfig) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &server{Listener: l, verdict: verdict}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { c.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		all.Wait()
	})
	_, mail := newPayer(t, "")
	mail.SMTP, mail.SMTPSecurity = l.Addr().String(), daemon.MailPlain
	return c, mail
}

// heal has it take the mails that come.
func (c *server) heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.verdict = taken
}

// has counts the mails that came whole.
func (c *server) has() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mails
}

// judge notes a mail, and tells what to say of it.
func (c *server) judge() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mails++
	return c.verdict
}

// answers are what it says before it has a mail.
var answers = map[string]string{
	"EHLO": "250-localhost\r\n250 AUTH PLAIN", "AUTH": "235 2.7.0 ok", "MAIL": "250 2.1.0 ok", "RCPT": "250 2.1.5 ok",
	"DATA": "354 go on", "RSET": "250 2.0.0 ok", "NOOP": "250 2.0.0 ok", "QUIT": "221 2.0.0 bye",
}

func (c *server) serve(conn net.Conn) {
	defer conn.Close()
	say := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) }
	say("220 localhost ESMTP")
	in := bufio.NewScanner(conn)
	for data := false; in.Scan(); {
		line := in.Text()
		if data {
			if line != "." {
				continue
			}
			verdict := c.judge()
			if verdict == gone {
				return
			}
			data = false
			say(verdict)
			continue
		}
		verb := strings.ToUpper(line[:min(4, len(line))])
		answer, known := answers[verb]
		if !known {
			answer = "500 5.5.1 unknown"
		}
		say(answer)
		data = verb == "DATA"
	}
}

// header is that of a file of the test payer for the practice.
var header = noemie.Entete{TypeEmetteur: "CT", Emetteur: "00000001000349", TypeDestinataire: "PS", Destinataire: "00000991000015",
	Identifiant: "000001", Creation: 260620, Norme: "DEMO", Flux: "D"}

// pays is the payment of FSE that nobody here has made, by numbers from first on.
func pays(t *testing.T, first, n int) []byte {
	t.Helper()
	list := make([]noemie.Return, 0, n)
	for i := first; i < first+n; i++ {
		list = append(list, noemie.Return{Kind: noemie.Paye, Part: noemie.PartAMO, Facture: fmt.Sprintf("%09d", i), Numero: i, TypeFacture: "F", DateFacture: 260616,
			Demande: 2100, Montant: 2100, Etat: "P", TypeRetour: "01", Date: 260620, Virement: "VIR0001", Lot: 77, DateLot: 260616})
	}
	file, err := noemie.Compose(header, list)
	if err != nil {
		t.Fatal(err)
	}
	return noemie.Encode(file)
}

// refuses is an acknowledgement that refuses a lot that nobody here has made.
func refuses(t *testing.T) []byte {
	t.Helper()
	data, err := noemie.ARLAgrafe{}.Encode(header, noemie.Accuse{Identifiant: "A1", Date: 260620, Lot: 77, DateLot: 260616, Factures: 1})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// imports takes a file of a payer in from the disk.
func (u *user) imports(data []byte) {
	u.t.Helper()
	name := filepath.Join(u.t.TempDir(), "retour.noe")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		u.t.Fatal(err)
	}
	u.goTo("retours/fichiers")
	u.tab.Do(chromedp.SetUploadFiles(chromedp.CSS(`input[type="file"]`), []string{name}))
}
