package diagnostics

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"a NIR", "nir=297022A02077878 x", "nir=<numéro> x"},
		{"a NIR without its key", "2970275020778 x", "<numéro> x"},
		{"a NIR with spaces", "1 85 03 13 055 003 37.", "<numéro>."},
		{"an RPPS", "rpps 99900000011", "rpps <numéro>"},
		{"a moment", "time=2026-11-22T10:00:00.123456789Z", "time=2026-11-22T10:00:00.123456789Z"},
		{"a duration and a port", "1.234567891s on 17373", "1.234567891s on 17373"},
		{"a folder of a user", `open /home/jeanne.martin/x: C:\Users\Jeanne\y`, `open /home/<utilisateur>/x: C:\Users\<utilisateur>\y`},
		{"a stick of a user", "/media/jeanne/STICK", "/media/<utilisateur>/STICK"},
		{"a page", "principal=https://ehr.example#AbCdEf_-12345678", "principal=https://ehr.example#<clé>"},
		{"what is nobody's", "/var/lib/agrafe/journal: 12345 records", "/var/lib/agrafe/journal: 12345 records"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := newSieve(nil).clean(tt.text); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// A reader's serial is hidden wherever its name stands, in the same way in one archive
// and otherwise in the next.
func TestSerials(t *testing.T) {
	const name = "Gemalto PC Twin Reader (70D7E2EE) 00 00"
	s := &state.Snapshot{Readers: []state.Reader{{ID: "gemalto-pc-twin-reader-70d7e2ee", Name: name}}}
	one, two := newSieve(s), newSieve(s)
	shown := one.clean("reader=" + name + " twice " + name)
	if strings.Contains(strings.ToUpper(shown), "70D7E2EE") || !strings.Contains(shown, "Gemalto PC Twin Reader (#") {
		t.Errorf("%q", shown)
	}
	if half := strings.TrimPrefix(shown, "reader="); half[:len(half)/2-3] != half[len(half)/2+4:] {
		t.Errorf("not the same twice: %q", shown)
	}
	if shown == two.clean("reader="+name+" twice "+name) {
		t.Error("two archives show the same serial")
	}
	text := asJSON(station(s, one))
	if strings.Contains(strings.ToUpper(text), "70D7E2EE") {
		t.Errorf("%s", text)
	}
}

// The configuration is shown without the comments, and without values of secrets that
// it may have one day.
func TestConfigText(t *testing.T) {
	text, err := configText(daemon.DefaultConfig())
	if err != nil || strings.Contains(text, "#") || !strings.Contains(text, "port = 17373") {
		t.Errorf("%s, %v", text, err)
	}
	for _, name := range []string{"password", "mot_de_passe", "smtpPass", "token", "client_secret"} {
		if !secret.MatchString(name) {
			t.Errorf("%s would be shown", name)
		}
	}
}

// What is not known is left out, and what cannot be written is told.
func TestWrite(t *testing.T) {
	at := time.Date(2026, time.November, 22, 10, 0, 0, 0, time.UTC)
	if got := Name(at); got != "agrafe-diagnostic-20261122-100000.zip" {
		t.Errorf("%s", got)
	}
	var out bytes.Buffer
	if err := Write(&out, Source{Config: daemon.DefaultConfig(), At: at}); err != nil || strings.Contains(out.String(), "log.txt") || !strings.Contains(out.String(), "goroutines.txt") {
		t.Errorf("%v", err)
	}
	if err := Write(full{}, Source{Config: daemon.DefaultConfig(), At: at}); err == nil {
		t.Error("an archive that nobody has taken")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, bytes.ErrTooLarge }
