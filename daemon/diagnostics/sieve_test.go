package diagnostics

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/doctor"
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
		{"folders of users", `open /home/jeanne.martin/x: C:\Users\Paul\y /home/jeanne.martin`, `open /home/<utilisateur 1>/x: C:\Users\<utilisateur 2>\y /home/<utilisateur 1>`},
		{"a stick of a user", "/media/jeanne/STICK", "/media/<utilisateur 1>/STICK"},
		{"pages", "principal=https://ehr.example#AbCdEf_-12345678 https://other.example/x HTTPS://EHR.example", "principal=https://<site 1>#<clé> https://<site 2>/x https://<site 1>"},
		{"our own page", "http://127.0.0.1:17373/ ws://[::1]:17373/v1", "http://127.0.0.1:17373/ ws://[::1]:17373/v1"},
		{"an address of mail", "to cabinet.martin@exemple.test: refused", "to <adresse>: refused"},
		{"a NIR with dots", "x 2.97.02.75.020.778.10.", "x <numéro>."},
		{"a NIR with no-break spaces", "1\u00a085\u202f03\u00a013\u00a0055\u00a0003\u00a037", "<numéro>"},
		{"a NIR as the log quotes it", `"1\u00a085\u00a003\u202f13\u00a0055\u00a0003\u00a037"`, `"<numéro>"`},
		{"a NIR in a name of a file", "scan_2-97-02-2a-020-778-78.pdf", "scan_<numéro>.pdf"},
		{"a NIR of Corsica in a word", "nir_297022b020778_x", "nir_<numéro>_x"},
		{"what is nobody's", "/var/lib/agrafe/journal: 12345 records", "/var/lib/agrafe/journal: 12345 records"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := newSieve(nil, daemon.DefaultConfig(), nil).clean(tt.text); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// separators are what NIR are written with.
var separators = []string{"", " ", ".", "-", "_", "/", ",", "\t", "\u00a0", "\u202f", "\u2009", "\u2011", "\u2013", ". ", " - ", `\u00a0`}

// However a NIR is written, with its key or without, in whatever text, no group of it
// is left.
func TestNoNIRIsLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := []string{rapid.StringMatching(`[123478]`).Draw(t, "sex"), rapid.StringMatching(`[0-9]{2}`).Draw(t, "year"),
			rapid.StringMatching(`0[1-9]|1[0-2]|[2-9][0-9]`).Draw(t, "month"), rapid.StringMatching(`[0-9]{2}|2[ABab]`).Draw(t, "department"),
			rapid.StringMatching(`[0-9]{3}`).Draw(t, "commune"), rapid.StringMatching(`[0-9]{3}`).Draw(t, "order")}
		if rapid.Bool().Draw(t, "key") {
			groups = append(groups, rapid.StringMatching(`[0-9]{2}`).Draw(t, "key's digits"))
		}
		one := rapid.SampledFrom(separators)
		written := groups[0]
		for _, g := range groups[1:] {
			written += one.Draw(t, "separator") + g
		}
		before := rapid.SampledFrom([]string{"", "nir=", "nir_", "x", "(", "é"}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", " x", "_x", "x", ")", "é"}).Draw(t, "after")
		got := newSieve(nil, daemon.DefaultConfig(), nil).clean(before + written + after)
		if got != before+"<numéro>"+after {
			t.Fatalf("%q gives %q", before+written+after, got)
		}
	})
}

// What the sieve lets through it would let through again, and no long number is in it.
func FuzzClean(f *testing.F) {
	for _, text := range []string{"nir=297022A02077878", "https://ehr.example#AbCdEf_-12345678", `"1\u00a085\u00a003"`, "/home/jeanne/x", "Reader (70D7E2EE)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := newSieve(nil, daemon.DefaultConfig(), nil).clean(text)
		if long.MatchString(got) || nir.MatchString(got) {
			t.Errorf("%q gives %q", text, got)
		}
	})
}

