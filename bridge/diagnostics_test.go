package bridge

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/diagnostics"
	"github.com/agrafe-fse/agrafe/daemon/doctor"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/testdata"
)

// canaries are texts that may be nowhere in an archive, each under a name that a
// failure may show.
type canaries map[string]string

// forms are the ways in which a program may have written text.
func forms(text string) map[string]string {
	units := utf16.Encode([]rune(text))
	var little, big bytes.Buffer
	_ = binary.Write(&little, binary.LittleEndian, units) // never fails (bytes.Buffer)
	_ = binary.Write(&big, binary.BigEndian, units)
	list := map[string]string{"plain": text, "UTF-16LE": little.String(), "UTF-16BE": big.String(),
		"hexadecimal": hex.EncodeToString([]byte(text)), "escaped": strings.Trim(strconv.QuoteToASCII(text), `"`), "lower case": strings.ToLower(text)}
	for shift := range 3 { // base64 depends on what stands before
		padded := append(bytes.Repeat([]byte{'x'}, shift), text...)
		whole := base64.RawStdEncoding.EncodeToString(padded)
		from := (shift*8 + 5) / 6
		list[fmt.Sprintf("base64 after %d", shift)] = whole[from : len(padded)*8/6]
	}
	return list
}

// leaks are the canaries that stand in the files of an archive.
func leaks(files map[string]string, c canaries) (found []string) {
	for name, text := range files {
		folded := strings.ToLower(text)
		for what, canary := range c {
			for how, form := range forms(canary) {
				if strings.Contains(text, form) || how == "lower case" && strings.Contains(folded, form) {
					found = append(found, fmt.Sprintf("%s, %s, in %s", what, how, name))
				}
			}
		}
	}
	return found
}

func unzipped(t *testing.T, archive []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	return files
}

// seeded opens a card of the demonstration with canaries in it.
func seeded(t *testing.T, name string, c canaries, change func(*virtual.Spec)) virtual.Card {
	t.Helper()
	spec, err := virtual.Load(testdata.Cards(), name)
	if err != nil {
		t.Fatal(err)
	}
	change(spec)
	if p := spec.Professional; p != nil {
		c["surname of the CPS"], c["given name of the CPS"], c["national identifier"] = p.Surname, p.GivenName, p.NationalID
	}
	for _, p := range spec.Persons {
		c["NIR of the Vitale"], c["NIR without key"], c["name of the Vitale"], c["given name of the Vitale"] = p.NIR, p.NIR[:13], p.Nom, p.Prenom
	}
	card, err := virtual.Open(*spec, virtual.TestKeyring())
	if err != nil {
		t.Fatal(err)
	}
	return card
}

// onePrinter is a printer with a name.
type onePrinter struct{ name string }

func (p *onePrinter) List(context.Context) ([]state.Printer, error) {
	return []state.Printer{{Name: p.name}}, nil
}

func (p *onePrinter) Print(context.Context, string, string, []byte, func()) error { return nil }

const canaryCode, wrongCode = "7391", "8264"

// codeIn finds a code of four digits in a text, as a number of its own: four digits
// alone occur by chance.
var codeIn = regexp.MustCompile(`(^|[^0-9A-Za-z.:])(` + canaryCode + `|` + wrongCode + `)([^0-9A-Za-z.:]|$)`)

// types has a user type codes, the first one wrong.
func (r *rig) types(t *testing.T) {
	t.Helper()
	ws := r.prompter(t)
	go func() {
		for code := wrongCode; ; code = canaryCode {
			if _, _, err := ws.ReadMessage(); err != nil {
				return
			}
			if ws.WriteMessage(websocket.BinaryMessage, []byte("\x00"+code)) != nil {
				return
			}
		}
	}()
}

