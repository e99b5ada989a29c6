//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// stopLimit bounds the time that a child takes to end in order.
const stopLimit = 10 * time.Second

// child is a process that this run started.
type child struct {
	cmd    *exec.Cmd
	first  chan string   // its first line, closed when it wrote none
	gone   chan struct{} // closed when it has ended
	errors bytes.Buffer  // its standard error, read only once it has ended
}

// start runs a program until stop, or until ctx ends.
func start(ctx context.Context, env []string, path string, args ...string) (*child, error) {
	c := &child{cmd: exec.CommandContext(ctx, path, args...), first: make(chan string, 1), gone: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), env...)
	c.cmd.Stderr = &c.errors
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", path, err)
	}
	go c.listen(bufio.NewReader(out))
	return c, nil
}

func (c *child) listen(out *bufio.Reader) {
	defer close(c.gone)
	defer close(c.first)
	line, err := out.ReadString('\n')
	if err != nil {
		return
	}
	c.first <- strings.TrimSpace(line)
	_, _ = io.Copy(io.Discard, out) // until it has ended
}

// line is the first line that it writes.
func (c *child) line() (string, error) {
	line, ok := <-c.first
	if !ok {
		return "", errors.Join(fmt.Errorf("cannot start %s: it said nothing", c.cmd.Path), c.stop())
	}
	return line, nil
}

// startServer runs a program whose first line is the address at which it serves.
func startServer(ctx context.Context, path string, args ...string) (c *child, addr string, err error) {
	if c, err = start(ctx, nil, path, args...); err != nil {
		return nil, "", err
	}
	addr, err = c.line()
	return c, addr, err
}

// startEcho runs the bare server.
func (b *bench) startEcho(ctx context.Context) (c *child, addr string, err error) {
	program, err := b.build(ctx, "bridge/bench/echo")
	if err != nil {
		return nil, "", err
	}
	return startServer(ctx, program)
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// stop ends the process in order. What it wrote to standard error is in the
// error if it ended badly.
func (c *child) stop() error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	kill := time.AfterFunc(stopLimit, func() { _ = c.cmd.Process.Kill() })
	defer kill.Stop()
	<-c.gone
	err := c.cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGTERM {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s ended badly: %w: %s", c.cmd.Path, err, strings.TrimSpace(c.errors.String()))
	}
	return nil
}
