package frontal

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func code(err error) int {
	if e, ok := err.(*textproto.Error); ok {
		return e.Code
	}
	return 0
}

func TestSMTPRefuses(t *testing.T) {
	r := newRig(t, "")
	tests := []struct {
		name string
		do   func(c *smtp.Client) error
		want int
	}{
		{"another sender", func(c *smtp.Client) error { return c.Mail("autre@agrafe.test") }, 553},
		{"a payer that is none", func(c *smtp.Client) error { _ = c.Mail(DefaultMailbox); return c.Rcpt("01998@998.01.rss.test") }, 550},
		{"a real payer", func(c *smtp.Client) error { _ = c.Mail(DefaultMailbox); return c.Rcpt("01999@999.01.rss.fr") }, 550},
		{"somebody outside", func(c *smtp.Client) error { _ = c.Mail(DefaultMailbox); return c.Rcpt("x@example.org") }, 550},
		{"a mailbox that is none", func(c *smtp.Client) error { _ = c.Mail(DefaultMailbox); return c.Rcpt("autre@agrafe.test") }, 550},
		{"two payers", func(c *smtp.Client) error {
			_, _ = c.Mail(DefaultMailbox), c.Rcpt(testPayer)
			return c.Rcpt("01011@011.01.rss.test")
		}, 550},
		{"100 MB", func(c *smtp.Client) error {
			_, err := cmd(c, "MAIL FROM:<%s> SIZE=%d", DefaultMailbox, 100<<20)
			return err
		}, 552},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := test.do(r.client()); code(err) != test.want {
				t.Errorf("%v, want %d", err, test.want)
			}
		})
	}
	if len(r.Ledger()) != 0 || r.Counts().Mails != 0 {
		t.Errorf("%+v", r.Counts())
	}
}

// cmd sends a command as it stands.
func cmd(c *smtp.Client, format string, args ...any) (string, error) {
	id, err := c.Text.Cmd(format, args...)
	if err != nil {
		return "", err
	}
	c.Text.StartResponse(id)
	defer c.Text.EndResponse(id)
	_, text, err := c.Text.ReadResponse(250)
	return text, err
}

// A mail that lies about its size is cut off.
func TestSMTPBoundsAMail(t *testing.T) {
	r := newRig(t, "")
	c := r.client()
	if err := c.Mail(DefaultMailbox); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt(testPayer); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	line := []byte(strings.Repeat("a", 998) + "\r\n")
	for range maxMail/len(line) + 1 {
		if _, err = w.Write(line); err != nil {
			break
		}
	}
	if err == nil {
		err = w.Close()
	}
	if code(err) != 552 || r.Counts().Mails != 0 {
		t.Errorf("%v, %+v", err, r.Counts())
	}
}

func TestSMTPAsksForALogin(t *testing.T) {
	r := newRig(t, "")
	for name, password := range map[string]string{DefaultMailbox: "x", "autre@agrafe.test": r.keys.password, "": ""} {
		conn, err := tls.Dial("tcp", r.Addresses().SMTP, r.tls())
		if err != nil {
			t.Fatal(err)
		}
		c, err := smtp.NewClient(conn, "localhost")
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Auth(smtp.PlainAuth("", name, password, "localhost")); code(err) != 535 {
			t.Errorf("%q: %v, want 535", name, err)
		}
		if err := c.Mail(DefaultMailbox); err == nil {
			t.Error("a mail without login")
		}
		c.Close()
	}
}

