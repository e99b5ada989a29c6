//go:build booted

package booted

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/installer/rig"
)

// TestService takes the service through its life, up to the end of the first boot. The
// steps build on one another.
func TestService(t *testing.T) {
	rig.Do(t, "/usr/sbin/update-ca-certificates", "--fresh") // as uninstall leaves it
	before := tree(t)
	var day []string // the FSE of the day
	step := func(name string, f func(t *testing.T)) {
		if !t.Run(name, f) {
			t.FailNow()
		}
	}
	step("S29 a folder of others is refused", func(t *testing.T) { refusesFolders(t, before) })
	step("install", install)
	step("S28 sandbox", sandbox)
	step("S27 files and socket", permissions)
	step("S27 who may use the socket", admission)
	step("S20 whose browser asks is told by the kernel", browsers)
	step("S01 only loopback listens", loopback)
	step("polkit lets the service use readers", polkit)
	step("readers", readers)
	step("a day's FSE", func(t *testing.T) {
		c := dial(t)
		defer c.Close()
		day = create(t, c, 60)
	})
	step("S30 kill -9, answering within 3 s", func(t *testing.T) { day = append(day, killed(t, day)...) })
	step("watchdog", func(t *testing.T) { watchdog(t, day) })
	step("stop and start", func(t *testing.T) { stopStart(t, day) })
	step("a configuration that can't be used", badConfig)
	step("S32 uninstall, the data stay", func(t *testing.T) { uninstall(t, before, day) })
	step("S32 uninstall leaves nothing", func(t *testing.T) { purge(t, before) })
	step("install again, for the next boot", func(t *testing.T) {
		agrafe(t, "install")
		c := dial(t)
		defer c.Close()
		note(t, create(t, c, 5))
	})
}

// TestRebooted runs after the machine has started anew, without anybody's doing.
func TestRebooted(t *testing.T) {
	c := dial(t)
	defer c.Close()
	kept(t, c, noted(t))
	if state := property(t, "ActiveState") + " " + property(t, "NRestarts"); state != "active 0" {
		t.Errorf("%s", state)
	}
	agrafe(t, "uninstall", "--purge")
	nothingRuns(t)
}

func refusesFolders(t *testing.T, before map[string]string) {
	open := "/srv/open"
	if err := os.Mkdir(open, 0o755); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(open)
	rig.Do(t, "cp", "-r", "/opt/agrafe", open)
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	out, code := rig.Try(t, open+"/agrafe/agrafe", "install")
	if code != 1 || !strings.Contains(out, open+": everybody may write it") {
		t.Errorf("exit code %d: %s", code, out)
	}
	out, code = rig.Try(t, "setpriv", "--reuid=nobody", "--clear-groups", "/opt/agrafe/agrafe", "install")
	if code != 1 || !strings.Contains(out, "root") {
		t.Errorf("not root: exit code %d: %s", code, out)
	}
	if err := os.RemoveAll(open); err != nil {
		t.Fatal(err)
	}
	if d := rig.Differences(before, tree(t)); len(d) > 0 {
		t.Errorf("changed: %q", d)
	}
}

func install(t *testing.T) {
	t.Log(agrafe(t, "install"))
	for name, want := range map[string]string{"ActiveState": "active", "UnitFileState": "enabled", "Type": "notify", "NRestarts": "0"} {
		if got := property(t, name); got != want {
			t.Errorf("%s=%s, want %s", name, got, want)
		}
	}
	t.Log(agrafe(t, "status"))
	if text := property(t, "StatusText"); !strings.HasPrefix(text, "on 127.0.0.1:17373") {
		t.Errorf("status %q", text)
	}
	pid := mainPID(t)
	agrafe(t, "install") // over itself
	if again := mainPID(t); again == pid {
		t.Error("programs that may be new were not started")
	}
}

