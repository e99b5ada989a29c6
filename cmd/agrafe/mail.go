package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/durable"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

type mailCmd struct {
	Status   mailStatusCmd   `cmd:"" help:"show how the mail account is set and what waits"`
	Check    mailCheckCmd    `cmd:"" help:"log in to both servers, and send and fetch nothing"`
	Password mailPasswordCmd `cmd:"" help:"type the password of the account in this terminal and have it kept"`
}

type mailStatusCmd struct{}

func (mailStatusCmd) Run(e *env) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	m := c.Hello.Snapshot.Mail
	if m == nil {
		return &state.Error{Kind: state.Unsupported, Code: "CLI", Message: "the service that runs is older than this command; restart it: agrafe restart"}
	}
	return e.print(m, func(w io.Writer) { writeMail(w, *m) })
}

func writeMail(w io.Writer, m state.Mail) {
	if !m.Configured {
		fmt.Fprintln(w, "mail is not set: closed lots wait; set the section [mail] of the configuration, then: agrafe mail password")
		return
	}
	leave, fetch := "when asked: agrafe lots send", "when asked: agrafe returns fetch"
	if m.Send == "auto" {
		leave = "by themselves, once closed"
	}
	if m.Fetch > 0 {
		fetch = fmt.Sprintf("every %d minutes", m.Fetch)
	}
	fmt.Fprintf(w, "account      %s (%s)\nSMTP         %s\nPOP3         %s\nlots leave   %s\nreturns      %s\nwaiting      %d lots, %d for somebody to decide\nlast sent    %s\nlast fetched %s\n",
		m.Address, m.Environment, m.SMTP, m.POP3, leave, fetch, m.Waiting, m.Undecided, instant(m.LastSent), instant(m.LastFetch))
	if m.Foreign > 0 {
		fmt.Fprintf(w, "foreign      %d messages from nobody who pays are in the mailbox\n", m.Foreign)
	}
	if m.Problem != nil {
		fmt.Fprintln(w, "PROBLEM     ", m.Problem.Message)
	}
	if m.NextTry != nil {
		fmt.Fprintln(w, "next try    ", instant(m.NextTry))
	}
}

// instant writes a time of this run of the service.
func instant(at *time.Time) string {
	if at == nil {
		return "not since the service started"
	}
	return at.Local().Format(time.DateTime)
}

type mailCheckCmd struct{}

func (mailCheckCmd) Run(e *env) error {
	var m state.Mail
	if err := e.callOnce("mail.check", nil, &m); err != nil {
		return err
	}
	return e.print(m, func(w io.Writer) { fmt.Fprintln(w, "both servers accept the account") })
}

type mailPasswordCmd struct{}

// Run writes the password to its file. It is typed where it does not show: what stands
// on a command line is seen by everybody on the machine, and kept by the shell.
func (mailPasswordCmd) Run(e *env) error {
	cfg, err := e.settings()
	if err != nil {
		return err
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return &usageError{errors.New("cannot ask for a password: standard input is no terminal")}
	}
	name := cfg.MailPasswordFile()
	owner, err := passwordOwner(cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.err, "password of %s (empty to leave): ", accountOf(cfg))
	typed, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(e.err)
	if err != nil {
		return fmt.Errorf("cannot read the password: %w", err)
	}
	defer clear(typed)
	if err := checkPassword(typed); err != nil {
		return err
	}
	if err := writePassword(name, typed, owner); err != nil {
		return err
	}
	return e.print(map[string]string{"fichier": name}, func(w io.Writer) {
		fmt.Fprintf(w, "the password is in %s; try it: agrafe mail check\n", name)
	})
}

// accountOf names the account as the configuration does.
func accountOf(cfg daemon.Config) string {
	if cfg.Mail.User == "" {
		return "the mail account"
	}
	return cfg.Mail.User
}

// longestPassword is in bytes (ours): the service reads no longer one.
const longestPassword = 1024

func checkPassword(typed []byte) error {
	switch {
	case len(typed) == 0:
		return errors.New("no password was typed: nothing has changed")
	case len(typed) > longestPassword:
		return fmt.Errorf("cannot keep the password: it has more than %d bytes", longestPassword)
	case !utf8.Valid(typed), bytes.ContainsFunc(typed, unicode.IsControl):
		return errors.New("cannot keep the password: it has characters that no keyboard types; paste it without line ends")
	}
	return nil
}

// anyOwner is the owner of a file that is left to whoever writes it.
const anyOwner = -1

// writePassword puts the password in the place of the one before, mode 0600.
func writePassword(name string, secret []byte, owner int) error {
	line := append(bytes.Clone(secret), '\n')
	defer clear(line)
	if err := durable.WriteFile(name, line); err != nil {
		return err
	}
	if owner == anyOwner {
		return nil
	}
	if err := os.Lchown(name, owner, anyOwner); err != nil {
		return fmt.Errorf("cannot give the password to the service: %w", err)
	}
	return nil
}
