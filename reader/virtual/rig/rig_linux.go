package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"
)

// Options say what Start runs. The zero value is one pair of slots.
type Options struct {
	// Dir holds the configuration and the drivers. Its path is of plain letters,
	// digits and /._-, all that pcscd reads. Empty: a new temporary folder, which
	// Stop removes.
	Dir string
	// Slots is the number of slots. The driver makes them in pairs, so an odd
	// number leaves one more. 0 means 2.
	Slots int
	// Names are the names of the pairs, distinct, so that a test can imitate a
	// real reader. Missing ones are "Virtual PCD", "Virtual PCD B"…
	Names []string
	// Port is the TCP port of the first slot; the next slots follow. 0 means
	// 35963, vpcd's own.
	Port int
	// Log receives what pcscd writes; nil for nothing.
	Log io.Writer
}

const (
	defaultPort = 0x8C7B
	driver      = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
	socket      = socketDir + "/pcscd.comm"

	startLimit = 10 * time.Second
	stopLimit  = 5 * time.Second
	pollEvery  = 5 * time.Millisecond
)

// Rig is a pcscd with virtual slots. Its methods belong to one goroutine, except
// Addr and Reader.
type Rig struct {
	opts    Options
	ownsDir bool
	cmd     *exec.Cmd
	done    chan struct{} // closed when pcscd has ended
}

// Start runs pcscd and waits until it serves programs and cards. It fails when a
// pcscd is running already. The end of ctx kills pcscd.
func Start(ctx context.Context, opts Options) (*Rig, error) {
	r := &Rig{opts: opts}
	err := r.configure()
	if err == nil {
		err = r.start(ctx)
	}
	if err != nil {
		r.clean()
		return nil, fmt.Errorf("cannot start pcscd: %w", err)
	}
	return r, nil
}

// Addr is the TCP address of slot i, from 0, for virtual.Serve.
func (r *Rig) Addr(i int) string { return fmt.Sprintf("127.0.0.1:%d", r.opts.Port+i) }

// Reader is the name that programs see slot i under.
func (r *Rig) Reader(i int) string { return fmt.Sprintf("%s 00 %02d", r.opts.Names[i/2], i%2) }

// Kill ends pcscd at once, as a crash would: its socket stays behind. Cards that
// are being served lose their connection.
func (r *Rig) Kill() {
	_ = r.cmd.Process.Kill() // it may have ended by itself
	<-r.done
}

// Shutdown ends pcscd in order.
func (r *Rig) Shutdown() error {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-r.done:
		return nil
	case <-time.After(stopLimit):
		r.Kill()
		return errors.New("cannot stop pcscd: it did not end when told to and was killed")
	}
}

// Restart runs pcscd again after Kill or Shutdown, with the same slots. Cards
// must be served anew.
func (r *Rig) Restart(ctx context.Context) error {
	if err := r.start(ctx); err != nil {
		return fmt.Errorf("cannot restart pcscd: %w", err)
	}
	return nil
}

// Stop ends pcscd and removes what Start made.
func (r *Rig) Stop() error {
	err := r.Shutdown()
	return errors.Join(err, r.clean())
}

func (r *Rig) clean() error {
	if !r.ownsDir {
		return nil
	}
	return os.RemoveAll(r.opts.Dir)
}

// configure writes one stanza for each pair of slots. Each has a copy of the
// driver of its own: pairs that share one silently lose cards.
func (r *Rig) configure() error {
	o := &r.opts
	if o.Slots == 0 {
		o.Slots = 2
	}
	if o.Port == 0 {
		o.Port = defaultPort
	}
	if o.Dir == "" {
		dir, err := os.MkdirTemp("", "agrafe-rig-")
		if err != nil {
			return err
		}
		o.Dir, r.ownsDir = dir, true
	}
	dir, err := filepath.Abs(o.Dir) // pcscd refuses a relative one
	if err != nil {
		return err
	}
	o.Dir = dir
	if strings.ContainsFunc(dir, isStrange) {
		return fmt.Errorf("the folder %q: pcscd's configuration holds only letters, digits and /._- in a path", dir)
	}
	code, err := os.ReadFile(driver)
	if err != nil {
		return fmt.Errorf("%w: install the package vsmartcard-vpcd", err)
	}
	if err := os.MkdirAll(r.conf(), 0o755); err != nil {
		return err
	}
	pairs := (o.Slots + 1) / 2
	o.Names = slices.Clone(o.Names[:min(pairs, len(o.Names))])
	for pair := range pairs {
		if err := r.configurePair(pair, code); err != nil {
			return err
		}
	}
	return nil
}