func sandbox(t *testing.T) {
	out := rig.Do(t, "systemd-analyze", "security", "--no-pager", "agrafed.service")
	m := regexp.MustCompile(`Overall exposure level for agrafed.service: ([0-9.]+)`).FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no level in:\n%s", out)
	}
	level, err := strconv.ParseFloat(m[1], 64)
	if err != nil || level >= 3 {
		t.Errorf("%v\n%s", err, out)
	}
	t.Log(m[0])
	dir := fmt.Sprintf("/proc/%d/", mainPID(t))
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"} {
		if !strings.Contains(string(status), line) {
			t.Errorf("no %q in\n%s", line, status)
		}
	}
	limits, err := os.ReadFile(dir + "limits")
	if err != nil || !regexp.MustCompile(`Max core file size +0 +0 `).Match(limits) {
		t.Errorf("core files: %v\n%s", err, limits)
	}
	env, err := os.ReadFile(dir + "root/home")
	if err == nil {
		t.Errorf("/home is read: %s", env)
	}
}

func permissions(t *testing.T) {
	uid := strings.TrimSpace(rig.Do(t, "id", "-u", "agrafe"))
	for path, want := range map[string]string{
		"/run/agrafe":                                  "drwxr-xr-x " + uid,
		socket:                                         "Srw-rw-rw- " + uid,
		"/var/lib/agrafe":                              "drwx------ " + uid,
		"/var/lib/agrafe/token":                        "-rw------- " + uid,
		"/var/lib/agrafe-key":                          "drwx------ " + uid,
		"/var/lib/agrafe-key/journal.key":              "-rw------- " + uid,
		"/etc/agrafe":                                  "drwxr-xr-x 0",
		"/etc/agrafe/agrafed.toml":                     "-rw-r--r-- 0",
		"/etc/agrafe/origins.d":                        "drwxr-xr-x 0",
		"/etc/xdg/autostart/agrafe-tray.desktop":       "-rw-r--r-- 0",
		"/usr/local/share/applications/agrafe.desktop": "-rw-r--r-- 0",
	} {
		info, err := os.Lstat(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := fmt.Sprintf("%v %d", info.Mode(), info.Sys().(*syscall.Stat_t).Uid); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// admission asks for the status as several users.
func admission(t *testing.T) {
	defer os.Remove(seat)
	group := strings.TrimSpace(rig.Do(t, "id", "-g", "agrafe"))
	tests := []struct {
		name, sits string // "" for a machine without seats
		as         []string
		code       int
	}{
		{"the user at the machine", "65534", []string{"--reuid=65534", "--regid=65534", "--clear-groups"}, 0},
		{"another user", "1000", []string{"--reuid=65534", "--regid=65534", "--clear-groups"}, 1},
		{"no seats", "", []string{"--reuid=65534", "--regid=65534", "--clear-groups"}, 1},
		{"another user of the group", "1000", []string{"--reuid=65534", "--regid=65534", "--groups=" + group}, 0},
		{"root", "1000", nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sit(t, tt.sits)
			out, code := rig.Try(t, "setpriv", slices.Concat(tt.as, []string{"/opt/agrafe/agrafe", "status"})...)
			if code != tt.code || code != 0 && !strings.Contains(out, "usermod -aG agrafe") {
				t.Errorf("exit code %d, want %d: %s", code, tt.code, out)
			}
		})
	}
}

// browsers asks for the console's page as a browser of several users, over TCP: the
// service has to learn from the kernel whose each is, in its sandbox.
func browsers(t *testing.T) {
	defer os.Remove(seat)
	sit(t, "65534")
	for uid, want := range map[string]string{"65534": "200", "1000": "403", "0": "200"} {
		got := rig.Do(t, "setpriv", "--reuid="+uid, "--regid="+uid, "--clear-groups", "curl", "--silent", "--output", "/dev/null",
			"--write-out", "%{http_code}", "--header", "Sec-Fetch-Mode: navigate", "--header", "Sec-Fetch-Dest: document", "http://127.0.0.1:17373/")
		if got != want {
			t.Errorf("user %s: %s, want %s", uid, got, want)
		}
	}
}

// sit says who sits at the machine, in logind's words and place: nobody knows if uid is
// "".
func sit(t *testing.T, uid string) {
	t.Helper()
	_ = os.Remove(seat)
	if uid == "" {
		return
	}
	if err := os.MkdirAll(filepath.Dir(seat), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(seat, []byte("IS_SEAT0=1\nACTIVE=2\nACTIVE_UID="+uid+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func loopback(t *testing.T) {
	out := rig.Do(t, "ss", "--listening", "--tcp", "--udp", "--numeric", "--no-header", "--processes")
	n := 0
	for line := range strings.Lines(out) {
		if !strings.Contains(line, `"agrafed"`) {
			continue
		}
		n++
		if !strings.Contains(line, " 127.0.0.1:17373 ") && !strings.Contains(line, " [::1]:17373 ") {
			t.Errorf("%s", line)
		}
	}
	if n != 2 {
		t.Errorf("%d listen:\n%s", n, out)
	}
}

// killed kills the service while FSE are made, and returns those that were acknowledged.
// The quickest return tells how long one takes, the others what else the machine does.
func killed(t *testing.T, day []string) (more []string) {
	quickest := time.Minute
	for range 3 {
		c := dial(t)
		more = append(more, create(t, c, 10)...)
		if err := syscall.Kill(mainPID(t), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		<-c.Done()
		_ = c.Close()
		c = dial(t)
		took := time.Since(start)
		t.Logf("answering %v after kill -9", took.Round(time.Millisecond))
		quickest = min(quickest, took)
		kept(t, c, slices.Concat(day, more))
		_ = c.Close()
	}
	if quickest > 3*time.Second {
		t.Errorf("answering after %v at best", quickest)
	}
	return more
}

// watchdog freezes the service. The time is shortened for the test, not what happens.
func watchdog(t *testing.T, day []string) {
	const dropIn = "/run/systemd/system/agrafed.service.d"
	if err := os.MkdirAll(dropIn, 0o755); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dropIn)
	if err := os.WriteFile(dropIn+"/soon.conf", []byte("[Service]\nWatchdogSec=3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	rig.Do(t, "systemctl", "daemon-reload")
	agrafe(t, "restart")
	pid := mainPID(t)
	time.Sleep(5 * time.Second) // longer than the watchdog waits: a service that lives stays
	if now := mainPID(t); now != pid {
		t.Fatalf("a service that lives was ended")
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	for property(t, "NRestarts") == "0" {
		if time.Since(start) > 20*time.Second {
			t.Fatal("a frozen service was not started again")
		}
		time.Sleep(50 * time.Millisecond)
	}
	c := dial(t)
	defer c.Close()
	t.Logf("answering %v after it froze, with WatchdogSec=3", time.Since(start).Round(time.Millisecond))
	if mainPID(t) == pid {
		t.Error("it is the same process")
	}
	kept(t, c, day)
}

func stopStart(t *testing.T, day []string) {
	rig.Do(t, "systemctl", "daemon-reload")
	agrafe(t, "stop")
	if got := property(t, "ActiveState") + " " + property(t, "Result"); got != "inactive success" {
		t.Errorf("%s", got)
	}
	if _, err := os.Lstat(socket); err == nil {
		t.Error("the socket is still there")
	}
	if _, code := rig.Try(t, "/opt/agrafe/agrafe", "status"); code != 3 {
		t.Errorf("status of a service that is stopped: exit code %d", code)
	}
	agrafe(t, "start")
	c := dial(t)
	defer c.Close()
	kept(t, c, day)
}

// badConfig: where only a person can help, systemd does not try for ever.
func badConfig(t *testing.T) {
	const file = "/etc/agrafe/agrafed.toml"
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("prot = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, code := rig.Try(t, "/opt/agrafe/agrafe", "restart"); code != 1 || !strings.Contains(out, "journalctl -u agrafed") {
		t.Errorf("exit code %d: %s", code, out)
	}
	time.Sleep(3 * time.Second)
	if got := property(t, "ActiveState") + " " + property(t, "ExecMainStatus"); got != "failed 2" {
		t.Errorf("%s", got)
	}
	if err := os.WriteFile(file, good, 0o644); err != nil {
		t.Fatal(err)
	}
	agrafe(t, "start")
}
