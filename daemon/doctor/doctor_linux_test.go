package doctor

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/port"
)

// A workstation in order is green, but for what this version can't do.
func TestInOrder(t *testing.T) {
	found := newBed(t).all(t)
	for _, f := range found {
		if f.Grade != Green && f.Check != "mail" {
			t.Errorf("%+v", f)
		}
	}
	for _, c := range checks {
		if !slices.ContainsFunc(found, func(f Finding) bool { return f.Check == c.name }) {
			t.Errorf("nothing is said of %s", c.name)
		}
	}
}

// Each fault is found by its check, in its colour, in these words, and nothing else
// turns red with it but what follows from it.
func TestFaults(t *testing.T) {
	const snapshot = "system.snapshot"
	answer := func(method, old, new string) func(*testing.T, *bed) {
		return func(t *testing.T, b *bed) { b.changes(t, method, old, new) }
	}
	tests := []struct {
		name  string
		spoil func(*testing.T, *bed)
		check string
		grade Grade
		says  string
	}{
		{"no service", func(_ *testing.T, b *bed) { b.down() }, "service", Red, "does not answer"},
		{"an old service", func(_ *testing.T, b *bed) { b.Running = "0.9.0" }, "versions", Red, "0.9.0"},
		{"a configuration with a fault", func(_ *testing.T, b *bed) { b.ConfigErr = errors.New("line 2: pord: unknown key") }, "config", Red, "line 2"},
		{"another port", answer("system.status", "17373", "18000"), "port", Red, "18000"},
		{"a port taken", func(_ *testing.T, b *bed) {
			b.down()
			b.dials["127.0.0.1:17373"] = nil
			b.Holder = func(string, int) (port.Holder, error) {
				return port.Holder{PID: 42, Program: "nginx", User: "www-data"}, nil
			}
		}, "port", Red, "nginx (pid 42, user www-data)"},
		{"a port taken by a stranger", func(_ *testing.T, b *bed) {
			b.down()
			b.dials["127.0.0.1:17373"] = nil
			b.Holder = func(string, int) (port.Holder, error) { return port.Holder{User: "mallory"}, nil }
		}, "port", Red, "user mallory"},
		{"a port taken by our own", func(_ *testing.T, b *bed) {
			b.down()
			b.dials["127.0.0.1:17373"] = nil
			b.Holder = func(string, int) (port.Holder, error) {
				return port.Holder{PID: 42, Program: "agrafed", User: "agrafe"}, nil
			}
		}, "port", Red, "agrafed (pid 42)"},
		{"no pcscd", func(t *testing.T, b *bed) {
			b.changes(t, snapshot, `"up":true`, `"up":false`)
			b.dials[b.at(pcscdSocket)] = fs.ErrNotExist
		}, "pcsc", Red, "there is no pcscd"},
		{"a dead pcscd", func(_ *testing.T, b *bed) { b.down(); b.dials[b.at(pcscdSocket)] = syscall.ECONNREFUSED }, "pcsc", Red, "has died"},
		{"a closed socket", func(_ *testing.T, b *bed) { b.down(); b.dials[b.at(pcscdSocket)] = fs.ErrPermission }, "pcsc", Red, "lets this user not in"},
		{"pcscd that refuses the service", answer(snapshot, `"up":true`, `"up":false,"detail":"x"`), "pcsc", Red, "the service can't use it: x"},
		{"no rule", func(t *testing.T, b *bed) {
			b.changes(t, snapshot, `"up":true`, `"up":false`)
			b.write(t, polkitds[0], "")
			b.write(t, "/etc/polkit-1/rules.d/50-other.rules", `"agrafe"`)
		}, "polkit", Red, "no rule"},
		{"a rule", func(t *testing.T, b *bed) {
			b.down()
			b.write(t, polkitds[0], "")
			b.write(t, "/usr/share/polkit-1/rules.d/50-agrafe.rules", `"agrafe" "`+pcscAction+`"`)
		}, "polkit", Green, "a rule in /usr/share"},
		{"no reader", answer(snapshot, `"readers":[{"id":"a","name":"A"},{"id":"b","name":"B"}]`, `"readers":[]`), "readers", Red, "no reader"},
		{"one reader", answer(snapshot, `,{"id":"b","name":"B"}`, ``), "readers", Amber, "one reader"},
		{"no such reader", func(t *testing.T, b *bed) {
			b.changes(t, snapshot, `"readers":[{"id":"a","name":"A"},{"id":"b","name":"B"}]`, `"readers":[]`)
			b.Config.Readers = []string{"X"}
		}, "readers", Red, "as `readers` of the configuration says"},
		{"no CPS", answer(snapshot, `"state":"cps","kind":"cps3"`, `"state":"vitale"`), "cards", Amber, "no CPS"},
		{"a blocked CPS", answer(snapshot, `"pinTriesLeft":3`, `"pinTriesLeft":0`), "cards", Red, "blocked"},
		{"one try left", answer(snapshot, `"pinTriesLeft":3`, `"pinTriesLeft":1`), "cards", Amber, "1 tries"},
		{"an expired CPS", answer(snapshot, `2028-01-01`, `2026-11-21`), "cards", Red, "expired on 2026-11-21"},
		{"a CPS that expires", answer(snapshot, `2028-01-01`, `2026-12-21`), "cards", Amber, "expires on 2026-12-21"},
		{"a card that fails", answer(snapshot, `"pinTriesLeft":3`, `"problem":{"kind":"card-mute","code":"X","message":"illisible"}`), "cards", Red, "illisible"},
		{"a mute card", answer(snapshot, `"state":"cps"`, `"state":"mute"`), "cards", Red, "does not answer"},
		{"a strange card", answer(snapshot, `"state":"cps"`, `"state":"unknown"`), "cards", Amber, "neither"},
		{"nobody bills", answer("practice.list", `{}`, ``), "practice", Red, "nothing can be signed"},
		{"a damaged journal", answer(snapshot, `"journal":{`, `"journal":{"endommage":true,"manquants":4,`), "journal", Red, "4 records"},
		{"no anchor", func(t *testing.T, b *bed) { b.remove(t, "/var/lib/agrafe/journal.anchor") }, "anchor", Red, "gone"},
		{"no backup", answer(snapshot, `,"sauvegarde":{"date":"2026-11-22T09:00:00Z","enregistrement":9}`, ``), "backup", Amber, "no backup"},
		{"a backup that fails", answer(snapshot, `"enregistrement":9`, `"probleme":{"kind":"disk-full","code":"X","message":"plein"}`), "backup", Red, "plein"},
		{"an old backup", answer(snapshot, `2026-11-22T09`, `2026-11-01T09`), "backup", Amber, "2026-11-01"},
		{"no code", answer(snapshot, `"codeNote":true,`, ``), "code", Amber, "recovery code"},
		{"a full disk", func(_ *testing.T, b *bed) { b.free["/var/lib/agrafe"] = 1 << 20 }, "disk", Red, "1 MiB are free on the disk of the state folder"},
		{"a disk that fills", func(_ *testing.T, b *bed) { b.free["/backup"] = 500 << 20 }, "disk", Amber, "500 MiB are free on the disk of the backups"},
		{"a disk that is away", func(_ *testing.T, b *bed) { delete(b.free, "/backup") }, "disk", Red, "not there"},
		{"a clock behind this program", func(_ *testing.T, b *bed) { b.Built = today.AddDate(0, 0, 1) }, "clock", Red, "before this program"},
		{"a clock behind the journal", func(_ *testing.T, b *bed) {
			b.LastRecorded = func() (time.Time, error) { return today.AddDate(0, 1, 0), nil }
		}, "clock", Red, "something was signed on"},
		{"a clock ahead", func(_ *testing.T, b *bed) {
			b.LastRecorded = func() (time.Time, error) { return today.AddDate(-3, 0, 0), nil }
		}, "clock", Amber, "two years"},
		{"a list that can't be read", answer("origins.list", `{"origins"`, `{"fault":"cannot use the policy x: line 2","origins"`), "origins", Red, "line 2"},
		{"the flag of developers", answer("origins.list", `{"origins"`, `{"developer":true,"origins"`), "origins", Amber, "own servers"},
		{"a locked list", answer("origins.list", `{"origin":"https://ehr.example","policy":true},`, ``), "origins", Green, "no site"},
		{"wss that fails", answer("tls.status", `{}`, `{"defaut":"taken"}`), "wss", Red, "taken"},
		{"a certificate that is over", answer("tls.status", `{}`, `{"phase":"dead","expire":"2026-01-01T00:00:00Z"}`), "wss", Red, "2026-01-01"},
		{"a certificate that ends", answer("tls.status", `{}`, `{"phase":"due","expire":"2026-12-01T00:00:00Z"}`), "wss", Amber, "2026-12-01"},
		{"no printer", answer("print.printers", `[{"nom":"laser"}]`, `[],"probleme":"pas de CUPS"`), "printer", Amber, "pas de CUPS"},
		{"a newer version", answer(snapshot, `"update":{`, `"update":{"version":"1.1.0","publiee":"2026-11-20T00:00:00Z",`), "update", Amber, "1.1.0"},
		{"nobody answers", answer(snapshot, `"demandee":"2026-11-22T01:00:00Z"`, `"probleme":"no site"`), "update", Amber, "no site"},
		{"no bus", func(_ *testing.T, b *bed) { b.env["DBUS_SESSION_BUS_ADDRESS"] = "" }, "tray", Amber, "no desktop"},
		{"a desktop without icons", func(_ *testing.T, b *bed) { delete(b.bus, trayHost) }, "tray", Amber, "no place"},
		{"a silent locker", func(_ *testing.T, b *bed) { delete(b.bus, "org.gnome.ScreenSaver") }, "lock", Amber, "nothing in this session tells"},
		{"a silent locker, and no code to keep", func(_ *testing.T, b *bed) {
			delete(b.bus, "org.gnome.ScreenSaver")
			b.Config.PIN.Policy = daemon.PINEach
		}, "lock", Green, "no code is kept"},
		{"a version without its day", answer(snapshot, `"update":{`, `"update":{"version":"1.1.0",`), "update", Amber, "version 1.1.0 is there"},
		{"a check with a fault", func(_ *testing.T, b *bed) { b.Free = nil }, "disk", Amber, "by a fault of its own"},
		{"a display that is gone", func(_ *testing.T, b *bed) { delete(b.dials, b.at("/tmp/.X11-unix/X0")) }, "display", Red, "DISPLAY is :0"},
		{"no zenity", func(_ *testing.T, b *bed) { b.Find = func(string) error { return fs.ErrNotExist } }, "zenity", Red, "missing"},
		{"no browser", func(t *testing.T, b *bed) { b.remove(t, "/usr/bin/chromium") }, "browsers", Amber, "none of"},
		{"no policy", func(t *testing.T, b *bed) { b.remove(t, "/etc/chromium") }, "browsers", Amber, "the browser asks the user"},
		{"a policy that can't be read", func(t *testing.T, b *bed) { b.write(t, "/etc/chromium/policies/managed/b.json", "{") }, "browsers", Amber, "b.json"},
		{"a policy against us", func(t *testing.T, b *bed) {
			b.write(t, "/etc/chromium/policies/managed/b.json", `{"LocalNetworkAccessBlockedForUrls":["*"]}`)
		}, "browsers", Red, "keeps https://ehr.example"},
		{"a service that answers nothing", func(_ *testing.T, b *bed) { b.answers = nil }, "journal", Amber, "could not tell"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t)
			tt.spoil(t, b)
			found := b.all(t)
			if !slices.ContainsFunc(found, func(f Finding) bool {
				return f.Check == tt.check && f.Grade == tt.grade && strings.Contains(f.Text, tt.says)
			}) {
				t.Errorf("not found:\n%s", Page(found, false))
			}
			for _, f := range found {
				if f.Grade == Red && f.Mend == "" {
					t.Errorf("%s: nothing mends it", f.Check)
				}
				if f.Grade == Red && f.Check != tt.check && b.Ask != nil && !(tt.check == "pcsc" || tt.check == "polkit") {
					t.Errorf("%s turns red too: %s", f.Check, f.Text)
				}
			}
		})
	}
}

