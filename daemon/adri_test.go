package daemon

import (
	"bytes"
	"encoding/hex"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri/standin"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// heads are the commands of a log by class, instruction and parameters.
func heads(log *virtual.Log) (list []string) {
	for _, e := range log.Exchanges() {
		list = append(list, hex.EncodeToString(e.Command[:4]))
	}
	return list
}

// The commands that a question costs, one by one. The number of them is what the user
// waits for with a real card.
func TestCommandsOfAQuestion(t *testing.T) {
	tests := []struct {
		card, numeroAM string
		want           []string
	}{
		{"medecin-secteur1", "991000015", []string{
			"00b09c00", // serial
			"00200001", // state of the code
			"00200001", // code
			"002241a4", // key
			"00880000", // signature
			"00c00000", // the rest of it
		}},
		{"medecin-cps4", "991000049", []string{
			"01a4040c", // application
			"01b09c00", // serial
			"01200001", // state of the code
			"01200001", // code
			"012241b8", // key
			"112a8086", // the most of the padded block
			"012a8086", // its end: signature
		}},
	}
	for _, tt := range tests {
		t.Run(tt.card, func(t *testing.T) {
			s := newTeleservice(t)
			r := newRig(t, s.asks)
			log := r.insertKnown(tt.card)
			q := ofPatient()
			q.NumeroAM = tt.numeroAM
			mustAsk(r, q)
			if diff := cmp.Diff(tt.want, heads(log)); diff != "" {
				t.Error(diff)
			}
			log.Clear()
			child := ofChild()
			child.NumeroAM = q.NumeroAM
			mustAsk(r, child)
			mustAsk(r, refreshed(q))
			if log.Count() != 0 || s.asked.Load() != 3 || len(r.user.requests()) != 1 {
				t.Errorf("further questions: %d commands, %d asked", log.Count(), s.asked.Load())
			}
		})
	}
}

// What the payer says is put in a draft as it is, and the draft can be priced and signed.
func TestRightsFromADRi(t *testing.T) {
	s := newTeleservice(t)
	r, _ := withADRi(t, s)
	a := mustAsk(r, RightsQuery{NIR: "2 51 06 34 172 001 51", Naissance: "19510604", DateSoins: date(openDay)})
	p := a.Persons[0]
	want := PayerRights{Traitant: "aucun", CardRights: CardRights{
		Beneficiaire: fse.Personne{NIR: "251063417200151", Nom: "TESTARD", NomFamille: "TESTARD", Prenom: "MADELEINE",
			Naissance: fse.Naissance{EnCarte: "19510604"}, Rang: 1, Qualite: "0"},
		AMO: fse.AMO{Regime: "01", Caisse: "349", Centre: "9881", ALD: true}, Du: "20240101", Au: "20391231", Source: "adri", Demo: true}}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
	if a.Source != "adri" || a.Cached || a.Age != 0 || !a.Obtained.Equal(openDay) || a.Mention != mentionADRi {
		t.Errorf("%+v", a)
	}
	draft := consultation(fse.Degrade)
	draft.Beneficiaire, draft.AMO, draft.Assure, draft.AMC = p.Beneficiaire, p.AMO, p.Assure, p.AMC
	draft.Actes[0].EnRapportALD, draft.TiersPayant.AMO = true, true
	if f := r.mustSign(ehr, r.create(ehr, draft).ID); f.Price.Total.AMO != f.Price.Total.Honoraires {
		t.Errorf("an ALD at %d of %d", f.Price.Total.AMO, f.Price.Total.Honoraires)
	}
	if c := mustAsk(r, ofChild()).Persons[0]; c.Assure == nil || c.Assure.NIR != "178083523801488" || c.AMC == nil || c.Beneficiaire.Qualite != "6" {
		t.Errorf("a child: %+v", c)
	}
}

// An answer serves once more, to whom it was given, until somebody wants a new one.
func TestAnswersAreKept(t *testing.T) {
	s := newTeleservice(t)
	var mu sync.Mutex
	clock := openDay
	r, log := withADRi(t, s, func(_ *Config, d *Deps) {
		d.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return clock }
	})
	mustAsk(r, ofPatient())
	mu.Lock()
	clock = clock.Add(90 * time.Second)
	mu.Unlock()
	log.Clear()
	a := mustAsk(r, on(ofPatient(), date(openDay)+10))
	if !a.Cached || a.Age != 90 || !a.Obtained.Equal(openDay) || s.asked.Load() != 1 || log.Count() != 0 {
		t.Errorf("cached %v, of %d s, %d asked, %d commands", a.Cached, a.Age, s.asked.Load(), log.Count())
	}
	if a := mustAsk(r, refreshed(ofPatient())); a.Cached || a.Age != 0 || s.asked.Load() != 2 {
		t.Errorf("asked for anew: cached %v, of %d s", a.Cached, a.Age)
	}
	if a, err := r.d.RightsFromADRi(t.Context(), other, ofPatient()); err != nil || a.Cached || len(r.user.requests()) != 2 {
		t.Errorf("another site was given what it had not asked for: %v, %v", a.Cached, err)
	}
	r.remove(left)
	_, err := ask(r, ofPatient())
	wantKind(t, err, state.NoCard, "CPS_ABSENTE")
}

