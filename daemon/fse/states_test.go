package fse

import "testing"

var allStates = []State{Brouillon, ASigner, Signee, EnLot, Transmise, Acquittee, SansARLAttendu, Payee, PayeePartiellement, Rejetee, Remplacee, Annulee, Papier}

func TestTransitionsAreWellFormed(t *testing.T) {
	type move struct{ from, to State }
	seen := map[move]bool{}
	for _, tr := range Transitions {
		m := move{tr.From, tr.To}
		if seen[m] {
			t.Errorf("%v is there twice", m)
		}
		seen[m] = true
		if len(tr.Who) == 0 || !CanMove(tr.From, tr.To) {
			t.Errorf("%v", tr)
		}
	}
}

func TestEveryStateIsReached(t *testing.T) {
	reached := map[State]bool{Brouillon: true}
	for range allStates {
		for _, tr := range Transitions {
			if reached[tr.From] {
				reached[tr.To] = true
			}
		}
	}
	for _, s := range allStates {
		if !reached[s] {
			t.Errorf("%s is out of reach", s)
		}
	}
}

func TestCanMove(t *testing.T) {
	path := []State{Brouillon, ASigner, Signee, EnLot, Transmise, Acquittee, Rejetee, Remplacee}
	for i := 1; i < len(path); i++ {
		if !CanMove(path[i-1], path[i]) {
			t.Errorf("%s to %s is refused", path[i-1], path[i])
		}
	}
	for _, end := range []State{Remplacee, Annulee, Papier, Payee} {
		for _, to := range allStates {
			if MayMove(end, to, ParService) || MayMove(end, to, ParUtilisateur) && (end != Remplacee || to != Rejetee && to != Payee && to != PayeePartiellement) {
				t.Errorf("%s is an end, but goes to %s", end, to)
			}
			if MayMove(end, to, ParPayeur) && (end != Payee || to == Remplacee) {
				t.Errorf("a payer moves %s to %s", end, to)
			}
		}
	}
	for _, sent := range []State{Transmise, Acquittee, SansARLAttendu, Payee, PayeePartiellement, Rejetee} {
		for _, to := range []State{Annulee, Papier, Brouillon, ASigner, Signee, EnLot} {
			cameBack := to == EnLot && (sent == Transmise || sent == SansARLAttendu)
			if CanMove(sent, to) != cameBack || MayMove(sent, to, ParService) || MayMove(sent, to, ParPayeur) {
				t.Errorf("%s to %s undoes what was sent", sent, to)
			}
		}
	}
	if !MayMove(Acquittee, Rejetee, ParUtilisateur) || MayMove(Rejetee, Payee, ParUtilisateur) || MayMove(Brouillon, Signee, ParUtilisateur) {
		t.Error("who may move is not who does")
	}
	if CanMove(Brouillon, Signee) || CanMove(Signee, Transmise) || CanMove("?", Signee) {
		t.Error("a step is skipped")
	}
}

func TestStateLibelle(t *testing.T) {
	want := map[State]string{Brouillon: "brouillon", ASigner: "à signer", Signee: "signée", EnLot: "en lot", Transmise: "transmise",
		Acquittee: "acquittée", SansARLAttendu: "sans ARL attendu", Payee: "payée", PayeePartiellement: "payée partiellement",
		Rejetee: "rejetée", Remplacee: "remplacée", Annulee: "annulée", Papier: "papier"}
	for _, s := range allStates {
		if s.Libelle() != want[s] {
			t.Errorf("%s: %q", s, s.Libelle())
		}
	}
}

func TestCanMoveLot(t *testing.T) {
	yes := [][2]LotState{{LotOuvert, LotClos}, {LotClos, LotOuvert}, {LotClos, LotTransmis}, {LotTransmis, LotAcquitte},
		{LotTransmis, LotSansARLAttendu}, {LotSansARLAttendu, LotAcquitte}, {LotTransmis, LotRejete}, {LotAcquitte, LotArchive}, {LotRejete, LotArchive}}
	for _, m := range yes {
		if !CanMoveLot(m[0], m[1]) {
			t.Errorf("%v is refused", m)
		}
	}
	no := [][2]LotState{{LotOuvert, LotTransmis}, {LotTransmis, LotOuvert}, {LotAcquitte, LotClos}, {LotRejete, LotClos}, {LotArchive, LotOuvert}, {LotTransmis, LotArchive}}
	for _, m := range no {
		if CanMoveLot(m[0], m[1]) {
			t.Errorf("%v is allowed", m)
		}
	}
	for _, tr := range LotTransitions {
		if len(tr.Who) == 0 {
			t.Errorf("nobody does %v", tr)
		}
	}
}

func TestCanMovePaper(t *testing.T) {
	for _, m := range [][2]PaperState{{PapierAImprimer, PapierImprime}, {PapierImprime, PapierSigne}, {PapierSigne, PapierPoste}, {PapierSigne, PapierScanne}, {PapierPoste, PapierSigne}} {
		if !CanMovePaper(m[0], m[1]) {
			t.Errorf("%v is refused", m)
		}
	}
	for _, m := range [][2]PaperState{{PapierAImprimer, PapierPoste}, {PapierImprime, PapierPoste}, {PapierPoste, PapierScanne}, {PapierPoste, PapierAImprimer}} {
		if CanMovePaper(m[0], m[1]) {
			t.Errorf("%v is allowed", m)
		}
	}
}