// isStrange reports whether pcscd's parser may refuse c in a path: a comma ends
// pcscd at once.
func isStrange(c rune) bool {
	return !strings.ContainsRune("/._-", c) && (c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c))
}

func (r *Rig) conf() string { return filepath.Join(r.opts.Dir, "reader.conf.d") }

func (r *Rig) configurePair(pair int, code []byte) error {
	o := &r.opts
	if pair == len(o.Names) {
		name := "Virtual PCD"
		if pair > 0 {
			name += " " + string(rune('A'+pair))
		}
		o.Names = append(o.Names, name)
	}
	library := filepath.Join(o.Dir, fmt.Sprintf("vpcd%d.so", pair))
	if err := os.WriteFile(library, code, 0o755); err != nil {
		return err
	}
	port := o.Port + 2*pair
	stanza := fmt.Sprintf("FRIENDLYNAME %q\nDEVICENAME /dev/null:0x%X\nLIBPATH %s\nCHANNELID 0x%X\n",
		o.Names[pair], port, library, port)
	return os.WriteFile(filepath.Join(r.conf(), fmt.Sprintf("vpcd%d", pair)), []byte(stanza), 0o644)
}

func (r *Rig) start(ctx context.Context) error {
	if running() {
		return errors.New("a pcscd is already running: stop it, or run in namespaces of your own (rig.Main, or unshare -m -n)")
	}
	path, err := exec.LookPath("pcscd")
	if err != nil {
		if path, err = exec.LookPath("/usr/sbin/pcscd"); err != nil {
			return errors.New("it is not installed: install the package pcscd")
		}
	}
	// A pcscd that was killed leaves these behind, and its successor may refuse
	// to start because another process has got its number since.
	_ = os.Remove(socket)
	_ = os.Remove(socketDir + "/pcscd.pid")
	cmd := exec.CommandContext(ctx, path, "--foreground", "--config", r.conf())
	cmd.Stdout, cmd.Stderr = r.opts.Log, r.opts.Log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	r.cmd, r.done = cmd, make(chan struct{})
	go func(done chan struct{}) {
		_ = cmd.Wait()
		close(done)
	}(r.done)
	return r.waitReady(ctx)
}

func (r *Rig) waitReady(ctx context.Context) error {
	limit := time.After(startLimit)
	for !running() || !r.listening() {
		select {
		case <-r.done:
			return fmt.Errorf("it ended at once (%s): see its log", r.cmd.ProcessState)
		case <-ctx.Done():
			r.Kill()
			return ctx.Err()
		case <-limit:
			r.Kill()
			return fmt.Errorf("it did not serve within %s", startLimit)
		case <-time.After(pollEvery):
		}
	}
	return nil
}

// running reports whether a pcscd answers on the socket.
func running() bool {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// listening reports whether every slot waits for a card. It looks into the
// kernel's table, because to connect would be to insert a card.
func (r *Rig) listening() bool {
	table, err := os.ReadFile("/proc/self/net/tcp")
	if err != nil {
		return false
	}
	waiting := map[string]bool{}
	for line := range bytes.Lines(table) {
		fields := strings.Fields(string(line)) // number, local address, remote address, state
		if len(fields) > 3 && fields[3] == "0A" {
			_, port, _ := strings.Cut(fields[1], ":")
			waiting[port] = true
		}
	}
	for i := range 2 * len(r.opts.Names) {
		if !waiting[fmt.Sprintf("%04X", r.opts.Port+i)] {
			return false
		}
	}
	return true
}
