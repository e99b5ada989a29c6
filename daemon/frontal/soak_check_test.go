package frontal_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/frontal"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/vault"
)

// books are what the practice has at the end.
type books struct {
	FSE        map[string]lot.FSE
	Lots       map[string]lot.Lot
	Returns    []lot.Return
	Deliveries []lot.Delivery
	Seals      map[string]string // SHA-256 by FSE.ID
}

// check compares the books of the practice and of the payer, and what the practice was
// told, and rebuilds the journal from its records.
func (s *soak) check() {
	s.t.Helper()
	v, err := vault.Load(s.cfg.Places(), vault.Options{Log: slog.New(slog.DiscardHandler), Now: s.now})
	if err != nil {
		s.t.Fatal(err)
	}
	b := s.open(v)
	report, err := b.Verify(s.t.Context())
	if err != nil {
		s.t.Errorf("the journal: %v", err)
	}
	s.sums["enregistrements du journal"] = int(report.Records)
	if s.sums["lots archivés"], err = b.Archive(s.t.Context()); err != nil {
		s.t.Errorf("putting lots away: %v", err)
	}
	all := s.read(b)
	s.checkFacts(all)
	s.checkNumbers(all)
	s.checkInvoices(all)
	s.checkLots(all)
	s.checkReturns(all)
	if err := b.Close(); err != nil {
		s.t.Error(err)
	}
	if restored, err := v.Restore(s.t.Context(), false); err != nil || len(restored.Missing) > 0 {
		s.t.Fatalf("the rebuilt journal: %+v, %v", restored, err)
	}
	b = s.open(v)
	if d := cmp.Diff(all, s.read(b), cmp.AllowUnexported(lot.Delivery{})); d != "" {
		s.t.Errorf("the rebuilt journal derives something else (-before +after):\n%.4000s", d)
	}
	if err := b.Close(); err != nil {
		s.t.Error(err)
	}
}

func (s *soak) open(v *vault.Vault) *lot.Book {
	s.t.Helper()
	b, err := v.Book()
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// pages gathers the pages of a list.
func pages[T any](s *soak, page func(after string, limit int) ([]T, string, error)) (all []T) {
	s.t.Helper()
	for after := ""; ; {
		list, next, err := page(after, 500)
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, list...)
		if after = next; after == "" {
			return all
		}
	}
}

func (s *soak) read(b *lot.Book) books {
	s.t.Helper()
	all := books{FSE: map[string]lot.FSE{}, Lots: map[string]lot.Lot{}, Seals: map[string]string{}}
	for _, f := range pages(s, func(after string, n int) ([]lot.FSE, string, error) { return b.List(lot.Practice, after, n) }) {
		all.FSE[f.ID] = f
		if f.Signature == nil {
			continue
		}
		seal, err := b.Seal(f)
		if err != nil {
			s.t.Errorf("FSE %09d: %v", f.Numero, err)
		}
		sum := sha256.Sum256(seal)
		all.Seals[f.ID] = hex.EncodeToString(sum[:])
	}
	list, _, err := b.Lots("", 100_000)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, l := range list {
		all.Lots[l.ID] = l
	}
	all.Returns = pages(s, b.Returns)
	all.Deliveries = pages(s, b.Deliveries)
	return all
}

// checkFacts holds the book to what it has said.
func (s *soak) checkFacts(all books) {
	s.t.Helper()
	for _, said := range s.facts {
		f, l := all.FSE[said.FSE], all.Lots[said.Lot]
		switch said.Did {
		case "signee":
			if f.Numero != said.Number || f.NumeroAM() != said.By || f.Signature == nil || all.Seals[f.ID] != said.Seal {
				s.t.Errorf("FSE %s was signed and is %s, number %09d", billName(said.By, said.Number), f.State, f.Numero)
			}
		case "annulee":
			if f.State != fse.Annulee {
				s.t.Errorf("FSE %09d was cancelled and is %s", f.Numero, f.State)
			}
		case "transmis":
			if l.Sent == nil {
				s.t.Errorf("lot %03d of %s left and is %s", l.Numero, l.NumeroAM, l.State)
			}
		}
	}
}

