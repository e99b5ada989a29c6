package dialog

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// zenityProgram shows the windows.
const zenityProgram = "zenity"

// entry has the user type digits into buf. The library would give them as a string,
// which nobody can wipe: zenity is run here, and writes straight into the locked page.
func (r Request) entry(ctx context.Context, buf []byte) (int, error) {
	program, err := exec.LookPath(zenityProgram)
	if err != nil {
		return 0, ErrNoProgram
	}
	z := exec.CommandContext(ctx, program, "--entry", "--hide-text", "--title="+r.Title, "--text="+strings.ReplaceAll(r.Text, "_", "__"),
		"--ok-label="+r.OK, "--cancel-label="+r.Cancel, "--width=480")
	runtime.LockOSThread() // the signal comes when this thread ends, which is then with the process
	defer runtime.UnlockOSThread()
	z.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := z.StdoutPipe()
	if err == nil {
		err = z.Start()
	}
	if err != nil {
		return 0, err
	}
	n, err := io.ReadFull(out, buf)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	ended := z.Wait()
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	const no = 1 // zenity's exit code
	if exit, ok := errors.AsType[*exec.ExitError](ended); ok && exit.ExitCode() == no {
		return 0, nil
	}
	typed := bytes.TrimSuffix(buf[:n], []byte("\n"))
	clear(buf[len(typed):n])
	return len(typed), errors.Join(err, ended)
}
