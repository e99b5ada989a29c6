package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/seal"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// story is what the demo did: the machine-readable result.
type story struct {
	Demonstration bool      `json:"demonstration"` // always
	Steps         []step    `json:"etapes"`
	FSE           lot.FSE   `json:"fse"`
	Lot           state.Lot `json:"lot"`
	B2            string    `json:"b2"`      // path of the lot's file
	Seal          string    `json:"sceau"`   // path of the CMS
	Authority     string    `json:"ac"`      // path of the test authority's certificate
	OpenSSL       string    `json:"openssl"` // what `openssl cms -verify` said

	ToPayment *toPayment `json:"paiement,omitempty"` // what --full did

	show func(n int, s step) // called after each step
}

type step struct {
	Name   string        `json:"etape"`
	Detail string        `json:"detail"`
	Took   time.Duration `json:"dureeNs"`
}

// do runs one step and notes what happened and how long it took.
func (s *story) do(name string, f func() (string, error)) error {
	start := time.Now()
	detail, err := f()
	if err != nil {
		return fmt.Errorf("cannot %s: %w", name, err)
	}
	s.note(step{name, detail, time.Since(start)})
	return nil
}

func (s *story) note(done step) {
	s.Steps = append(s.Steps, done)
	s.show(len(s.Steps), done)
}

// tell returns the function that shows each step as it happens: on w, or not at
// all when the result is for a program.
func (e *env) tell() func(int, step) {
	if e.json {
		return func(int, step) {}
	}
	fmt.Fprint(e.out, "DEMONSTRATION: virtual cards, invented people; nothing here may reach a payer\n\n")
	return func(n int, s step) {
		fmt.Fprintf(e.out, "%2d  %-22s %8.1f ms  %s\n", n, s.Name, float64(s.Took.Microseconds())/1000, s.Detail)
	}
}

// text shows where the results are, once all steps were shown.
func (s *story) text(w io.Writer) {
	fmt.Fprintf(w, "\nB2 file of the lot   %s\nseal of the FSE      %s\n\nverify the seal:\n  openssl cms -verify -inform DER -in %s -CAfile %s -purpose any\n",
		s.B2, s.Seal, s.Seal, s.Authority)
	if s.ToPayment != nil {
		s.ToPayment.text(w)
	}
}

// scene is what the steps of the play have found.
type scene struct {
	cps      daemon.CPS
	patient  daemon.Vitale
	practice daemon.Situation
	answer   fse.Answer
	draft    *fse.Draft
	rights   daemon.PayerRights // of the patient, asked for by --full
}

// scripted is a step that was not done yet.
type scripted struct {
	name string
	run  func() (string, error)
}

// play makes one FSE through the WebSocket, from the cards to the lot's file, and goes
// on to the payment if there is a payer.
func (d *demoRunCmd) play(e *env, s *stage) (*story, error) {
	out, sc := &story{Demonstration: true, show: e.tell()}, new(scene)
	if s.payer != nil {
		at := s.payer.Addresses()
		out.note(step{"start the payer", fmt.Sprintf("SMTP %s, POP3 %s, ADRi %s", at.SMTP, at.POP3, at.Rights), s.payer.took})
	}
	if err := out.all(d.steps(e, s, sc, out)); err != nil || s.payer == nil {
		return out, err
	}
	out.ToPayment = new(toPayment)
	return out, out.all(out.ToPayment.steps(e, s, sc, out))
}

// all runs steps until one fails.
func (s *story) all(steps []scripted) error {
	for _, one := range steps {
		if err := s.do(one.name, one.run); err != nil {
			return err
		}
	}
	return nil
}

// steps are those from the cards to the lot's file.
func (d *demoRunCmd) steps(e *env, s *stage, sc *scene, out *story) []scripted {
	return []scripted{
		{"insert the CPS", func() (string, error) { return s.insert(slotCPS, d.CPS, state.CardCPS) }},
		{"read the CPS", func() (string, error) {
			err := s.client.Call(e, "cards.readCPS", nil, &sc.cps)
			return fmt.Sprintf("%s %s %s", sc.cps.Holder.Profession, sc.cps.Holder.Prenom, sc.cps.Holder.Nom), err
		}},
		{"verify the code", func() (string, error) { return s.openSession(e, &sc.practice) }},
		{"set the practice up", func() (string, error) { return s.setPracticeUp(e) }},
		{"insert the Vitale", func() (string, error) { return s.insert(slotVitale, d.Patient, state.CardVitale) }},
		{"read the Vitale", func() (string, error) {
			err := s.client.Call(e, "cards.readVitale", nil, &sc.patient)
			if err != nil {
				return "", err
			}
			p := sc.patient.Persons[0]
			return fmt.Sprintf("%s %s, NIR %s", p.Prenom, p.Nom, fse.MaskNIR(p.NIR)), nil
		}},
		{"price a consultation", func() (string, error) {
			var err error
			if sc.draft, err = consultation(sc.practice, sc.cps, sc.patient); err != nil {
				return "", err
			}
			if s.payer != nil { // so that payers owe something
				sc.draft.TiersPayant = fse.TiersPayant{AMO: true, AMC: sc.draft.AMC != nil}
			}
			return s.price(e, sc.draft, &sc.answer)
		}},
		{"sign with the CPS", func() (string, error) { return s.sign(e, sc.draft, &out.FSE) }},
		{"close the lot", func() (string, error) {
			err := s.client.Call(e, "lots.close", map[string]string{"id": out.FSE.Lot}, &out.Lot)
			return fmt.Sprintf("lot %s for %s/%s/%s, certification %s, %d FSE, %s", out.Lot.Numero,
				out.Lot.Regime, out.Lot.Caisse, out.Lot.Centre, out.Lot.Certification, out.Lot.FSE, euros(out.Lot.Total)), err
		}},
		{"write the B2 file", func() (string, error) { return d.writeLot(e, s, out) }},
		{"verify the seal", func() (string, error) { return d.verify(e, s, out) }},
	}
}

