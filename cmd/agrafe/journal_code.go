package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/vault"
)

type journalCodeCmd struct {
	Out   string `short:"o" type:"path" help:"file to write the code to, readable by you alone, instead of the screen" placeholder:"FILE"`
	Noted bool   `help:"say that the code has been noted; --out says so too"`
}

func (c *journalCodeCmd) Run(e *env) error {
	s, err := e.shelf()
	if err != nil {
		return err
	}
	v, err := s.vault()
	if err != nil {
		return err
	}
	shown := map[string]any{"code": v.Code()}
	if c.Out != "" {
		if err := writeNew(c.Out, []byte(v.Code()+"\n")); err != nil {
			return err
		}
		shown = map[string]any{"fichier": c.Out}
	}
	if c.Noted || c.Out != "" {
		if err := v.Note(); err != nil {
			return err
		}
	}
	return e.print(shown, func(w io.Writer) {
		if c.Out != "" {
			fmt.Fprintf(w, "the recovery code is in %s; keep it away from this machine\n", c.Out)
			return
		}
		fmt.Fprintf(w, "%s\n\nnote it on paper and keep it away from this machine: with it the journal and its\nbackups can be read again when the key file is lost\n", v.Code())
		if !v.Noted() {
			fmt.Fprintln(w, "once that is done: agrafe journal code --noted")
		}
	})
}

type journalRecoverCmd struct{}

func (journalRecoverCmd) Run(e *env) error {
	s, err := e.shelf()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(s.cfg.KeyFile()); err == nil {
		return fmt.Errorf("cannot recover the secret: there is one at %s; move it away first if it is not the right one", s.cfg.KeyFile())
	}
	fmt.Fprint(e.err, "recovery code: ")
	line, err := bufio.NewReader(io.LimitReader(e.in, 1<<10)).ReadString('\n')
	if err != nil && line == "" {
		return &unreadable{fmt.Errorf("cannot read the code: %w", err)}
	}
	if err := vault.Recover(s.cfg.Places(), strings.TrimSpace(line)); err != nil {
		return err
	}
	return e.print(map[string]string{"cle": s.cfg.KeyFile()}, func(w io.Writer) {
		fmt.Fprintln(w, "the secret is at", s.cfg.KeyFile(), "again; start agrafed or, if the journal is gone too: agrafe journal restore")
	})
}