// S34: after a whole day with canaries everywhere, with the log at its most talkative,
// the archive for the support holds none of them, in no form.
func TestS34NoCanaryInDiagnostics(t *testing.T) {
	var r *rig
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.PIN.Policy = t.TempDir(), 0, daemon.PINEach
	cfg.Origins.Policy = cfg.State + "/origins.d"
	c := canaries{"printer": "Laser-du-docteur", "folder of the backups": "sauvegarde-du-docteur", "user": "docteur.canari",
		"host of a site": "ehr.example", "serial of a reader": "70D7E2EE", "address of mail": "canari@poste.test"}
	cfg.Journal.Backup = filepath.Join(t.TempDir(), c["folder of the backups"])
	if err := os.Mkdir(cfg.Journal.Backup, 0o700); err != nil {
		t.Fatal(err)
	}
	r = startChanged(t, cfg, func(_ *Server, d *daemon.Deps) {
		d.Logged = func() []string {
			return append(strings.Split(r.log.String(), "\n"),
				fmt.Sprintf("level=WARN msg=\"not printed\" printer=%q file=/home/%s/x.pdf", c["printer"], c["user"]),
				fmt.Sprintf("level=WARN msg=\"backup failed\" error=\"open %s: %s\"", cfg.Journal.Backup, c["address of mail"]),
				fmt.Sprintf("level=INFO msg=\"no such reader\" reader=\"PC Twin Reader (%s) 00 00\"", c["serial of a reader"]))
		}
		d.Printer = &onePrinter{c["printer"]}
	})
	r.day(t, c)
	r.mustFail(t)

	admin := principal{name: "local", scopes: allScopes, local: true}
	var archive documentResult
	r.must(t, admin, "system.diagnostics", `{}`, &archive)
	files := unzipped(t, archive.Data)
	for _, name := range []string{"LISEZMOI.txt", "log.txt", "doctor.txt", "poste.json", "config.toml", "goroutines.txt", "journal.json", "mesures.json", "versions.json"} {
		if len(files[name]) < 50 {
			t.Errorf("%s is missing, or has %d bytes", name, len(files[name]))
		}
	}
	for _, leak := range leaks(files, c) {
		t.Error(leak)
	}
	for name, shown := range map[string]string{"log.txt": "printer=\"<imprimante 1>\" file=/home/<utilisateur ", "doctor.txt": "<imprimante 1>", "config.toml": "<dossier "} {
		if !strings.Contains(files[name], shown) {
			t.Errorf("%s does not say %s", name, shown)
		}
	}
	for _, name := range []string{"log.txt", "doctor.txt", "poste.json", "config.toml"} {
		if codeIn.MatchString(files[name]) {
			t.Errorf("a code is in %s", name)
		}
	}
	if strings.Contains(files["goroutines.txt"], "(0x") {
		t.Error("the stacks have arguments")
	}
	t.Logf("%d canaries in %d forms, %d lines of log", len(c), len(forms("x")), strings.Count(files["log.txt"], "\n"))
	mustNotice(t, files, c)
}

// mustNotice checks the checker: each canary, in each form, in each file.
func mustNotice(t *testing.T, files map[string]string, c canaries) {
	t.Helper()
	for what, canary := range c {
		if len(canary) < 6 {
			t.Errorf("%s is too short to be looked for: %d bytes", what, len(canary))
		}
		for how, form := range forms(canary) {
			if found := leaks(map[string]string{"log.txt": files["log.txt"] + "x" + form + "x"}, canaries{what: canary}); len(found) == 0 {
				t.Errorf("%s, %s, would not be noticed", what, how)
			}
		}
	}
}