// The names that checks come upon have the same number wherever they stand; what a
// policy lists stays.
func TestNames(t *testing.T) {
	c := daemon.DefaultConfig()
	c.Journal.Backup, c.Tables = "/mnt/sauvegarde-martin/", []string{"/srv/dr-martin/tarifs.csv", "/srv/20261122123456789"}
	found := []doctor.Finding{{Names: []doctor.Name{{Kind: doctor.Printer, Text: "HP_Cabinet_Martin"}, {Kind: doctor.Printer, Text: "HP_Cabinet"},
		{Kind: doctor.User, Text: "jmartin"}, {Kind: doctor.Site, Text: "https://cabinet-martin.example:8443"}, {Kind: doctor.ListedSite, Text: "https://ehr.example"}}}}
	tests := []struct{ name, text, want string }{
		{"printers", "HP_Cabinet_Martin, HP_Cabinet", "<imprimante 1>, <imprimante 2>"},
		{"a part of a word", "HP_Cabinets XHP_Cabinet", "HP_Cabinets XHP_Cabinet"},
		{"a user, also in a folder", "user jmartin: /home/jmartin/x /home/other", "user <utilisateur 1>: /home/<utilisateur 1>/x /home/<utilisateur 2>"},
		{"a site, and its host in a policy", `https://cabinet-martin.example:8443 ["cabinet-martin.example"]`, `https://<site 1> ["<site 1>"]`},
		{"a listed site", "https://ehr.example#x https://ehr.example:444", "https://ehr.example#x https://<site 2>"},
		{"a folder, and what is in it", "backup = '/mnt/sauvegarde-martin' /mnt/sauvegarde-martin/a", "backup = '/mnt/<dossier 3>' /mnt/<dossier 3>/a"},
		{"a file", "/srv/dr-martin/tarifs.csv: line 2", "/srv/<dossier 1>: line 2"},
		{"our own folder", "/var/lib/agrafe", "/var/lib/agrafe"},
		{"a folder with a long number", "/srv/20261122123456789/x", "/srv/<dossier 2>/x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := newSieve(nil, c, found).clean(tt.text); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// What a practice may set is told by what it looks like.
func TestSettings(t *testing.T) {
	tests := []struct {
		name, field, value string
		want               doctor.NameKind // 0: none
	}{
		{"a folder", "Backup", "/mnt/x", doctor.Folder},
		{"a share of Windows", "Backup", `\\serveur\x`, doctor.Folder},
		{"a server", "SMTP", "smtp.example:465", doctor.Site},
		{"a server of this machine", "SMTP", "127.0.0.1:2525", 0},
		{"an account", "User", "cabinet.martin", doctor.User},
		{"an address of mail, seen anywhere", "From", "cabinet@exemple.test", 0},
		{"an address of the web, seen anywhere", "URL", "https://exemple.test/x", 0},
		{"a choice", "Policy", "session", 0},
		{"nothing", "Backup", "", 0},
		{"the root", "Backup", "/", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := setting(tt.field, tt.value); got.Kind != tt.want || ok != (tt.want != 0) {
				t.Errorf("%+v, %t", got, ok)
			}
		})
	}
	if list := settings(daemon.DefaultConfig()); len(list) > 0 {
		t.Errorf("of the program's own: %+v", list)
	}
}

// Without the service nobody says what the readers are called: serials are hidden by
// how they are written.
func TestSerialsWithoutService(t *testing.T) {
	text := newSieve(nil, daemon.DefaultConfig(), nil).clean("Gemalto PC Twin Reader (70D7E2EE) 00 00 gemalto-pc-twin-reader-70d7e2ee-00-00 [CCID Interface] (000123456)")
	if l := strings.ToLower(text); strings.Contains(l, "70d7e2ee") || strings.Contains(l, "000123456") || !strings.Contains(text, "Gemalto PC Twin Reader (#") || !strings.Contains(text, "[CCID Interface]") {
		t.Errorf("%q", text)
	}
	_, name, _ := strings.Cut(text, "(")
	if hash := name[:9]; !strings.Contains(text, "reader-"+hash+"-00") {
		t.Errorf("the name and the identifier show other serials: %q", text)
	}
}

// A reader's serial is hidden wherever its name stands, in the same way in one archive
// and otherwise in the next.
func TestSerials(t *testing.T) {
	const name = "Gemalto PC Twin Reader (70D7E2EE) 00 00"
	s := &state.Snapshot{Readers: []state.Reader{{ID: "gemalto-pc-twin-reader-70d7e2ee", Name: name}}}
	one, two := newSieve(s, daemon.DefaultConfig(), nil), newSieve(s, daemon.DefaultConfig(), nil)
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
