//go:build booted

package booted

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/installer/rig"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/testdata"
)

// The user who sits at the machine, of root.sh, and the home that is made anew for him.
const (
	uid  = 1000
	seat = "/run/systemd/seats/seat0"
	home = "/tmp/docteur"
)

// panel is an xfce4-panel with a place for icons.
const panel = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty"><property name="plugin-1" type="string" value="systray"/></property>
</channel>
`

// eventually waits until now is "", which says what is missing otherwise.
func eventually(t *testing.T, now func() string) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		missing := now()
		if missing == "" {
			return
		}
		if time.Now().After(limit) {
			t.Fatal(missing)
		}
	}
}

// plugCards installs a reader that is none, and puts a CPS and a Vitale in.
func plugCards(t *testing.T) {
	apt(t, "install", "vsmartcard-vpcd")
	rig.Do(t, "systemctl", "restart", "pcscd.service")
	keys := virtual.NewKeyring()
	ctx, cancel := context.WithCancel(context.Background())
	for i, name := range []string{"medecin-secteur1", "patient"} {
		spec, err := virtual.Load(testdata.Cards(), name)
		if err != nil {
			t.Fatal(err)
		}
		card, err := virtual.Open(*spec, keys)
		if err != nil {
			t.Fatal(err)
		}
		go func() { _ = virtual.Serve(ctx, fmt.Sprintf("127.0.0.1:%d", 35963+i), card) }() // vpcd's ports
	}
	leave = append(leave, cancel)
	eventually(t, func() string {
		out := rig.Do(t, "agrafe", "readers")
		if strings.Contains(out, "cps") && strings.Contains(out, "vitale") {
			return ""
		}
		return "the cards are not seen:\n" + out
	})
}

// leave ends what the session and the cards have begun.
var leave []func()

func logout(t *testing.T) {
	for _, end := range slices.Backward(leave) {
		end()
	}
	leave = nil
	if err := os.RemoveAll(home); err != nil {
		t.Fatal(err)
	}
}

// begun starts a program that runs until logout, with its children.
func begun(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	leave = append(leave, func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		_ = cmd.Wait()
	})
}

// asUser is a program of the user's own.
func asUser(env []string, args ...string) *exec.Cmd {
	as := []string{fmt.Sprint("--reuid=", uid), fmt.Sprint("--regid=", uid), "--init-groups"}
	cmd := exec.Command("setpriv", append(as, args...)...)
	cmd.Dir = "/"
	cmd.Env = append([]string{"PATH=/usr/bin:/bin", "HOME=" + home, "LANG=C.UTF-8", "DISPLAY=:9"}, env...)
	return cmd
}

// login begins a session of openbox, which starts what /etc/xdg/autostart names, and
// waits until the panel has our icon.
func login(t *testing.T) {
	write := func(name, text string) {
		name = filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(".config/openbox/autostart", "xfce4-panel --disable-wm-check &\n")
	write(".config/xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml", panel)
	rig.Do(t, "chown", "-R", fmt.Sprint(uid), home)
	if err := os.MkdirAll(filepath.Dir(seat), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(seat, fmt.Appendf(nil, "IS_SEAT0=1\nACTIVE=2\nACTIVE_UID=%d\n", uid), 0o644); err != nil {
		t.Fatal(err)
	}
	begun(t, exec.Command("Xvfb", ":9", "-screen", "0", "800x600x24"))
	eventually(t, func() string {
		if _, err := os.Stat("/tmp/.X11-unix/X9"); err != nil {
			return err.Error()
		}
		return ""
	})
	desktop := asUser(nil, "dbus-run-session", "--", "openbox-session")
	var said bytes.Buffer
	desktop.Stdout, desktop.Stderr = &said, &said
	begun(t, desktop)
	defer func() {
		if t.Failed() {
			ps, _ := rig.Try(t, "sh", "-c", "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done")
			t.Logf("bus %q\n%s\n%s", bus(t), said.String(), ps)
		}
	}()
	const watcher = "org.kde.StatusNotifierWatcher"
	var tip string
	eventually(t, func() string {
		out := onBus(t, watcher, "/StatusNotifierWatcher", watcher, "RegisteredStatusNotifierItems")
		name, path, ok := strings.Cut(strings.Trim(strings.TrimPrefix(out, "as 1 "), "\"\n"), "/")
		if !ok {
			return "the panel has no icon: " + out
		}
		tip = onBus(t, name, "/"+path, "org.kde.StatusNotifierItem", "ToolTip")
		if !strings.Contains(tip, "\"Agrafe ") || strings.Contains(tip, "injoignable") || strings.Contains(tip, "Lecture seule") {
			return "the icon is not that of a tray which the service lets in: " + tip
		}
		return ""
	})
	t.Log(tip)
}

// onBus is a property of an object on the session's bus, as busctl writes it.
func onBus(t *testing.T, name, path, iface, property string) string {
	t.Helper()
	out, _ := session(t, "busctl", "--address="+bus(t), "get-property", name, path, iface, property)
	return out
}

// bus is the address of the session's bus, as the tray that it started has it; "" while
// there is none.
func bus(t *testing.T) string {
	t.Helper()
	for _, pid := range processes(t, "agrafe-tray") {
		env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		for line := range strings.SplitSeq(string(env), "\x00") {
			if address, ok := strings.CutPrefix(line, "DBUS_SESSION_BUS_ADDRESS="); ok {
				return address
			}
		}
	}
	return ""
}

// session runs a program in the user's session.
func session(t *testing.T, args ...string) (string, int) {
	t.Helper()
	cmd := asUser([]string{"DBUS_SESSION_BUS_ADDRESS=" + bus(t)}, args...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// examine has the doctor look, as the user at the machine: nothing may be red, and what
// the package brings has to be green.
func examine(t *testing.T) {
	start := time.Now()
	out, code := session(t, "agrafe", "doctor")
	t.Logf("after %v:\n%s", time.Since(start).Round(time.Millisecond), out)
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
}
