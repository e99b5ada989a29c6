package view

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/words"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

var (
	today  = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	french = words.Of("fr")
)

// with is a service with one reader that holds card, and nothing to see to.
func with(card state.Card) *Seen {
	card.Reader = "a"
	return &Seen{Now: today, Link: Attached, Port: 17373, Snapshot: state.Snapshot{Service: state.Service{Up: true},
		Readers: []state.Reader{{ID: "a", Name: "Lecteur"}}, Cards: []state.Card{card}, Journal: state.Journal{CodeNoted: true}}}
}

// but is s changed by f.
func but(s *Seen, f func(*Seen)) *Seen { f(s); return s }

var empty = state.Card{State: state.CardAbsent, Read: true}

func pro(f func(*state.Card)) state.Card {
	end, three := today.AddDate(2, 0, 0), 3
	c := state.Card{State: state.CardCPS, Read: true, Serial: "1", Expires: &end, PINTriesLeft: &three,
		Holder: &state.Holder{Nom: "ESSAI", Prenom: "CLAIRE"}}
	if f != nil {
		f(&c)
	}
	return c
}

func TestStateAndReaders(t *testing.T) {
	zero, one := 0, 1
	past, near := today.AddDate(0, 0, -1), today.AddDate(0, 0, 30)
	tests := []struct {
		name   string
		s      *Seen
		mood   Mood
		state  string
		reader string
	}{
		{"no service", &Seen{Link: Down}, Off, french.State.Down, ""},
		{"port taken", &Seen{Link: Down, Port: 17373, PortBy: `"nginx" (PID 7)`}, Error, "Service arrêté\u00a0: le port 17373 est pris par \"nginx\" (PID 7)", ""},
		{"denied", &Seen{Link: Denied}, Off, french.State.Denied, ""},
		{"another session", &Seen{Link: Other}, Off, french.State.Other, ""},
		{"refused", &Seen{Link: Refused}, Off, french.State.Refused, ""},
		{"no card service", but(with(empty), func(s *Seen) { s.Snapshot.Service.Up = false }), Error, french.State.NoCards, "vide"},
		{"no reader", but(with(empty), func(s *Seen) { s.Snapshot.Readers = nil }), Error, french.State.NoReader, ""},
		{"paused", but(with(empty), func(s *Seen) { s.Paused = true }), Off, french.State.Paused, "vide"},
		{"empty reader", with(empty), OK, french.State.Ready, "vide"},
		{"card being read", with(state.Card{State: state.CardVitale}), Working, french.State.Working, "Carte Vitale, lecture…"},
		{"mute card", with(state.Card{State: state.CardMute, Read: true}), Attention, french.State.Attention, "carte muette ou à l'envers"},
		{"unknown card", with(state.Card{State: state.CardUnknown, Read: true}), OK, french.State.Ready, "carte inconnue"},
		{"CPS", with(pro(nil)), OK, french.State.Ready, "CPS"},
		{"demonstration", with(pro(func(c *state.Card) { c.Demo = true })), OK, french.State.Ready, "CPS (démonstration)"},
		{"one try left", with(pro(func(c *state.Card) { c.PINTriesLeft = &one })), Attention, french.State.Attention, "CPS, un seul essai restant"},
		{"blocked", with(pro(func(c *state.Card) { c.PINTriesLeft = &zero })), Attention, french.State.Attention, "CPS, code bloqué"},
		{"code to be typed on the reader", with(pro(func(c *state.Card) { c.CodeAwaited = true })), Attention, french.State.Attention, "CPS, tapez le code sur le lecteur"},
		{"expired", with(pro(func(c *state.Card) { c.Expires = &past })), Attention, french.State.Attention, "CPS, expirée"},
		{"expires soon", with(pro(func(c *state.Card) { c.Expires = &near })), Attention, french.State.Attention, "CPS, expire le 22/12/2026"},
		{"can't be read", with(pro(func(c *state.Card) { c.Problem = &state.Error{Message: "illisible"} })), Attention, french.State.Attention, "CPS, illisible"},
		{"reject", but(with(empty), func(s *Seen) { s.Snapshot.Queue.Rejects = 1 }), Attention, french.State.Attention, "vide"},
		{"journal damaged", but(with(empty), func(s *Seen) { s.Snapshot.Journal.Damaged = true }), Error, french.State.Attention, "vide"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := Of(tt.s, french)
			reader := ""
			if len(v.Menu[1]) > 0 {
				_, reader, _ = strings.Cut(v.Menu[1][0].Label, "\u00a0: ")
			}
			if v.Mood != tt.mood || v.State != tt.state || reader != tt.reader {
				t.Errorf("%s, %q, %q; want %s, %q, %q", v.Mood, v.State, reader, tt.mood, tt.state, tt.reader)
			}
		})
	}
}

