package daemon

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
	"github.com/agrafe-fse/agrafe/testdata"
)

// The readers of a rig, and their identifiers.
const (
	left, right     = "Gauche", "Droite"
	leftID, rightID = "gauche", "droite"
)

// ehr and other are two principals.
const (
	ehr   = "https://ehr.example"
	other = "https://autre.example"
)

// goodCode opens every CPS of the demonstration.
const goodCode = "1234"

// openDay is a Tuesday: no supplement of a Sunday or a holiday.
var openDay = time.Date(2026, time.June, 16, 10, 0, 0, 0, time.UTC)

// rig is a daemon that runs on virtual readers.
type rig struct {
	t       testing.TB
	d       *Daemon
	cfg     Config
	readers *virtual.Readers
	user    *user
	stop    func()
}

type option func(*Config, *Deps)

// newRig starts a daemon with two empty readers and a user who types goodCode.
func newRig(t testing.TB, options ...option) *rig {
	t.Helper()
	r := &rig{t: t, cfg: DefaultConfig(), readers: virtual.NewReaders(left, right), user: typing(goodCode)}
	r.cfg.State = t.TempDir()
	r.start(options...)
	return r
}

// start runs a daemon on the rig's readers and state folder.
func (r *rig) start(options ...option) {
	r.t.Helper()
	deps := Deps{Transport: r.readers, Rights: vitale.Simulated{}, Prompter: r.user, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return openDay }}
	for _, o := range options {
		o(&r.cfg, &deps)
	}
	d, err := New(r.cfg, deps)
	if err != nil {
		r.t.Fatal(err)
	}
	r.d = d
	r.settle()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Errorf("Run: %v", err)
		}
	})
	r.t.Cleanup(r.stop)
}

// settle sets the practices of consultation and byBis up, unless the journal can't be
// written.
func (r *rig) settle() {
	r.t.Helper()
	if known, err := r.d.Cabinets(); err != nil || len(known) > 0 {
		return // of a state folder that was used before
	}
	for _, c := range []cabinet.Cabinet{practice("991000015", "99900000011"), practice("991000031", "99900000037"), practice("991000049", "99900000060")} {
		if _, err := r.d.SetCabinet(context.Background(), "local", c, lot.Call{}); err != nil && state.KindOf(err) != state.JournalDamaged {
			r.t.Fatal(err)
		}
	}
}

// practice is an invented practice.
func practice(numeroAM, rpps string) cabinet.Cabinet {
	return cabinet.Cabinet{NumeroAM: numeroAM, RPPS: rpps, Titre: "Docteur", Nom: "ESSAI", Prenom: "Claire", Specialite: "01", Convention: 1,
		Zone: "metro", Adresse: []string{"1 rue de l’Exemple", "75000 EXEMPLE"},
		Rattachement: cabinet.Caisse{Nom: "CPAM d’exemple", Adresse: []string{"2 rue de l’Exemple", "75000 EXEMPLE"}}}
}

// page is a page of an origin that sees its own FSE.
func page(principal string) Viewer { return Viewer{Principal: principal, Owner: principal, FSE: true} }

// each is the policy that asks for the code at every signature.
func each(c *Config, _ *Deps) { c.PIN.Policy = PINEach }

// user is a scripted Prompter. It counts what it was asked.
type user struct {
	mu     sync.Mutex
	answer func(PINRequest) (PINAnswer, error)
	asked  []PINRequest
}

func typing(code string) *user {
	u := &user{}
	u.types(code, false)
	return u
}

// types has the user answer code from now on.
func (u *user) types(code string, lastTry bool) {
	u.does(func(PINRequest) (PINAnswer, error) { return PINAnswer{Code: []byte(code), LastTry: lastTry}, nil })
}

func (u *user) does(f func(PINRequest) (PINAnswer, error)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.answer = f
}

func (u *user) AskPIN(_ context.Context, r PINRequest) (PINAnswer, error) {
	u.mu.Lock()
	u.asked = append(u.asked, r)
	answer := u.answer
	u.mu.Unlock()
	return answer(r)
}

// requests returns what was asked since the last call.
func (u *user) requests() []PINRequest {
	u.mu.Lock()
	defer u.mu.Unlock()
	list := u.asked
	u.asked = nil
	return list
}

// specOf reads a card file of the demonstration.
func specOf(t testing.TB, name string) virtual.Spec {
	t.Helper()
	spec, err := virtual.Load(testdata.Cards(), name)
	if err != nil {
		t.Fatal(err)
	}
	return *spec
}

func openSpec(t testing.TB, spec virtual.Spec) virtual.Card {
	t.Helper()
	card, err := virtual.Open(spec, virtual.TestKeyring())
	if err != nil {
		t.Fatal(err)
	}
	return card
}

// card opens a card of the demonstration.
func card(t testing.TB, name string) virtual.Card {
	t.Helper()
	return openSpec(t, specOf(t, name))
}

// insert puts c in a reader and waits until it was read.
func (r *rig) insert(name string, c virtual.Card) state.Card {
	r.t.Helper()
	if err := r.readers.Insert(name, c); err != nil {
		r.t.Fatal(err)
	}
	return r.waitRead(name)
}

// replace puts c in the place of whatever is in a reader, and waits.
func (r *rig) replace(name string, c virtual.Card) state.Card {
	r.t.Helper()
	r.remove(name)
	return r.insert(name, c)
}

// remove takes the card out of a reader, if there is one, and waits.
func (r *rig) remove(name string) {
	r.t.Helper()
	_ = r.readers.Remove(name) // NoCard is fine
	r.wait("empty reader", func(s state.Snapshot) bool {
		c := cardIn(s, name)
		return c != nil && c.State == state.CardAbsent
	})
}

