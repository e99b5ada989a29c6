package vitale_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/cardtest"
	"github.com/agrafe-fse/agrafe/reader/vitale"
	"github.com/agrafe-fse/agrafe/testdata"
)

// on runs f in one transaction with the card of testdata with the given name.
func on(t *testing.T, name string, f func(*reader.Tx, reader.Family) error) (reader.Trace, error) {
	t.Helper()
	r := virtual.NewReaders("lecteur")
	if err := r.Insert("lecteur", cardtest.Open(t, name)); err != nil {
		t.Fatal(err)
	}
	o := reader.NewOwner(r, "lecteur")
	t.Cleanup(o.Close)
	return o.Do(context.Background(), reader.Job{Op: "test", Run: func(tx *reader.Tx) error {
		return f(tx, reader.Identify(tx.ATR()))
	}})
}

func TestReadIdentityAndRights(t *testing.T) {
	var card vitale.Card
	var rights []vitale.Right
	_, err := on(t, "patient", func(tx *reader.Tx, f reader.Family) error {
		var err error
		if card, err = vitale.Read(tx, f); err == nil {
			rights, err = vitale.Simulated{}.Rights(tx)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wantCard := vitale.Card{Persons: []vitale.Person{{Nom: "ADRTROIS", Prenom: "DOMINIQUE", Naissance: "19970226",
		Nationalite: "FRA", Debut: "20230101", NIR: "297022A02077878"}}}
	wantRights := []vitale.Right{{Regime: "01", Caisse: "349", Centre: "9881", Qualite: "0", Rang: "1",
		Du: "20240101", Au: "20391231", Organisme: "99999997", Contrat: "01", Adherent: "000012345"}}
	if d := cmp.Diff(wantCard, card); d != "" {
		t.Errorf("card (-want +got):\n%s", d)
	}
	if d := cmp.Diff(wantRights, rights); d != "" {
		t.Errorf("rights (-want +got):\n%s", d)
	}
}

// P7: identity and NIR cost two directories and two files on T=0, and one command
// more because the card corrects the length of the first file.
func TestCommandsOfAReading(t *testing.T) {
	trace, err := on(t, "patient", func(tx *reader.Tx, f reader.Family) error {
		if _, err := vitale.Read(tx, f); err != nil {
			return err
		}
		if got := tx.Trace().Commands; got != 5 {
			t.Errorf("identity and NIR: %d commands, want 5", got)
		}
		_, err := vitale.Simulated{}.Rights(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if trace.Commands != 7 {
		t.Errorf("with the rights: %d commands, want 7", trace.Commands)
	}
}

func TestEverySampleCardIsRead(t *testing.T) {
	persons := map[string]int{"patient-famille": 4, "patient-jumeaux": 3}
	names, err := virtual.Names(testdata.Cards())
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, name := range names {
		spec, err := virtual.Load(testdata.Cards(), name)
		if err != nil {
			t.Fatal(err)
		}
		if spec.Kind != virtual.KindVitale2 {
			continue
		}
		read++
		t.Run(name, func(t *testing.T) {
			_, err := on(t, name, func(tx *reader.Tx, f reader.Family) error {
				card, err := vitale.Read(tx, f)
				if err != nil {
					return err
				}
				if want := max(1, persons[name]); len(card.Persons) != want {
					t.Errorf("%d persons, want %d", len(card.Persons), want)
				}
				rights, err := vitale.Simulated{}.Rights(tx)
				if len(rights) != len(card.Persons) {
					t.Errorf("%d rights for %d persons", len(rights), len(card.Persons))
				}
				numbers, err2 := vitale.ReadNIR(tx, len(card.Persons))
				for i, p := range card.Persons {
					if err2 != nil || numbers[i] != p.NIR {
						t.Errorf("person %d: the number is not the same when read again (%v)", i, err2)
					}
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	if read < 10 {
		t.Errorf("%d cards read", read)
	}
}

func TestUndrivenCards(t *testing.T) {
	for _, name := range []string{"vitale1", "carte-inconnue", "cps2ter"} {
		_, err := on(t, name, func(tx *reader.Tx, f reader.Family) error {
			_, err := vitale.Read(tx, f)
			return err
		})
		if reader.KindOf(err) != reader.Unsupported {
			t.Errorf("%s: %v, want Unsupported", name, err)
		}
	}
}

// S26: whatever a card answers, reading ends, in bounded memory, with a typed
// error.
func TestS26HostileCard(t *testing.T) {
	trace, err := on(t, "hostile-vitale", func(tx *reader.Tx, _ reader.Family) error {
		_, err := vitale.Read(tx, reader.FamilyVitale2)
		return err
	})
	if err == nil || reader.KindOf(err) == reader.Internal || trace.Commands > 1000 {
		t.Errorf("%d commands, %v", trace.Commands, err)
	}
}