func TestAlerts(t *testing.T) {
	soon := today.AddDate(0, 0, 20)
	tests := []struct {
		name string
		f    func(*Seen)
		want []string
	}{
		{"none", func(*Seen) {}, nil},
		{"journal damaged", func(s *Seen) { s.Snapshot.Journal = state.Journal{Damaged: true} }, []string{french.Alert.Journal}},
		{"recovery code not noted", func(s *Seen) { s.Snapshot.Journal.CodeNoted = false }, []string{french.Alert.RecoveryCode}},
		{"backup", func(s *Seen) {
			s.Snapshot.Journal.Backup = &state.Backup{Problem: &state.Error{Message: "disque plein"}}
		},
			[]string{"Sauvegarde en échec\u00a0: disque plein"}},
		{"backup that works", func(s *Seen) { s.Snapshot.Journal.Backup = &state.Backup{} }, nil},
		{"wss due", func(s *Seen) { s.TLS = TLS{Phase: "due", Expires: soon} }, []string{"Le certificat de wss expire le 12/12/2026"}},
		{"wss dead", func(s *Seen) { s.TLS = TLS{Phase: "dead"} }, []string{french.Alert.TLSExpired}},
		{"wss good", func(s *Seen) { s.TLS = TLS{Phase: "good"} }, nil},
		{"wss fault", func(s *Seen) { s.TLS = TLS{Fault: "x"} }, []string{french.Alert.TLSFault}},
		{"sites", func(s *Seen) { s.SitesFault = "x" }, []string{french.Alert.SitesRefused}},
		{"developer", func(s *Seen) { s.Snapshot.Developer = true }, []string{french.Alert.Developer}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := Of(but(with(empty), tt.f), french)
			var got []string
			for _, item := range v.Menu[0][1:] {
				got = append(got, strings.TrimPrefix(item.Label, "⚠ "))
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("alerts (-want +got):\n%s", d)
			}
			if (v.Mood == OK) != (len(tt.want) == 0) {
				t.Errorf("the icon says %s", v.Mood)
			}
		})
	}
}

// A newer version is told, and is nothing that is wrong.
func TestUpdate(t *testing.T) {
	for version, want := range map[string]int{"1.2.3": 2, "": 1} {
		v := Of(but(with(empty), func(s *Seen) { s.Snapshot.Update = &state.Update{Version: version} }), french)
		if first := v.Menu[0]; len(first) != want || want == 2 && first[1].Label != "La version 1.2.3 est disponible" || v.Mood != OK {
			t.Errorf("%q: %s, %+v", version, v.Mood, first)
		}
	}
}

// What can be clicked, and what that does.
func TestClicks(t *testing.T) {
	s := but(with(pro(func(c *state.Card) { c.CodeKept = true })), func(s *Seen) {
		s.Snapshot.Queue = state.Queue{ToSign: 2, Lots: 1, Closed: 2, Rejects: 1}
		s.Sites = []Site{{Origin: "https://a.example"}, {Origin: "https://b.example", Policy: true}}
	})
	got := make(map[string]Act)
	var walk func([]Item)
	walk = func(list []Item) {
		for _, item := range list {
			if item.Act.Do != Nothing {
				got[item.Label] = item.Act
			}
			walk(item.Sub)
		}
	}
	for _, section := range Of(s, french).Menu {
		walk(section)
	}
	want := map[string]Act{
		french.State.Attention: {Do: OpenConsole}, "Lecteur\u00a0: CPS": {Do: OpenConsole}, "CPS de CLAIRE ESSAI\u00a0: code gardé en mémoire": {Do: OpenConsole}, "Oublier le code": {ForgetCode, "a"}, "2 FSE à signer": {OpenConsole, "fse"}, "0 papier à poster": {OpenConsole, "papiers"},
		"3 lots en attente": {OpenConsole, "lots"}, "1 rejet": {OpenConsole, "rejets"}, "Révoquer https://a.example…": {Revoke, "https://a.example"},
		french.Menu.Open: {Do: OpenConsole}, french.Menu.Support: {Do: CopySupport}, french.Menu.Diagnostics: {Do: Diagnose},
		french.Menu.Logs: {Do: ShowLogs}, french.Menu.Pause: {Do: Pause}, french.Menu.About: {Do: About}, french.Menu.Quit: {Do: Quit},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("clicks (-want +got):\n%s", d)
	}
}

// A code that is not kept can't be forgotten.
func TestCodeKept(t *testing.T) {
	for kept, want := range map[bool]Section{
		false: {{Label: "CPS de CLAIRE ESSAI", Act: Act{Do: OpenConsole}}},
		true:  {{Label: "CPS de CLAIRE ESSAI\u00a0: code gardé en mémoire", Act: Act{Do: OpenConsole}}, {Label: "Oublier le code", Act: Act{ForgetCode, "a"}}},
	} {
		if d := cmp.Diff(want, Of(with(pro(func(c *state.Card) { c.CodeKept = kept })), french).Menu[2]); d != "" {
			t.Errorf("kept %t (-want +got):\n%s", kept, d)
		}
	}
}

// Every section is there whatever is known, so that the menu keeps its shape.
func TestSectionsAreFixed(t *testing.T) {
	for _, s := range []*Seen{{}, {Link: Denied}, with(empty), with(pro(nil))} {
		if n := len(Of(s, french).Menu); n != 6 {
			t.Errorf("%d sections", n)
		}
	}
}