// insert puts a card in and waits until front ends know what it is.
func (s *stage) insert(slot int, name string, wanted state.CardState) (string, error) {
	if err := s.desk.insert(slot, s.cards[name]); err != nil {
		return "", err
	}
	s.in[slot] = name
	card, err := s.await(wanted)
	return "seen as " + card.Kind + ", and read", err
}

func (s *stage) openSession(e *env, practice *daemon.Situation) (string, error) {
	var session struct {
		Situations []daemon.Situation `json:"situations"`
	}
	if err := s.client.Call(e, "cards.openPinSession", nil, &session); err != nil {
		return "", err
	}
	if len(session.Situations) == 0 {
		return "", &state.Error{Kind: state.Invalid, Code: "SITUATION_ABSENTE", Message: "Cette CPS n'a aucune situation d'exercice."}
	}
	*practice = session.Situations[0]
	return fmt.Sprintf("situation d'exercice: n° AM %s, spécialité %s, secteur %d", practice.NumeroAM, practice.Specialite, practice.Convention), nil
}

func (s *stage) price(e *env, draft *fse.Draft, answer *fse.Answer) (string, error) {
	if err := s.client.Call(e, "fse.price", draft, answer); err != nil {
		return "", err
	}
	if answer.Prix == nil {
		return "", refusal(*answer)
	}
	t := answer.Prix.Total
	var warnings strings.Builder
	for _, w := range answer.Avertissements {
		warnings.WriteString("; " + w.Code)
	}
	return fmt.Sprintf("%s %s: AMO %s, AMC %s, patient %s%s", answer.Prix.Lignes[0].Code,
		euros(int64(t.Honoraires)), euros(int64(t.AMO)), euros(int64(t.AMC)), euros(int64(t.Patient)), &warnings), nil
}

// refusal is the error for a draft that can't be priced.
func refusal(a fse.Answer) error {
	e := &state.Error{Kind: state.Invalid, Code: "FSE_REFUSEE", Message: "Cette FSE ne peut pas être tarifée."}
	for _, i := range a.Erreurs {
		e.Issues = append(e.Issues, state.Issue{Code: i.Code, Path: i.Chemin, Message: i.Message, Blocking: i.Bloquant})
	}
	return e
}

func (s *stage) sign(e *env, draft *fse.Draft, signed *lot.FSE) (string, error) {
	var created lot.FSE
	if err := s.client.Call(e, "fse.create", map[string]any{"facture": draft, "idempotencyKey": "demo"}, &created); err != nil {
		return "", err
	}
	if err := s.client.Call(e, "fse.sign", map[string]string{"id": created.ID, "idempotencyKey": "demo"}, signed); err != nil {
		return "", err
	}
	return fmt.Sprintf("FSE %09d signed with %d commands, durable, in a lot", signed.Numero, signed.Signature.Commands), nil
}

func (d *demoRunCmd) writeLot(e *env, s *stage, out *story) (string, error) {
	var file struct {
		Name string `json:"nom"`
		Data []byte `json:"fichier"`
	}
	if err := s.client.Call(e, "lots.b2", map[string]string{"id": out.Lot.ID}, &file); err != nil {
		return "", err
	}
	var err error
	out.B2, err = d.write(file.Name, file.Data)
	return fmt.Sprintf("%d records of 128 characters", len(file.Data)/128), err
}

// verify opens the seal with our own code and, where it is installed, with openssl.
func (d *demoRunCmd) verify(e *env, s *stage, out *story) (string, error) {
	var sealed struct {
		Seal []byte `json:"sceau"`
	}
	if err := s.client.Call(e, "fse.seal", map[string]string{"id": out.FSE.ID}, &sealed); err != nil {
		return "", err
	}
	if _, err := seal.Open(sealed.Seal); err != nil {
		return "", err
	}
	var err error
	if out.Seal, err = d.write(fmt.Sprintf("fse-%09d.p7m", out.FSE.Numero), sealed.Seal); err != nil {
		return "", err
	}
	authority, err := s.keys.Authority()
	if err != nil {
		return "", err
	}
	if out.Authority, err = d.writePEM("ac-de-test.pem", authority.Raw); err != nil {
		return "", err
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		return "by Agrafe; openssl is not installed", nil
	}
	text, err := exec.CommandContext(e, openssl, "cms", "-verify", "-inform", "DER", "-in", out.Seal, "-CAfile", out.Authority,
		"-purpose", "any", "-out", os.DevNull).CombinedOutput()
	out.OpenSSL = string(text)
	if err != nil {
		return "", fmt.Errorf("openssl does not accept the seal: %s", text)
	}
	return "by Agrafe and by openssl cms -verify", nil
}