// Names in findings are declared: whoever shows them to strangers takes them out. Both
// sides name the sites in the same order.
func TestNamesAreDeclared(t *testing.T) {
	b := newBed(t)
	b.changes(t, "origins.list", `{"origins":[`, `{"origins":[{"origin":"https://one.example"},`)
	b.dials["127.0.0.1:17373"] = nil
	b.Holder = func(string, int) (port.Holder, error) {
		return port.Holder{PID: 42, Program: "nginx", User: "mallory"}, nil
	}
	list := []Name{{Site, "https://one.example"}, {ListedSite, "https://ehr.example"}}
	want := map[string][]Name{"printer": {{Printer, "laser"}}, "origins": list, "browsers": list}
	down := newBed(t)
	down.down()
	down.dials, down.Holder = b.dials, b.Holder
	found := append(b.all(t), Examine(t.Context(), Session, down.Patient)...)
	want["port"] = []Name{{User, "mallory"}}
	got := map[string][]Name{}
	for _, f := range found {
		if len(f.Names) > 0 {
			got[f.Check] = f.Names
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// What a side has found is told apart.
func TestOf(t *testing.T) {
	found := newBed(t).all(t)
	session, service := Of(Session, found), Of(Service, found)
	if len(session)+len(service) != len(found) || Count(service, Green) < 10 || session[0].Check != "service" {
		t.Errorf("%d and %d of %d", len(session), len(service), len(found))
	}
}

// A probe that hangs costs its second, and the others are told.
func TestHangingProbes(t *testing.T) {
	b := newBed(t)
	synctest.Test(t, func(t *testing.T) { // its time passes when the others have answered
		never := make(chan struct{})
		defer close(never)
		b.Free = func(string) (uint64, error) { <-never; return 0, nil }
		found := Examine(t.Context(), Service, b.Patient)
		late := slices.IndexFunc(found, func(f Finding) bool { return strings.Contains(f.Text, "no answer in time") })
		if late < 0 || found[late].Check != "disk" || Count(found, Green) < 8 {
			t.Errorf("\n%s", Page(found, false))
		}
	})
}

func TestMatches(t *testing.T) {
	tests := []struct {
		name, pattern string
		want          bool
	}{
		{"the origin", "https://ehr.example", true},
		{"with a slash", "https://ehr.example/", true},
		{"the host", "ehr.example", true},
		{"everything", "*", true},
		{"every https", "https://*", true},
		{"the domain and what is under it", "[*.]example", true},
		{"another domain", "[*.]ample", false},
		{"http", "http://ehr.example", false},
		{"another port", "https://ehr.example:8443", false},
		{"another host", "other.example", false},
		{"what ends alike", "hr.example", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := matches([]string{tt.pattern}, "https://ehr.example"); got != tt.want {
				t.Errorf("%v", got)
			}
		})
	}
}

// What doctor says to write is what it then reads.
func TestPoliciesAreReadAsWritten(t *testing.T) {
	for _, b := range browsers {
		t.Run(b.name, func(t *testing.T) {
			r, err := b.read([]byte(b.write([]string{"https://ehr.example", "https://two.example:8443"})))
			if err != nil || !matches(r.allowed, "https://ehr.example") || !matches(r.allowed, "https://two.example:8443") || matches(r.allowed, "https://three.example") {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

// S35: what others have named moves no cursor.
func TestS35Page(t *testing.T) {
	page := Page([]Finding{{Check: "readers", Grade: Red, Text: "a\r\nb\x1b[2J\u202e", Mend: "c\n"}}, false)
	if strings.Count(page, "\n") != 2 || strings.ContainsAny(page, "\r\x1b\u202e") {
		t.Errorf("%q", page)
	}
}