// checkNumbers looks for a number that was given twice.
func (s *soak) checkNumbers(all books) {
	s.t.Helper()
	seen := map[string]bool{}
	for _, f := range all.FSE {
		if f.Numero == 0 {
			continue
		}
		name := billName(f.NumeroAM(), f.Numero)
		if seen[name] {
			s.t.Errorf("two FSE are %s", name)
		}
		seen[name] = true
	}
	s.sums["FSE numérotées"] = len(seen)
}

// checkInvoices compares each FSE with what the payer has of it.
func (s *soak) checkInvoices(all books) {
	s.t.Helper()
	ledger := map[string][]frontal.Entry{}
	for _, e := range s.payer.Ledger() {
		name := billName(e.Professional, e.Number)
		ledger[name] = append(ledger[name], e)
	}
	asked := s.asked(all)
	for id, f := range all.FSE {
		if f.Numero == 0 {
			continue
		}
		name := billName(f.NumeroAM(), f.Numero)
		entries := ledger[name]
		delete(ledger, name)
		l, inLot := all.Lots[f.Lot]
		sent := inLot && l.Sent != nil && f.State != fse.Annulee
		times := 0
		for _, e := range entries {
			times += e.Times
		}
		if sent && times != 1 || !sent && times != 0 {
			s.t.Errorf("FSE %s: %s, sent %t, the payer has it %d times", name, f.State, sent, times)
			continue
		}
		if sent {
			s.sums["FSE transmises"]++
			s.compare(name, f, entries[0], all.Seals[id], asked[id])
			if e := entries[0]; l.State == fse.LotArchive && !e.Rejected && e.Paid != e.Owed {
				s.t.Errorf("FSE %s is %s, its lot is put away, the payer owes %+v and paid %+v", name, f.State, e.Owed, e.Paid)
			}
		}
	}
	for name := range ledger {
		s.t.Errorf("the payer has %s, which nobody has signed", name)
	}
}

// asked sums what the returns about each FSE say was asked for.
func (s *soak) asked(all books) map[string]frontal.Amounts {
	sums := map[string]frontal.Amounts{}
	for _, r := range all.Returns {
		if r.FSE == "" || r.Kind != lot.ReturnNoemie {
			continue
		}
		a := sums[r.FSE]
		if r.Part == "AMC" {
			a.AMC += int64(r.Asked)
		} else {
			a.AMO += int64(r.Asked)
		}
		sums[r.FSE] = a
	}
	return sums
}

// fates are the states that follow from what the payer has decided.
var fates = map[frontal.Fate][]fse.State{
	frontal.FatePaid:     {fse.Payee},
	frontal.FatePartial:  {fse.PayeePartiellement},
	frontal.FateRejected: {fse.Rejetee, fse.Remplacee},
	frontal.FateRefused:  {fse.Rejetee, fse.Remplacee},
	frontal.FateNothing:  {fse.Acquittee, fse.SansARLAttendu},
	frontal.FateSilence:  {fse.Transmise, fse.SansARLAttendu},
}

// compare holds an FSE that was sent against the payer's entry.
func (s *soak) compare(name string, f lot.FSE, e frontal.Entry, seal string, asked frontal.Amounts) {
	s.t.Helper()
	if e.Seal != seal {
		s.t.Errorf("FSE %s: the payer has another seal", name)
	}
	if !slices.Contains(fates[e.Planned], f.State) {
		s.t.Errorf("FSE %s is %s, the payer says %s", name, f.State, e.Planned)
	}
	if e.Rejected != (f.State == fse.Rejetee || f.State == fse.Remplacee) {
		s.t.Errorf("FSE %s is %s, rejected by the payer: %t", name, f.State, e.Rejected)
	}
	amo, amc := f.DuePayers()
	if due := (frontal.Amounts{AMO: int64(amo), AMC: int64(amc)}); due != e.Owed {
		s.t.Errorf("FSE %s: the payer owes %+v, Agrafe expects %+v", name, e.Owed, due)
	}
	if e.Answer == "noemie" && asked != e.Owed {
		s.t.Errorf("FSE %s: the payer was asked for %+v, the returns say %+v", name, e.Owed, asked)
	}
	var got frontal.Amounts
	if f.Received != nil {
		got = frontal.Amounts{AMO: int64(f.Received.AMO), AMC: int64(f.Received.AMC)}
	}
	if got != e.Paid {
		s.t.Errorf("FSE %s: the payer paid %+v, Agrafe has %+v", name, e.Paid, got)
	}
	s.sums["centimes dus"] += int(e.Owed.AMO + e.Owed.AMC)
	s.sums["centimes payés"] += int(got.AMO + got.AMC)
	s.sums["FSE "+string(f.State)]++
}

