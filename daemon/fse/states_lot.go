package fse

// LotState is the state of a lot.
type LotState string

// The states of a lot.
const (
	LotOuvert         LotState = "ouvert"
	LotClos           LotState = "clos"
	LotTransmis       LotState = "transmis"
	LotAcquitte       LotState = "acquitte"
	LotSansARLAttendu LotState = "sans-arl-attendu"
	LotRejete         LotState = "rejete"
	LotArchive        LotState = "archive"
)

// LotTransition is one allowed move of a lot.
type LotTransition struct {
	From     LotState      `json:"from"`
	To       LotState      `json:"to"`
	Who      []Actor       `json:"who"`
	Requires []Requirement `json:"requires"`
}

// LotTransitions are all the moves of a lot. A lot is reopened only before it is sent. One
// whose message came back is closed again (ours), once somebody has decided that the payer
// does not have it.
var LotTransitions = []LotTransition{
	{LotOuvert, LotClos, []Actor{ParService, ParUtilisateur}, nil},
	{LotClos, LotOuvert, []Actor{ParUtilisateur}, []Requirement{ExigeRouverture}},
	{LotClos, LotTransmis, []Actor{ParService, ParUtilisateur}, []Requirement{ExigeLotTransmis}},
	{LotTransmis, LotClos, []Actor{ParUtilisateur}, []Requirement{ExigeRebond}},
	{LotSansARLAttendu, LotClos, []Actor{ParUtilisateur}, []Requirement{ExigeRebond}},
	{LotTransmis, LotAcquitte, []Actor{ParPayeur}, []Requirement{ExigeRetour}},
	{LotTransmis, LotSansARLAttendu, []Actor{ParService, ParUtilisateur}, []Requirement{ExigeSansARL}},
	{LotSansARLAttendu, LotAcquitte, []Actor{ParPayeur}, []Requirement{ExigeRetour}},
	{LotAcquitte, LotRejete, []Actor{ParPayeur}, []Requirement{ExigeRetour}}, // an ARL against the one before
	{LotTransmis, LotRejete, []Actor{ParPayeur, ParUtilisateur}, []Requirement{ExigeRetour}},
	{LotSansARLAttendu, LotRejete, []Actor{ParPayeur, ParUtilisateur}, []Requirement{ExigeRetour}},
	{LotAcquitte, LotArchive, []Actor{ParService, ParUtilisateur}, nil},
	{LotSansARLAttendu, LotArchive, []Actor{ParService, ParUtilisateur}, nil},
	{LotRejete, LotArchive, []Actor{ParService, ParUtilisateur}, nil},
}

// CanMoveLot reports whether a lot may go from one state to another.
func CanMoveLot(from, to LotState) bool {
	for i := range LotTransitions {
		if LotTransitions[i].From == from && LotTransitions[i].To == to {
			return true
		}
	}
	return false
}

// PaperState is the state of the paper of a sheet or of a lot.
type PaperState string

// The states of a paper.
const (
	PapierAImprimer PaperState = "a-imprimer"
	PapierImprime   PaperState = "imprime"
	PapierSigne     PaperState = "signe" // by the professional; the patient's signature is noted beside
	PapierPoste     PaperState = "poste"
	PapierScanne    PaperState = "scanne"
)

// PaperTransition is one allowed move of a paper.
type PaperTransition struct {
	From PaperState `json:"from"`
	To   PaperState `json:"to"`
	Who  []Actor    `json:"who"`
}

// PaperTransitions are all the moves of a paper. A paper that was spoilt is printed
// again; one that was marked as posted by mistake is signed, as it was before.
var PaperTransitions = []PaperTransition{
	{PapierAImprimer, PapierImprime, []Actor{ParService, ParUtilisateur}},
	{PapierImprime, PapierSigne, []Actor{ParUtilisateur}},
	{PapierImprime, PapierAImprimer, []Actor{ParUtilisateur}},
	{PapierSigne, PapierAImprimer, []Actor{ParUtilisateur}},
	{PapierSigne, PapierPoste, []Actor{ParUtilisateur}},
	{PapierSigne, PapierScanne, []Actor{ParUtilisateur}},
	{PapierPoste, PapierSigne, []Actor{ParUtilisateur}},
	{PapierScanne, PapierSigne, []Actor{ParUtilisateur}},
}

// CanMovePaper reports whether a paper may go from one state to another.
func CanMovePaper(from, to PaperState) bool {
	for _, t := range PaperTransitions {
		if t.From == from && t.To == to {
			return true
		}
	}
	return false
}