// The user is not asked for the code when the server is not there, or is another.
func TestNoCodeForNobody(t *testing.T) {
	s, stranger := newTeleservice(t), newTeleservice(t)
	tests := []struct {
		name    string
		url, ca string
		kind    state.Kind
		code    string
	}{
		{"nobody there", "https://127.0.0.1:1/", s.ca, state.Offline, "ADRI_HORS_LIGNE"},
		{"no such host", "https://adri.invalid/", s.ca, state.Offline, "ADRI_HORS_LIGNE"},
		{"another authority", s.url, stranger.ca, state.Denied, "ADRI_NON_SUR"},
		{"authorities of the system", s.url, "", state.Denied, "ADRI_NON_SUR"},
		{"another name", strings.Replace(s.url, "127.0.0.1", "localhost", 1), s.ca, state.Denied, "ADRI_NON_SUR"},
		{"no file of authorities", s.url, filepath.Join(t.TempDir(), "none"), state.Unsupported, "ADRI_AUTORITE"},
		{"empty file of authorities", s.url, os.DevNull, state.Unsupported, "ADRI_AUTORITE"},
		{"not set", "", "", state.Unsupported, "ADRI_NON_CONFIGURE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, log := withADRi(t, s, func(c *Config, _ *Deps) { c.Rights.URL, c.Rights.CAFile = tt.url, tt.ca })
			_, err := ask(r, ofPatient())
			wantKind(t, err, tt.kind, tt.code)
			if n := len(r.user.requests()); n != 0 || log.Count() != 0 {
				t.Errorf("the code was asked for %d times, %d commands", n, log.Count())
			}
		})
	}
}

// What the user, the card and the payer say has its own error, and nothing else happens.
func TestRefusedQuestions(t *testing.T) {
	rules := []standin.Rule{
		{NIR: "251063417200151", Reason: adri.Unavailable}, {NIR: "185031305500337", Reason: adri.NotEntitled},
		{NIR: "168057505600272", Body: bytes.Repeat([]byte("x"), 10<<20)}, {NIR: "158072B03301002", Body: []byte("<x/>"), Status: 503},
		{NIR: "172116748201901", Reason: adri.BadRequest}, {NIR: "147065626000665", Body: []byte("no"), Status: 403},
	}
	tests := []struct {
		name string
		q    RightsQuery
		kind state.Kind
		code string
		path string
	}{
		{"unknown", RightsQuery{NIR: "297022A02077878", Naissance: "19970226", Rang: 2}, state.NotFound, "ADRI_INCONNU", ""},
		{"closed rights", RightsQuery{NIR: "191041411801363", Naissance: "19910409"}, state.NotFound, "ADRI_DROITS_FERMES", ""},
		{"not now", RightsQuery{NIR: "251063417200151", Naissance: "19510604"}, state.Offline, "ADRI_INDISPONIBLE", ""},
		{"not this professional", RightsQuery{NIR: "185031305500337", Naissance: "19850311"}, state.Denied, "ADRI_NON_HABILITE", ""},
		{"not this certificate", RightsQuery{NIR: "147065626000665", Naissance: "19470618"}, state.Denied, "ADRI_CARTE_REFUSEE", ""},
		{"10 MB", RightsQuery{NIR: "168057505600272", Naissance: "19680514"}, state.Offline, "ADRI_REPONSE", ""},
		{"broken server", RightsQuery{NIR: "158072B03301002", Naissance: "19580721"}, state.Offline, "ADRI_HORS_LIGNE", ""},
		{"refused by the server", RightsQuery{NIR: "172116748201901", Naissance: "19721108"}, state.Invalid, "ADRI_DEMANDE", ""},
		{"wrong key", RightsQuery{NIR: "297022A02077879", Naissance: "19970226"}, state.Invalid, "ADRI_DEMANDE", "nir"},
		{"anonymous", RightsQuery{NIR: "A555555349001", Naissance: "19970226"}, state.Invalid, "ADRI_DEMANDE", "nir"},
		{"birth", RightsQuery{NIR: "297022A02077878", Naissance: "26021997"}, state.Invalid, "ADRI_DEMANDE", "naissance"},
		{"rank", RightsQuery{NIR: "297022A02077878", Naissance: "19970226", Rang: -1}, state.Invalid, "ADRI_DEMANDE", "rang"},
		{"practice", RightsQuery{NIR: "297022A02077878", Naissance: "19970226", NumeroAM: "1"}, state.Invalid, "ADRI_DEMANDE", "numeroAM"},
	}
	var text bytes.Buffer
	r, _ := withADRi(t, newTeleservice(t, rules...), func(_ *Config, d *Deps) { d.Log = slog.New(slog.NewTextHandler(&text, nil)) })
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ask(r, on(tt.q, date(openDay)))
			wantKind(t, err, tt.kind, tt.code)
			if e := Failure(err); e.Path != tt.path {
				t.Errorf("path %q, want %q", e.Path, tt.path)
			}
		})
	}
	_, err := ask(r, on(ofPatient(), 0))
	wantKind(t, err, state.Invalid, "ADRI_DEMANDE")
	r.stop()
	for _, tt := range tests {
		if strings.Contains(text.String(), tt.q.NIR[:13]) || tt.q.NumeroAM == "" && strings.Contains(text.String(), tt.q.Naissance) {
			t.Errorf("%s: the person is in the log", tt.name)
		}
	}
}