// checkLots looks for a number that a payer has seen twice, and
// for a mail that was kept twice.
func (s *soak) checkLots(all books) {
	s.t.Helper()
	seen := map[string]lot.Lot{} // no lot is archived before the end, so no number is free again
	for _, l := range all.Lots {
		if l.Dispatch != nil {
			s.sums["essais d'envoi"] += l.Dispatch.Tries
			s.sums["tranché par "+l.Dispatch.By]++
		}
		if l.Sent == nil {
			continue
		}
		s.sums["lots transmis"]++
		name := fmt.Sprintf("%s to %s of %s", billName(l.NumeroAM, l.Numero), l.Dispatch.To, l.Environment)
		if first, twice := seen[name]; twice {
			s.t.Errorf("two lots are %s: %s %s and %s %s", name, first.Caisse, first.Certification, l.Caisse, l.Certification)
		}
		seen[name] = l
	}
	counts := s.payer.Counts()
	if counts.Again != 0 || counts.Unreadable != 0 || counts.Lots != s.sums["lots transmis"] {
		s.t.Errorf("the payer has %+v, %d lots were sent", counts, s.sums["lots transmis"])
	}
	s.sums["courriers pris par le payeur"], s.sums["réponses"] = counts.Mails, counts.Answers
}

// checkReturns looks for what nobody could match: this payer answers about nothing else
// than what it was sent.
func (s *soak) checkReturns(all books) {
	s.t.Helper()
	effects := map[string]int{}
	for _, r := range all.Returns {
		effects[string(r.Effect)]++
		if r.Effect == lot.EffectWaiting || r.Effect == lot.EffectToExamine {
			s.t.Errorf("a return is %s: kind %s, says %s, FSE %s, lot %03d: %s", r.Effect, r.Kind, r.Says, r.Numero, r.LotNumero, r.Why)
		}
	}
	for effect, n := range effects {
		s.sums["retours "+effect] = n
	}
	for _, d := range all.Deliveries {
		s.sums["livraisons "+d.Kind]++
		s.sums["répétitions"] += d.Repeated
	}
}

// expected tells whether a refusal is one of those that a day has.
func expected(text string) bool {
	for _, one := range refusals {
		if strings.HasPrefix(text, one) {
			return true
		}
	}
	return false
}

// refusals are those that follow from the network, from what random hands do while lots
// leave by themselves, as those do that were asked for before a restart, and from a
// service that was killed.
var refusals = []string{
	"transmettre SERVEUR_INJOIGNABLE", "transmettre SERVEUR_COUPE", "transmettre ENVOI_INDECIS", "transmettre ENVOI_EN_COURS", "transmettre SERVEUR_INCOMPRIS",
	"transmettre ARRET", "transmettre ETAT", "relever SERVEUR_INJOIGNABLE", "relever SERVEUR_COUPE", "relever SERVEUR_OCCUPE",
	"séparer ENVOI_EN_COURS", "séparer LOT_TRANSMIS", "séparer FSE_SEULE", "refaire DEJA_REFAITE", "rouvrir ENVOI_EN_COURS", "rouvrir LOT_TRANSMIS", "annuler LOT_CLOS", "annuler ETAT", "annuler ENVOI_EN_COURS",
}

// figures are the sums of a run, a line each.
func (s *soak) figures(took time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n", took.Round(time.Millisecond))
	line := func(name string, n int) { fmt.Fprintf(&b, "%8d %s\n", n, name) }
	for _, name := range slices.Sorted(maps.Keys(s.sums)) {
		line(name, s.sums[name])
	}
	for _, one := range []struct {
		name string
		b    *brittle
	}{{"SMTP", s.smtp}, {"POP3", s.pop3}} {
		for _, h := range slices.Sorted(maps.Keys(one.b.done)) {
			line(one.name+" : "+string(h), one.b.done[h])
		}
	}
	for _, text := range slices.Sorted(maps.Keys(s.codes)) {
		line("refus : "+text, s.codes[text])
	}
	return b.String()
}
