//go:build chromium

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// asDaemon is the variable by which this program, started by itself, is the daemon of
// a practice and nothing else: a process that can be killed. Its value is place.
const asDaemon = "AGRAFE_E2E_DAEMON"

// place is where such a daemon runs.
type place struct {
	State string
	Port  int
}

func TestMain(m *testing.M) {
	if at := os.Getenv(asDaemon); at != "" {
		if err := beDaemon(at); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// beDaemon runs a daemon with both cards in, whose codes are typed at once, until its
// standard input ends: with the test at the latest.
func beDaemon(at string) error {
	var where place
	if err := json.Unmarshal([]byte(at), &where); err != nil {
		return err
	}
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port = where.State, where.Port
	readers := virtual.NewReaders(slots...)
	for slot, name := range []string{"medecin-secteur1", "patient"} {
		if err := insert(readers, slot, name); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	wait, err := serve(ctx, cfg, readers, func(context.Context) bool { return true })
	if err != nil {
		cancel()
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	cancel()
	wait()
	return err
}

// apart runs the daemon of p in a process of its own, and gives what kills it.
func (p *practice) apart() (kill func()) {
	p.t.Helper()
	at, err := json.Marshal(place{p.cfg.State, p.cfg.Port})
	if err != nil {
		p.t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	run := exec.Command(program)
	run.Env = append(os.Environ(), asDaemon+"="+string(at))
	var said bytes.Buffer
	run.Stderr = &said
	if _, err := run.StdinPipe(); err != nil {
		p.t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		p.t.Fatal(err)
	}
	kill = func() {
		_ = run.Process.Kill() // SIGKILL: nothing is put in order
		_ = run.Wait()
	}
	p.t.Cleanup(kill)
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := local.DialSocket(p.t.Context(), p.cfg.ControlSocket(), nil)
		if err == nil {
			_ = c.Close()
			return kill
		}
		if time.Now().After(end) {
			p.t.Fatalf("the daemon does not answer: %v: %s", err, said.String())
		}
	}
}

// The daemon is killed while somebody types, and while it signs: what was typed is in
// the page, and is kept once the daemon is back.
func TestDaemonIsKilled(t *testing.T) {
	p := newPractice(t)
	p.stop()
	kill := p.apart()
	u := p.sit("/facturer")
	u.reads("ADRTROIS DOMINIQUE")
	u.fill("Ajouter des actes", "G\r")
	id := u.kept()
	kill()
	u.fill("Ajouter des actes", "MEG\r")
	u.reads("Pas encore gardée : la liaison est coupée.")
	u.choose("Parcours de soins", "T")
	kill = p.apart()
	u.linked()
	u.sees(`!document.body.innerText.includes("Pas encore gardée")`)
	u.kept()
	if f := p.get(id).Draft; len(f.Acts) != 2 || f.Pathway != "T" {
		t.Errorf("%d acts are kept and the pathway %q, want 2 and T", len(f.Acts), f.Pathway)
	}
	u.reads("Prête à signer.")
	u.click("Signer")
	u.reads("FSE 000000001")

	kill()
	p.apart()
	u.linked()
	u.reads("En lot")
	if f := p.get(id); f.State != "en-lot" || f.Number != 1 {
		t.Errorf("after the kill it is %s, number %d", f.State, f.Number)
	}
}

// linked has the page connect anew now, if it has not done so by itself.
func (u *user) linked() {
	u.t.Helper()
	u.clickIfThere("Réessayer maintenant")
	u.sees(`!named("button", "Réessayer maintenant")`)
}