// When the ledger can't be written the mail is not taken, and is taken later.
func TestAMailIsNotTakenWithoutTheLedger(t *testing.T) {
	r := newRig(t, "")
	file, contents := sampleFile(1, bill{numero: 1, amo: 2100, tiers: true})
	raw := r.enclosed("a@agrafe.test", file, cards().seal(t, contents...))
	r.mu.Lock()
	whole := r.ledger.file
	readOnly, err := os.Open(filepath.Join(r.dir, ledgerFile))
	if err != nil {
		t.Fatal(err)
	}
	r.ledger.file = readOnly
	r.mu.Unlock()
	for range 2 {
		if err := r.deliver(raw, testPayer, DefaultMailbox); code(err) != 451 {
			t.Fatalf("%v, want 451", err)
		}
	}
	if mails := r.fetch(); len(r.Ledger()) != 0 || len(mails) != 0 {
		t.Errorf("%+v, and %d copies of a mail that was not taken", r.Ledger(), len(mails))
	}
	if err := whole.Close(); err != nil {
		t.Fatal(err)
	}
	r.restart()
	if mails := r.fetch(); len(mails) != 0 {
		t.Errorf("%d copies of a mail that was not taken", len(mails))
	}
	if err := r.deliver(raw, testPayer); err != nil {
		t.Fatal(err)
	}
	if e := r.Ledger(); len(e) != 1 || e[0].Paid.AMO != 2100 {
		t.Errorf("%+v", e)
	}
}

// A copy that was held when the payer crashed is shown if the ledger has the mail.
func TestACopySurvivesACrash(t *testing.T) {
	r := newRig(t, "silence 100 %")
	file, contents := sampleFile(1, bill{numero: 1, amo: 2100, tiers: true})
	raw := r.enclosed("a@agrafe.test", file, cards().seal(t, contents...))
	if err := r.deliver(raw, testPayer); err != nil {
		t.Fatal(err)
	}
	r.stop()
	box := r.boxes[DefaultMailbox]
	for id, text := range map[string][]byte{"<a@agrafe.test>": raw, "<b@agrafe.test>": []byte("x")} {
		key := (&reception{Mailbox: DefaultMailbox, Payer: testPayer, ID: id}).key()
		if err := box.hold(mailID(key), text); err != nil {
			t.Fatal(err)
		}
	}
	r.start()
	if mails := r.fetch(); len(mails) != 1 || string(mails[0]) != string(raw) {
		t.Errorf("%d copies", len(mails))
	}
}

// Only a test card of the known authority may ask for rights.
func TestRightsAskForATestCard(t *testing.T) {
	r := newRig(t, "")
	r.stop()
	r.opts.Rights = http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		fmt.Fprint(w, q.TLS.PeerCertificates[0].Subject.CommonName)
	})
	r.start()
	foreign, known, sealing := newIssuer("TEST Autre"), cards(), cards()
	sealing.auth = sealing.sign
	for name, test := range map[string]struct {
		card *issuer
		want string
	}{"a test card": {&known, "899900000015"}, "another authority": {&foreign, ""}, "the key for seals": {&sealing, ""}, "none": {nil, ""}} {
		t.Run(name, func(t *testing.T) {
			config := r.tls()
			if test.card != nil {
				config.Certificates = []tls.Certificate{{Certificate: [][]byte{test.card.auth.Raw}, PrivateKey: test.card.key}}
			}
			client := http.Client{Transport: &http.Transport{TLSClientConfig: config}}
			defer client.CloseIdleConnections()
			got := ""
			if answer, err := client.Get("https://" + r.Addresses().Rights + "/"); err == nil {
				text, err := io.ReadAll(answer.Body)
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				got = string(text)
				if answer.TLS.Version != tls.VersionTLS12 {
					t.Errorf("TLS %x", answer.TLS.Version)
				}
			}
			if got != test.want {
				t.Errorf("answered %q, want %q", got, test.want)
			}
		})
	}
	text, err := r.Config(DefaultMailbox)
	if err != nil || !strings.Contains(text, "url = 'https://"+r.Addresses().Rights+"/'") {
		t.Errorf("%v\n%s", err, text)
	}
	r.stop()
	r.opts.Cards = ""
	if _, err := New(r.opts); err == nil {
		t.Error("ADRi is played for any card")
	}
	r.opts.Rights = nil
	r.start()
}

// What is no TLS is not answered in clear.
func TestNothingIsSaidInClear(t *testing.T) {
	r := newRig(t, "")
	for _, address := range []string{r.Addresses().SMTP, r.Addresses().POP3} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, "EHLO x\r\n")
		text, err := bufio.NewReader(conn).ReadString('\n')
		if err == nil {
			t.Errorf("answered %q", text)
		}
		conn.Close()
	}
}
