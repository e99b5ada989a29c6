//go:build chromium

package e2e

import (
	"bufio"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/frontal"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// newPayer plays the payer until the end of the test, and gives the settings by which a
// daemon reaches it.
func newPayer(t *testing.T, script string) (*frontal.Frontal, daemon.MailConfig) {
	t.Helper()
	answers, err := frontal.ParseScript(script)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "agrafe-payer-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	const any = "127.0.0.1:0"
	f, err := frontal.New(frontal.Options{Dir: dir, Script: answers, Listen: frontal.Addresses{SMTP: any, POP3: any}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { _ = f.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		ended.Wait()
		_ = f.Close()
	})
	text, err := f.Config(frontal.DefaultMailbox)
	if err != nil {
		t.Fatal(err)
	}
	set := daemon.DefaultConfig()
	if err := toml.Unmarshal([]byte(text), &set); err != nil {
		t.Fatal(err)
	}
	set.Mail.FetchMinutes = 0 // when somebody asks
	return f, set.Mail
}

// cutter is a mail server that goes away at the worst moment: it has the whole mail,
// and does not say so. It takes a mail as it should once healed.
type cutter struct {
	net.Listener
	mu     sync.Mutex // protects the rest
	healed bool
	mails  int // that it has the whole of
}

func newCutter(t *testing.T) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{Listener: l}
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
	return c
}

func (c *cutter) heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.healed = true
}

// has counts the mails that came whole.
func (c *cutter) has() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mails
}

// took notes a mail, and tells whether to say so.
func (c *cutter) took() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mails++
	return c.healed
}

// answers are those of a server that agrees to everything.
var answers = map[string]string{
	"EHLO": "250-localhost\r\n250 AUTH PLAIN", "AUTH": "235 2.7.0 ok", "MAIL": "250 2.1.0 ok", "RCPT": "250 2.1.5 ok",
	"DATA": "354 go on", "RSET": "250 2.0.0 ok", "NOOP": "250 2.0.0 ok", "QUIT": "221 2.0.0 bye",
}

func (c *cutter) serve(conn net.Conn) {
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
			if !c.took() {
				return
			}
			data = false
			say("250 2.0.0 taken")
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

// strange writes a file of a payer about an FSE that nobody here has made.
func strange(t *testing.T) string {
	t.Helper()
	file, err := noemie.Compose(noemie.Entete{TypeEmetteur: "CT", Emetteur: "00000001000349", TypeDestinataire: "PS", Destinataire: "00000991000015",
		Identifiant: "000001", Creation: 260620, Norme: "DEMO", Flux: "D"},
		[]noemie.Return{{Kind: noemie.Paye, Part: noemie.PartAMO, Facture: "000000777", Numero: 777, TypeFacture: "F", DateFacture: 260616, Demande: 2100, Montant: 2100,
			Etat: "P", TypeRetour: "01", Date: 260620, Virement: "VIR0001", Lot: 77, DateLot: 260616}})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "retour.noe")
	if err := os.WriteFile(name, noemie.Encode(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