// day makes what a day makes, and notes what of it is a secret.
func (r *rig) day(t *testing.T, c canaries) {
	t.Helper()
	cps := seeded(t, "medecin-secteur1", c, func(s *virtual.Spec) {
		s.PIN.Code, s.Professional.Surname, s.Professional.GivenName = canaryCode, "CANARISSIME", "ZÉPHYRINE"
	})
	vitale := seeded(t, "patient", c, func(s *virtual.Spec) { s.Persons[0].Nom, s.Persons[0].Prenom = "OISILLONNE", "CANARIELLE" })
	control := r.dialControl(t)
	for i, card := range []virtual.Card{cps, vitale} {
		if err := r.readers.Insert(string(rune('A'+i)), card); err != nil {
			t.Fatal(err)
		}
	}
	for _, card := range control.settled(r).Cards {
		if card.Serial != "" {
			c["serial of the CPS"] = card.Serial
		}
	}
	c["name of a draft"], c["reason"], c["idempotency key"], c["label of a reject"] = "SERINETTE", "motif-canari", "cle-canari-0001", "libellé canari"
	c["token"] = r.token(t)
	key, err := os.ReadFile(r.cfg.KeyFile())
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Fields(string(key)) {
		if len(line) > 20 {
			c[fmt.Sprintf("secret of the journal, word %d", i)] = line
		}
	}
	r.types(t)
	page, web := r.visitor(t, "https://ehr.example", scopeReaders, scopeCards, scopeFSE, scopeLots)
	c["key of a page"], c["identifier of its key"] = page.publicKey(), page.keyID()[:16]
	r.work(t, web, control, c)
}

// work is the day's calls, by a page and by a program of this machine.
func (r *rig) work(t *testing.T, web, control *client, c canaries) {
	t.Helper()
	ask := func(from *client, method, params string, result any) {
		t.Helper()
		m := from.call(method, params)
		if m.Error != nil {
			t.Fatalf("%s: %s", method, m.text)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				t.Fatal(err)
			}
		}
	}
	var lease struct{ ID string }
	ask(web, "lease.acquire", `{"reader":"b","seconds":300}`, &lease)
	c["lease"] = lease.ID
	ask(web, "lease.release", fmt.Sprintf(`{"reader":"b","id":%q}`, lease.ID), nil)
	ask(web, "cards.readVitale", `{}`, nil)
	ask(web, "cards.readCPS", `{}`, nil)
	for i := range 3 {
		var f made
		ask(web, "fse.create", fmt.Sprintf(`{"facture":%s,"idempotencyKey":"%s%d"}`, consultation(c["name of a draft"]), c["idempotency key"], i), &f)
		c[fmt.Sprintf("identifier of FSE %d", i)] = f.ID
		if m := web.call("fse.sign", fmt.Sprintf(`{"id":%q}`, f.ID)); i > 0 && m.Error != nil {
			t.Fatalf("cannot sign: %s", m.text)
		}
	}
	signed := c["identifier of FSE 1"]
	var doc documentResult
	ask(web, "fse.print", fmt.Sprintf(`{"id":%q}`, signed), &doc)
	c["address of a document"] = strings.TrimPrefix(doc.URL, documentPath)
	ask(web, "fse.collect", fmt.Sprintf(`{"id":%q,"montant":3000,"moyen":"carte"}`, signed), nil)
	ask(web, "fse.seal", fmt.Sprintf(`{"id":%q}`, signed), nil)
	ask(web, "fse.toPaper", fmt.Sprintf(`{"id":%q}`, c["identifier of FSE 0"]), nil)
	web.call("fse.cancel", fmt.Sprintf(`{"id":%q,"motif":%q}`, c["identifier of FSE 2"], c["reason"])) // its lot may be closed
	var lots struct {
		Lots []state.Lot `json:"lots"`
	}
	ask(web, "lots.list", `{}`, &lots)
	if len(lots.Lots) == 0 {
		t.Fatal("there is no lot")
	}
	for i, l := range lots.Lots {
		c[fmt.Sprintf("identifier of lot %d", i)] = l.ID
		ask(web, "lots.close", fmt.Sprintf(`{"id":%q}`, l.ID), nil)
		ask(web, "lots.bordereau", fmt.Sprintf(`{"id":%q}`, l.ID), nil)
	}
	ask(web, "print.mark", fmt.Sprintf(`{"ids":[%q],"etat":"imprime"}`, signed), nil)
	ask(web, "returns.reject", fmt.Sprintf(`{"numero":"000000777","date":%q,"libelle":%q}`, time.Now().Format(time.DateOnly), c["label of a reject"]), nil)
	ask(control, "journal.backup", `{}`, nil)
	ask(control, "journal.verify", `{}`, nil)
	ask(control, "tls.enable", `{}`, nil)
	var opened struct{ URL string }
	ask(control, "console.open", `{}`, &opened)
	_, c["token of the console"], _ = strings.Cut(opened.URL, "#lancement=")
}

