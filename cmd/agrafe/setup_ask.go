package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// question is one line of the settings.
type question struct {
	path  string // of its faults
	label string
	card  bool // the CPS says it
	get   func(*cabinet.Cabinet) string
	set   func(*cabinet.Cabinet, string) error
}

// questions are in the order in which they are asked. The other caisses of régimes and
// the contacts are for a file, or for the console.
var questions = []question{
	text("numeroAM", "Numéro AM (9 chiffres)", true, func(c *cabinet.Cabinet) *string { return &c.NumeroAM }),
	text("rpps", "RPPS (11 chiffres)", true, func(c *cabinet.Cabinet) *string { return &c.RPPS }),
	text("titre", "Titre", false, func(c *cabinet.Cabinet) *string { return &c.Titre }),
	text("nom", "Nom", true, func(c *cabinet.Cabinet) *string { return &c.Nom }),
	text("prenom", "Prénom", true, func(c *cabinet.Cabinet) *string { return &c.Prenom }),
	text("specialite", "Spécialité (code)", true, func(c *cabinet.Cabinet) *string { return &c.Specialite }),
	{"convention", "Convention (0 à 3)", true, func(c *cabinet.Cabinet) string { return strconv.Itoa(c.Convention) }, func(c *cabinet.Cabinet, s string) (err error) {
		if c.Convention, err = strconv.Atoi(s); err != nil {
			return errors.New("un chiffre : 0 non conventionné, 1 secteur 1, 2 secteur 1 avec droit à dépassement, 3 secteur 2")
		}
		return nil
	}},
	{"optam", "OPTAM (oui ou non)", true, func(c *cabinet.Cabinet) string { return map[bool]string{true: "oui", false: "non"}[c.OPTAM] }, func(c *cabinet.Cabinet, s string) error {
		if s != "oui" && s != "non" {
			return errors.New("répondez oui ou non")
		}
		c.OPTAM = s == "oui"
		return nil
	}},
	text("zone", "Zone des tarifs", true, func(c *cabinet.Cabinet) *string { return &c.Zone }),
	text("structure", "Structure (FINESS)", true, func(c *cabinet.Cabinet) *string { return &c.Structure }),
	text("exercice", "Exercice (L, S ou R)", true, func(c *cabinet.Cabinet) *string { return &c.Exercice }),
	several("adresse", "Adresse du cabinet", func(c *cabinet.Cabinet) *[]string { return &c.Adresse }),
	text("telephone", "Téléphone", false, func(c *cabinet.Cabinet) *string { return &c.Telephone }),
	text("rattachement.nom", "Caisse de rattachement", false, func(c *cabinet.Cabinet) *string { return &c.Rattachement.Nom }),
	several("rattachement.adresse", "Adresse de cette caisse", func(c *cabinet.Cabinet) *[]string { return &c.Rattachement.Adresse }),
	text("fermeture", "Clôture des lots (HH:MM)", false, func(c *cabinet.Cabinet) *string { return &c.Fermeture }),
	text("imprimante", "Imprimante", false, func(c *cabinet.Cabinet) *string { return &c.Imprimante }),
}

func text(path, label string, card bool, field func(*cabinet.Cabinet) *string) question {
	return question{path, label, card, func(c *cabinet.Cabinet) string { return *field(c) },
		func(c *cabinet.Cabinet, s string) error { *field(c) = s; return nil }}
}

// several is a question for lines, which are typed with ; between them.
func several(path, label string, field func(*cabinet.Cabinet) *[]string) question {
	return question{path, label, false, func(c *cabinet.Cabinet) string { return address(*field(c)) }, func(c *cabinet.Cabinet, s string) error {
		list := []string{}
		for line := range strings.SplitSeq(s, ";") {
			if line = strings.TrimSpace(line); line != "" {
				list = append(list, line)
			}
		}
		*field(c) = list
		return nil
	}}
}

func address(lines []string) string { return strings.Join(lines, "; ") }

// errGone says that the user left before the end.
var errGone = errors.New("cannot go on: the answers ended; nothing was kept of this practice")

