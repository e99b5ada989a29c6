package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/frontal"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// pensioner is the card with a right to soins médicaux gratuits.
const pensioner = "patient-smg"

// behaviour is what the payer does with what it takes.
type behaviour struct {
	script frontal.Script
	does   string
}

// It pays and rejects a day later, by files that come twice and in any order.
var (
	paying    = behaviour{frontal.Script{Twice: 1, Days: 1, Disorder: true}, "pay"}
	rejecting = behaviour{frontal.Script{Reject: 1, Twice: 1, Days: 1, Disorder: true}, "reject"}
)

// toPayment is the second part of the play, from closed lots to money: what it made.
type toPayment struct {
	Folder string          `json:"payeur"` // of the payer that is played
	FSE    []lot.FSE       `json:"fse"`    // as the journal has them at the end, by number
	Ledger []frontal.Entry `json:"registre"`
	Sums   sums            `json:"sommes"`

	lots []state.Lot // that were closed and wait
}

// steps are those of the second part. The FSE of the first one is rejected, for the
// rest to follow.
func (t *toPayment) steps(e *env, s *stage, sc *scene, out *story) []scripted {
	t.FSE, t.lots = []lot.FSE{out.FSE}, []state.Lot{out.Lot}
	return []scripted{
		{"ask ADRi", func() (string, error) { return t.askRights(e, s, sc) }},
		{"bill without Vitale", func() (string, error) { return t.billDegraded(e, s, sc) }},
		{"change the Vitale", func() (string, error) { return s.swapVitale(pensioner) }},
		{"bill an SMG", func() (string, error) { return t.billSMG(e, s, sc) }},
		{"close the lots", func() (string, error) { return t.close(e, s, t.FSE[1:]...) }},
		{"send, to be rejected", func() (string, error) { return t.send(e, s, rejecting, 1) }},
		{"send, to be paid", func() (string, error) { return t.send(e, s, paying, len(t.lots)) }},
		{"let the payer answer", func() (string, error) { return t.answers(e, s) }},
		{"fetch the returns", func() (string, error) { return t.fetch(e, s) }},
		{"look at FSE 1", func() (string, error) { return t.look(e, s, 0, fse.Rejetee) }},
		{"look at FSE 2", func() (string, error) { return t.look(e, s, 1, fse.Payee) }},
		{"look at FSE 3", func() (string, error) { return t.look(e, s, 2, fse.Payee) }},
		{"make FSE 1 again", func() (string, error) { return t.remake(e, s) }},
		{"close its lot", func() (string, error) { return t.close(e, s, t.FSE[3]) }},
		{"send it, to be paid", func() (string, error) { return t.send(e, s, paying, 1) }},
		{"let the payer answer", func() (string, error) { return t.answers(e, s) }},
		{"fetch the returns", func() (string, error) { return t.fetch(e, s) }},
		{"look at FSE 1", func() (string, error) { return t.look(e, s, 0, fse.Remplacee) }},
		{"look at FSE 4", func() (string, error) { return t.look(e, s, 3, fse.Payee) }},
		{"compare the sums", func() (string, error) { return t.compare(e, s) }},
	}
}

// askRights asks the payer for the rights of the patient, in the name of the CPS.
func (t *toPayment) askRights(e *env, s *stage, sc *scene) (string, error) {
	p := sc.draft.Beneficiaire
	params := map[string]any{"nir": p.NIR, "naissance": p.Naissance.EnCarte, "rang": p.Rang, "dateSoins": yesterday(), "numeroAM": sc.practice.NumeroAM}
	var found daemon.RightsAnswer
	if err := s.client.Call(e, "rights.adri", params, &found); err != nil {
		return "", err
	}
	if len(found.Persons) != 1 {
		return "", fmt.Errorf("the payer knows %d such persons", len(found.Persons))
	}
	sc.rights = found.Persons[0]
	r := sc.rights
	return fmt.Sprintf("the payer of %s %s is %s/%s/%s; asked over TLS with the key of the CPS", r.Beneficiaire.Prenom, r.Beneficiaire.Nom,
		r.AMO.Regime, r.AMO.Caisse, r.AMO.Centre), nil
}

