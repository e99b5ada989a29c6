package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/frontal"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
	"github.com/agrafe-fse/agrafe/daemon/seal"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// servePayer starts a payer that trusts the cards of a demonstration, and returns the
// account that a practice has with it.
func servePayer(t *testing.T, cards string) (*frontal.Frontal, string, mail.Account) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "payeur")
	payer, err := frontal.New(frontal.Options{Dir: dir, Cards: cards, Listen: frontal.Addresses{SMTP: "127.0.0.1:0", POP3: "127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() {
		if err := payer.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(func() { stop(); served.Wait(); payer.Close() })
	authority, err := os.ReadFile(filepath.Join(dir, "ac.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	server := func(address string) mail.Server {
		return mail.Server{Address: address, Security: mail.TLS, User: frontal.DefaultMailbox, Roots: roots,
			Password: mail.PasswordFile(filepath.Join(dir, "mot-de-passe"), "")}
	}
	at := payer.Addresses()
	return payer, dir, mail.Account{SMTP: server(at.SMTP), POP3: server(at.POP3), From: frontal.DefaultMailbox, Copy: true}
}

// What the demonstration has signed with a card crosses the way of a lot: the payer
// finds that seal and invoice agree, and its answers name the lot and the FSE.
func TestThePayerTakesWhatTheDemonstrationSigned(t *testing.T) {
	dir := t.TempDir()
	var out, errOut bytes.Buffer
	if code := run([]string{"demo", "--json", "--dir", dir}, nil, &out, &errOut); code != exitDone {
		t.Fatalf("demo: exit %d, %s", code, &errOut)
	}
	var done story
	if err := json.Unmarshal(out.Bytes(), &done); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(done.B2)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := os.ReadFile(done.Seal)
	if err != nil {
		t.Fatal(err)
	}
	payer, folder, account := servePayer(t, filepath.Join(dir, "cles-de-demonstration"))
	sendLot(t, folder, account, file, sealed)
	entries := payer.Ledger()
	if len(entries) != 1 || entries[0].Number != done.FSE.Numero || entries[0].Rejected || entries[0].Planned == frontal.FateRefused {
		t.Fatalf("%+v", entries)
	}
	box, err := mail.NewBox(account)
	if err != nil {
		t.Fatal(err)
	}
	var copies, acknowledged int
	if _, err := box.Fetch(t.Context(), nil, func(_ context.Context, m mail.Mail) error {
		letter, err := mail.Read(m.Raw)
		if err != nil || len(letter.Parts) != 1 {
			t.Fatalf("%d parts, %v", len(letter.Parts), err)
		}
		if letter.MessageID == "lot@agrafe.test" {
			copies++
			return nil
		}
		part, err := seal.ReadPart(letter.Parts[0].Body)
		if err != nil {
			t.Fatal(err)
		}
		f, err := noemie.Parse(part.Content)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range noemie.Returns(f) {
			if r.Kind == noemie.ARLPositif && r.Lot == 1 {
				acknowledged++
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if copies != 1 || acknowledged != 1 {
		t.Errorf("%d copies, %d acknowledgements", copies, acknowledged)
	}
}

// The configuration that the payer prints is one that a daemon takes.
func TestTheDaemonTakesThePayersConfiguration(t *testing.T) {
	dir := t.TempDir()
	cards := filepath.Join(dir, "cartes")
	if err := os.Mkdir(cards, 0o700); err != nil {
		t.Fatal(err)
	}
	authority, err := virtual.TestKeyring().Authority()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cards, "autorite.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	adri, err := (&frontalCmd{Cards: cards}).adri()
	if err != nil {
		t.Fatal(err)
	}
	payer, err := frontal.New(frontal.Options{Dir: filepath.Join(dir, "payeur"), Cards: cards, Rights: adri,
		Listen: frontal.Addresses{SMTP: "127.0.0.1:0", POP3: "127.0.0.1:0", Rights: "127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	defer payer.Close()
	text, err := payer.Config(frontal.DefaultMailbox)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "agrafed.toml")
	if err := os.WriteFile(path, []byte("state = '"+filepath.Join(dir, "etat")+"'\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := daemon.LoadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	at := payer.Addresses()
	if cfg.Mail.SMTP != at.SMTP || cfg.Mail.POP3 != at.POP3 || cfg.Mail.From != frontal.DefaultMailbox || cfg.Rights.URL != "https://"+at.Rights+"/" {
		t.Errorf("%+v, %+v", cfg.Mail, cfg.Rights)
	}
}

// sendLot sends a lot of one invoice as a daemon does.
func sendLot(t *testing.T, folder string, account mail.Account, file, sealed []byte) {
	t.Helper()
	decoded, err := b2.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	to := decoded.Destinataire
	address, err := seal.Address(to.Regime(), to.Organisme(), true)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := seal.Folder{Dir: filepath.Join(folder, "certificats"), Demonstration: true}.Certificate(to.Regime(), to.Organisme(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	part, err := seal.Enclose(seal.Contents{File: file, Seals: [][]byte{sealed}, Demonstration: true}, cert)
	if err != nil {
		t.Fatal(err)
	}
	sender, err := mail.NewSender(account)
	if err != nil {
		t.Fatal(err)
	}
	message := mail.Message{ID: "lot@agrafe.test", From: account.From, To: []string{address}, Subject: "IR100500", Date: time.Now(), Part: part}
	if err := sender.Send(t.Context(), message, func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
}