// askCabinets asks for the settings of each number on the CPS, or of one where there
// is no card, until the service has nothing against them, and has it keep them.
func (e *env) askCabinets(c *local.Client) (done []cabinet.Cabinet, err error) {
	var known cabinetsOf
	if err := c.Call(e, "practice.list", nil, &known); err != nil {
		return nil, err
	}
	begun, card, err := e.propose(c, known.Cabinets)
	if err != nil {
		return nil, err
	}
	in := lines(e.in)
	for _, one := range begun {
		asks := func(q question) bool { return !card || !q.card || q.path == "numeroAM" && one.NumeroAM == "" }
		for wanted := asks; ; {
			if err := e.ask(in, &one, wanted); err != nil {
				return nil, err
			}
			err := e.keepCabinets(c, []cabinet.Cabinet{one})
			if err == nil {
				break
			}
			refused, ok := errors.AsType[*state.Error](err)
			if !ok || refused.Code != "CABINET_REFUSE" {
				return nil, err
			}
			fmt.Fprintf(e.err, "\n%s\n", sentence(err))
			if wanted = atFault(refused.Issues); !slices.ContainsFunc(questions, wanted) {
				return nil, err // it is in what only a file can say
			}
		}
		done = append(done, one)
	}
	return done, nil
}

// propose makes settings of what the CPS says and of what is known; card tells whether
// there was one. The code is typed in this terminal.
func (e *env) propose(c *local.Client, known []cabinet.Cabinet) (list []cabinet.Cabinet, card bool, err error) {
	var found cabinetsOf
	if err := e.callWithCode(c, "practice.propose", &found); err != nil {
		switch state.KindOf(err) {
		case state.NoCard, state.NoReader, state.CardSilent:
		default:
			return nil, false, err
		}
		fmt.Fprintln(e.err, "no CPS is in a reader: all of it is asked for")
		if len(known) > 0 {
			return known, false, nil
		}
		return []cabinet.Cabinet{{Zone: "metro"}}, false, nil
	}
	for _, p := range found.Cabinets {
		for _, k := range known {
			same := k.NumeroAM == p.NumeroAM
			if p.NumeroAM == "" { // the card names none for a remplaçant
				same = k.RPPS == p.RPPS && k.Exercice == p.Exercice
			}
			if same {
				p.NumeroAM, p.Titre, p.Adresse, p.Telephone, p.Rattachement, p.ParRegime = k.NumeroAM, k.Titre, k.Adresse, k.Telephone, k.Rattachement, k.ParRegime
				p.Fermeture, p.Imprimante, p.Contacts = k.Fermeture, k.Imprimante, k.Contacts
			}
		}
		list = append(list, p)
	}
	if len(list) == 0 {
		return nil, true, errors.New("cannot propose a practice: this CPS has no number of the assurance maladie; give the settings with --file")
	}
	return list, true, nil
}

// callWithCode calls a method that has the code asked for, in this terminal.
func (e *env) callWithCode(c *local.Client, method string, result any) error {
	cfg, err := e.settings()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(e)
	ready, ended := make(chan struct{}), make(chan error, 1)
	defer func() { stop(); <-ended }()
	ask := askCode(e)
	answers := local.Answers{Ready: func() { close(ready) }, Code: func(_ context.Context, q local.Question) local.Reply { return ask(q) }}
	go func() { ended <- local.Attach(ctx, cfg.ControlSocket(), answers); close(ended) }()
	select {
	case <-ready:
	case err := <-ended:
		return err
	}
	return c.Call(e, method, map[string]any{}, result)
}

// atFault chooses the questions whose answers have a fault.
func atFault(list []state.Issue) func(question) bool {
	return func(q question) bool {
		return slices.ContainsFunc(list, func(i state.Issue) bool {
			rest, ok := strings.CutPrefix(i.Path, q.path)
			return ok && (rest == "" || rest[0] == '[' || rest[0] == '.')
		})
	}
}

// ask asks the questions that are wanted, with the answer that there is already, and
// shows the others.
func (e *env) ask(in <-chan string, one *cabinet.Cabinet, wanted func(question) bool) error {
	fmt.Fprintln(e.err, "\nEnter keeps what is in brackets, - empties it; lines of an address with ; between them")
	for _, q := range questions {
		if !wanted(q) {
			fmt.Fprintf(e.err, "%-28s %s\n", q.label, visible(q.get(one)))
			continue
		}
		if err := q.ask(e, in, one); err != nil {
			return err
		}
	}
	return nil
}

func (q question) ask(e *env, in <-chan string, one *cabinet.Cabinet) error {
	for {
		fmt.Fprintf(e.err, "%-28s [%s]: ", q.label, visible(q.get(one)))
		var typed string
		var more bool
		select {
		case typed, more = <-in:
		case <-e.Done():
		}
		if !more {
			return errGone
		}
		switch typed = strings.TrimSpace(typed); typed {
		case "":
			return nil
		case "-":
			typed = ""
		}
		err := q.set(one, typed)
		if err == nil {
			return nil
		}
		_, _ = io.WriteString(e.err, "  "+err.Error()+"\n")
	}
}