// yesterday is a day of care before the one of the first FSE.
func yesterday() tables.Date {
	year, month, day := time.Now().AddDate(0, 0, -1).Date()
	date, _ := tables.MakeDate(year, int(month), day) // a day that was
	return date
}

// billDegraded makes the FSE of yesterday, when the patient had no Vitale, with the
// rights that the payer has told.
func (t *toPayment) billDegraded(e *env, s *stage, sc *scene) (string, error) {
	draft := *sc.draft
	draft.DateSoins, draft.Beneficiaire, draft.AMO, draft.AMC = yesterday(), sc.rights.Beneficiaire, sc.rights.AMO, sc.rights.AMC
	id, err := s.create(e, &draft)
	if err != nil {
		return "", err
	}
	if err := s.client.Call(e, "fse.degrade", map[string]any{"id": id, "motif": "carte-absente"}, nil); err != nil {
		return "", err
	}
	return t.sign(e, s, id, "yesterday's, in degraded mode")
}

// billSMG makes an FSE of the Vitale that is in now: soins médicaux gratuits, which the
// professional confirms, and the amount too.
func (t *toPayment) billSMG(e *env, s *stage, sc *scene) (string, error) {
	var card daemon.Vitale
	if err := s.client.Call(e, "cards.readVitale", nil, &card); err != nil {
		return "", err
	}
	draft, err := consultation(sc.practice, sc.cps, card)
	if err != nil {
		return "", err
	}
	id, err := s.create(e, draft)
	if err != nil {
		return "", err
	}
	var asked, confirmed struct {
		Question *fse.QuestionSMG `json:"question"`
		FSE      *lot.FSE         `json:"fse"`
	}
	if err := s.client.Call(e, "fse.confirmNature", map[string]any{"id": id}, &asked); err != nil {
		return "", err
	}
	if err := s.client.Call(e, "fse.confirmNature", map[string]any{"id": id, "jeton": asked.Question.Jeton}, &confirmed); err != nil {
		return "", err
	}
	var answer fse.Answer
	draft = confirmed.FSE.Draft
	if err := s.client.Call(e, "fse.price", draft, &answer); err != nil {
		return "", err
	}
	if answer.Prix == nil {
		return "", refusal(answer)
	}
	draft.Nature.MontantValide = &answer.Prix.Total.AMO
	if err := s.client.Call(e, "fse.update", map[string]any{"id": id, "facture": draft}, nil); err != nil {
		return "", err
	}
	return t.sign(e, s, id, "soins médicaux gratuits, confirmed")
}

// remake makes the rejected FSE again, in degraded mode.
func (t *toPayment) remake(e *env, s *stage) (string, error) {
	var made lot.FSE
	if err := s.client.Call(e, "fse.remake", map[string]any{"id": t.FSE[0].ID}, &made); err != nil {
		return "", err
	}
	return t.sign(e, s, made.ID, fmt.Sprintf("replaces %09d, in degraded mode", t.FSE[0].Numero))
}

// create keeps a draft and returns its identifier.
func (s *stage) create(e *env, draft *fse.Draft) (id string, err error) {
	var made lot.FSE
	err = s.client.Call(e, "fse.create", map[string]any{"facture": draft}, &made)
	return made.ID, err
}

// sign signs an FSE. what tells of it.
func (t *toPayment) sign(e *env, s *stage, id, what string) (string, error) {
	var signed lot.FSE
	if err := s.client.Call(e, "fse.sign", map[string]any{"id": id}, &signed); err != nil {
		return "", err
	}
	t.FSE = append(t.FSE, signed)
	amo, amc := signed.DuePayers()
	return fmt.Sprintf("FSE %09d signed: %s; payers owe AMO %s, AMC %s", signed.Numero, what, euros(int64(amo)), euros(int64(amc))), nil
}

// swapVitale takes the Vitale out and puts another one in.
func (s *stage) swapVitale(name string) (string, error) {
	if _, err := s.open(name); err != nil {
		return "", err
	}
	if err := s.desk.remove(slotVitale); err != nil {
		return "", err
	}
	if err := s.awaitGone(); err != nil {
		return "", err
	}
	return s.insert(slotVitale, name, state.CardVitale)
}