// The code is the user's: wrong, refused, declined or on its last try, it is treated as
// it is for a signature.
func TestCodesOfAQuestion(t *testing.T) {
	tests := []struct {
		name   string
		card   string
		answer func(PINRequest) (PINAnswer, error)
		kind   state.Kind
	}{
		{"wrong", "medecin-secteur1", func(PINRequest) (PINAnswer, error) { return PINAnswer{Code: []byte("9999")}, nil }, state.PINWrong},
		{"declined", "medecin-secteur1", func(PINRequest) (PINAnswer, error) { return PINAnswer{}, ErrDeclined }, state.PINRequired},
		{"nobody", "medecin-secteur1", func(PINRequest) (PINAnswer, error) { return PINAnswer{}, ErrNobody }, state.PINRequired},
		{"last try", "medecin-dernier-essai", func(PINRequest) (PINAnswer, error) { return PINAnswer{Code: []byte(goodCode)}, nil }, state.PINRequired},
		{"blocked", "medecin-code-bloque", func(PINRequest) (PINAnswer, error) { return PINAnswer{Code: []byte(goodCode)}, nil }, state.PINBlocked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newTeleservice(t)
			r := newRig(t, s.asks)
			log := r.insertKnown(tt.card)
			r.user.does(tt.answer)
			q := ofPatient()
			q.NumeroAM = "991000015"
			_, err := ask(r, q)
			wantKind(t, err, tt.kind, "")
			if n := verifies(log); n > 1 || n == 1 != (tt.kind == state.PINWrong) || s.asked.Load() != 0 {
				t.Errorf("%d codes shown, %d asked", n, s.asked.Load())
			}
		})
	}
}

// The card struck at any command of a question leaves a typed error, no connection, and
// no more than one code shown; the next question works.
func TestTornQuestions(t *testing.T) {
	const commands = 6
	for _, b := range blows() {
		t.Run(b.name, func(t *testing.T) {
			s := newTeleservice(t)
			r := newRig(t, s.asks)
			failed := 0
			for n := 1; n <= commands; n++ {
				plain := card(t, "medecin-secteur1")
				r.insert(left, plain) // known before it is struck
				r.remove(left)
				struck, log := virtual.Record(b.strike(r, left, plain, n+2)) // serial and state of the code when it comes
				r.insert(left, struck)
				log.Clear()
				_, err := ask(r, refreshed(ofPatient()))
				if e, ok := errors.AsType[*state.Error](err); err != nil && (!ok || e.Kind == state.Internal) {
					t.Errorf("command %d: %v", n, err)
				}
				if err != nil {
					failed++
				}
				if verifies(log) > 1 {
					t.Errorf("command %d: %d codes shown", n, verifies(log))
				}
				mended := r.mend(left, card(t, "medecin-secteur1"))
				if mended.PINTriesLeft == nil || *mended.PINTriesLeft != maxTries {
					t.Errorf("command %d: %v tries left", n, mended.PINTriesLeft)
				}
				mustAsk(r, refreshed(ofPatient()))
				r.remove(left)
				s.wantOpen(t, 0)
			}
			if failed < commands-1 { // the serial can be read in another way, and the last command may have worked
				t.Errorf("%d blows out of %d were noticed", failed, commands)
			}
		})
	}
}

// A code typed on the reader serves one question.
func TestPinpadAsks(t *testing.T) {
	s := newTeleservice(t)
	r, _ := withADRi(t, s)
	if err := r.readers.SetPad(left, func(reader.PINEntry) (string, virtual.PadEnd) { return goodCode, virtual.PadTyped }); err != nil {
		t.Fatal(err)
	}
	r.user.does(func(PINRequest) (PINAnswer, error) { return PINAnswer{}, nil })
	r.replace(left, card(t, "medecin-secteur1"))
	for i := range 2 {
		mustAsk(r, refreshed(ofPatient()))
		s.wantOpen(t, 0)
		if n := len(r.user.requests()); n != 1 {
			t.Errorf("question %d: asked %d times", i, n)
		}
	}
}

func TestRightsConfig(t *testing.T) {
	for text, fault := range map[string]string{
		"url = 'https://adri.rss.fr/'":  "rights.url",
		"url = 'http://127.0.0.1/'":     "rights.url",
		"ca_file = 'ca.pem'":            "rights.ca_file",
		"url = 'https://127.0.0.1/'":    "",
		"url = 'https://adri.example/'": "",
	} {
		file := filepath.Join(t.TempDir(), "agrafed.toml")
		if err := os.WriteFile(file, []byte("[rights]\n"+text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadConfig(file)
		if (err == nil) != (fault == "") || err != nil && !strings.Contains(err.Error(), fault) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