// mustFail makes calls that are refused, with canaries in them, and a panic: what is
// logged of them ends in the archive.
func (r *rig) mustFail(t *testing.T) {
	t.Helper()
	web := principal{name: "https://ehr.example#AAAAAAAA", scopes: allScopes}
	for _, call := range [][2]string{
		{"fse.sign", `{"id":"297022A02077878"}`}, {"fse.create", `{"facture":{"beneficiaire":{"nir":"297022A02077879","nom":"SERINETTE"}},"x":1}`},
		{"rights.adri", `{"nir":"297022A02077878","naissance":"19970226","dateSoins":"2026-01-31"}`}, {"lots.get", `{"id":"SERINETTE"}`},
		{"fse.update", `{"id":"SERINETTE","facture":{}}`}, {"lease.release", `{"reader":"SERINETTE","id":"7391"}`},
	} {
		if _, e := r.as(t, web, call[0], call[1]); e == nil {
			t.Errorf("%s is not refused", call[0])
		}
	}
}

// What is known of newer versions is for programs of this machine: a page that knows
// of it knows also that this machine has an old one.
func TestUpdatesAreNotForPages(t *testing.T) {
	known := &state.Update{Version: "1.2.3"}
	web, local := page("a", allScopes...), principal{name: "local", scopes: allScopes, local: true}
	if s := cutSnapshot(web, state.Snapshot{Update: known}); s.Update != nil {
		t.Error("a page is told in the snapshot")
	}
	if _, told := cutEvent(web, state.Event{Type: state.EventUpdate, Update: known}); told {
		t.Error("a page is told by an event")
	}
	if s := cutSnapshot(local, state.Snapshot{Update: known}); s.Update != known {
		t.Error("a program of this machine is not told")
	}
	if _, told := cutEvent(local, state.Event{Type: state.EventUpdate, Update: known}); !told {
		t.Error("a program of this machine is not told by an event")
	}
}

// What the session's side adds stands beside what the service gave, and goes through
// the sieve too.
func TestAddDoctor(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, time.November, 22, 10, 0, 0, 0, time.UTC)
	if err := diagnostics.Write(&out, diagnostics.Source{Program: "agrafe", Version: "1", At: now, Config: daemon.DefaultConfig(),
		Log: []string{"path=/home/canari/x nir=297022A02077878 \"2 97 02 2A 020 778 78\""}}); err != nil {
		t.Fatal(err)
	}
	both, err := diagnostics.AddDoctor(out.Bytes(), []doctor.Finding{{Check: "display", Grade: doctor.Red, Text: "/home/canari/backup is full"},
		{Check: "disk", Grade: doctor.Red, Text: "what the service has found"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	files := unzipped(t, both)
	if want := "path=/home/<utilisateur 1>/x nir=<numéro> \"<numéro>\"\n"; files["log.txt"] != want {
		t.Errorf("%q, want %q", files["log.txt"], want)
	}
	if !strings.Contains(files["doctor-session.txt"], "/home/<utilisateur 1>/backup is full") || strings.Contains(files["doctor-session.txt"], "the service") || files["versions.json"] == "" {
		t.Errorf("%q", files["doctor-session.txt"])
	}
	if _, err := diagnostics.AddDoctor([]byte("no archive"), nil, now); err == nil {
		t.Error("what is no archive is taken for one")
	}
}