// waitRead waits until the card in a reader was read, well or not.
func (r *rig) waitRead(name string) state.Card {
	r.t.Helper()
	s := r.wait("card read", func(s state.Snapshot) bool {
		c := cardIn(s, name)
		return c != nil && c.State != state.CardAbsent && c.Read
	})
	return *cardIn(s, name)
}

// wait returns the first snapshot that satisfies ok.
func (r *rig) wait(what string, ok func(state.Snapshot) bool) state.Snapshot {
	r.t.Helper()
	timeout := time.After(20 * time.Second)
	s, sub := r.d.Hello()
	defer func() { sub.Close() }()
	for !ok(s) {
		select {
		case _, open := <-sub.Events():
			if !open { // too slow: start again
				s, sub = r.d.Hello()
				continue
			}
			s = r.d.Snapshot()
		case <-timeout:
			r.t.Fatalf("no %s in 20 s", what)
		}
	}
	return s
}

// cardIn finds the card of the reader with this name.
func cardIn(s state.Snapshot, name string) *state.Card {
	i := slices.IndexFunc(s.Readers, func(r state.Reader) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	j := slices.IndexFunc(s.Cards, func(c state.Card) bool { return c.Reader == s.Readers[i].ID })
	if j < 0 {
		return nil
	}
	return &s.Cards[j]
}

func date(t time.Time) fse.Date {
	year, month, day := t.Date()
	d, _ := tables.MakeDate(year, int(month), day)
	return d
}

// consultation is a consultation of the patient of the card file "patient" by
// the médecin of "medecin-secteur1".
func consultation(mode fse.Mode) *fse.Draft {
	d := &fse.Draft{
		Mode: mode, DateSoins: date(openDay), Parcours: "T", DoublonForce: "essai",
		Professionnel: fse.Professionnel{NumeroAM: "991000015", RPPS: "99900000011", Specialite: "01", Convention: 1, Zone: "metro"},
		Beneficiaire: fse.Personne{NIR: "297022A02077878", Nom: "ADRTROIS", NomFamille: "ADRTROIS", Prenom: "DOMINIQUE",
			Naissance: fse.Naissance{EnCarte: "19970226"}, Rang: 1, Qualite: "0"},
		AMO:    fse.AMO{Regime: "01", Caisse: "349", Centre: "9881"},
		Nature: fse.Nature{Code: "maladie"},
		Actes:  []fse.Acte{{Code: "G"}},
	}
	if mode == fse.Degrade {
		d.Degrade = &fse.Degradation{Motif: "carte-absente"}
	}
	return d
}

// byBis makes the professional of a draft the one of "medecin-bis".
func byBis(d *fse.Draft) *fse.Draft {
	d.Professionnel = fse.Professionnel{NumeroAM: "991000031", RPPS: "99900000037", Specialite: "01", Convention: 3, OPTAM: true, Zone: "metro"}
	return d
}

// create keeps a draft for principal.
func (r *rig) create(principal string, draft *fse.Draft) lot.FSE {
	r.t.Helper()
	f, err := r.d.CreateFSE(r.t.Context(), principal, draft, lot.Call{})
	if err != nil {
		r.t.Fatal(err)
	}
	return f
}

// sign signs the FSE with the only cards there are.
func (r *rig) sign(principal, id string) (lot.FSE, error) {
	return r.d.SignFSE(context.Background(), principal, SignRequest{ID: id}, lot.Call{})
}

// mustSign signs and checks that the FSE is in a lot.
func (r *rig) mustSign(principal, id string) lot.FSE {
	r.t.Helper()
	f, err := r.sign(principal, id)
	if err != nil {
		r.t.Fatalf("SignFSE: %v", err)
	}
	if f.State != fse.EnLot || f.Lot == "" || f.Signature == nil {
		r.t.Fatalf("signed FSE in state %s, in lot %t, with signature %t", f.State, f.Lot != "", f.Signature != nil)
	}
	return f
}

// wantKind checks the kind of a failure.
func wantKind(t testing.TB, err error, want state.Kind, code string) {
	t.Helper()
	e := Failure(err)
	if e == nil || e.Kind != want || code != "" && e.Code != code {
		t.Errorf("error %v, want kind %s %s", err, want, code)
	}
}

// checkJournal verifies the journal, replays it, and returns how many times each
// FSE was signed.
func (r *rig) checkJournal() map[string]int {
	r.t.Helper()
	j := r.d.book.Journal()
	report, err := j.Verify(context.Background())
	if err != nil {
		r.t.Fatalf("Verify: %v", err)
	}
	signed := make(map[string]int)
	err = j.View(func(s journal.State) error {
		for record, err := range s.Range(1, report.Last) {
			if err != nil {
				return err
			}
			if record.Kind == "fse" && hasSeal(record.Data) {
				signed[record.Subject]++
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return signed
}

// hooked runs a hook at one of its commands, before or after the card works.
type hooked struct {
	virtual.Card
	at    int32 // from 1
	after bool
	hook  func()
	n     atomic.Int32
}

func (h *hooked) Transmit(command []byte) []byte {
	strikes := h.n.Add(1) == h.at
	if strikes && !h.after {
		h.hook()
	}
	answer := h.Card.Transmit(command)
	if strikes && h.after {
		h.hook()
	}
	return answer
}

func clearFolder(t testing.TB, dir string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

func cardNames(t testing.TB) []string {
	t.Helper()
	names, err := virtual.Names(testdata.Cards())
	if err != nil || len(names) == 0 {
		t.Fatalf("no card files: %v", err)
	}
	return names
}