// close closes the lots of FSE.
func (t *toPayment) close(e *env, s *stage, members ...lot.FSE) (string, error) {
	var told []string
	for _, f := range members {
		var l state.Lot
		if err := s.client.Call(e, "lots.close", map[string]any{"id": f.Lot}, &l); err != nil {
			return "", err
		}
		t.lots = append(t.lots, l)
		told = append(told, fmt.Sprintf("lot %s for %s/%s/%s, certification %s, %s", l.Numero, l.Regime, l.Caisse, l.Centre, l.Certification, euros(l.Total)))
	}
	return strings.Join(told, "; "), nil
}

// send sends the first count lots that wait, to the payer that does the same with all.
func (t *toPayment) send(e *env, s *stage, payer behaviour, count int) (string, error) {
	if err := s.payer.follow(payer.script); err != nil {
		return "", err
	}
	ids := make([]string, count)
	for i := range ids {
		ids[i] = t.lots[i].ID
	}
	t.lots = t.lots[count:]
	var sent sentLots
	if err := e.runJob(s.client, "lots.transmit", map[string]any{"lots": ids}, &sent); err != nil {
		return "", err
	}
	if len(sent.Failed) > 0 {
		return "", sent.Failed[0].Error
	}
	var told []string
	for _, l := range sent.Lots {
		told = append(told, fmt.Sprintf("lot %s for %s/%s/%s: %s", l.Numero, l.Regime, l.Caisse, l.Centre, strings.ReplaceAll(l.State, "-", " ")))
	}
	return fmt.Sprintf("%s; the payer will %s", strings.Join(told, ", "), payer.does), nil
}

// answers waits until the payer has answered all that it means to.
func (t *toPayment) answers(e *env, s *stage) (string, error) {
	err := s.payer.answer(e)
	return fmt.Sprintf("%d answers so far, each sent twice and in any order; its day lasts %v", s.payer.Counts().Answers, payerDay), err
}

// fetch fetches the returns.
func (t *toPayment) fetch(e *env, s *stage) (string, error) {
	var f fetched
	if err := e.runJob(s.client, "returns.fetch", map[string]any{}, &f); err != nil {
		return "", err
	}
	if f.Problems+f.Foreign > 0 {
		return "", fmt.Errorf("%d files can't be read, %d are not for us", f.Problems, f.Foreign)
	}
	told := fmt.Sprintf("%d files with our own copies of what was sent, %d known before; %d returns matched", f.Received+f.Known, f.Known, f.Matched)
	if f.Waiting > 0 {
		told += fmt.Sprintf(", %d to be looked at", f.Waiting)
	}
	return told, nil
}

// look reads an FSE again, which has to be in the wanted state by now.
func (t *toPayment) look(e *env, s *stage, i int, wanted fse.State) (string, error) {
	var now lot.FSE
	if err := s.client.Call(e, "fse.get", map[string]any{"id": t.FSE[i].ID}, &now); err != nil {
		return "", err
	}
	t.FSE[i] = now
	account := accountOfFSE(&now)
	told := fmt.Sprintf("%09d %s, %s owed, %s paid", now.Numero, now.State.Libelle(), euros(account.Owed.AMO+account.Owed.AMC), euros(account.Paid.AMO+account.Paid.AMC))
	if now.Reject != nil {
		told += "; " + now.Reject.Label
	}
	if now.State != wanted {
		return "", fmt.Errorf("it is not %s: %s", wanted.Libelle(), told)
	}
	return told, nil
}

// text shows where the payer keeps what it knows, and the sums of both sides.
func (t *toPayment) text(w io.Writer) {
	fmt.Fprintf(w, "\nfolder of the payer  %s\n\n", t.Folder)
	for _, side := range []struct {
		name string
		account
	}{{"payer's ledger", t.Sums.Payer}, {"journal", t.Sums.Journal}} {
		fmt.Fprintf(w, "%-15s  asked: AMO %s, AMC %s   paid: AMO %s, AMC %s\n", side.name,
			euros(side.Owed.AMO), euros(side.Owed.AMC), euros(side.Paid.AMO), euros(side.Paid.AMC))
	}
	fmt.Fprintln(w, "equal, FSE by FSE; what was rejected is asked twice and paid once")
}
