package fse

import "slices"

// State is the state of an invoice.
type State string

// The states of an invoice.
const (
	Brouillon          State = "brouillon"
	ASigner            State = "a-signer"
	Signee             State = "signee"
	EnLot              State = "en-lot"
	Transmise          State = "transmise"
	Acquittee          State = "acquittee"
	SansARLAttendu     State = "sans-arl-attendu"
	Payee              State = "payee"
	PayeePartiellement State = "payee-partiellement"
	Rejetee            State = "rejetee"
	Remplacee          State = "remplacee"
	Annulee            State = "annulee"
	Papier             State = "papier"
)

// Libelle returns the state as the screen shows it.
func (s State) Libelle() string {
	switch s {
	case ASigner:
		return "à signer"
	case Signee:
		return "signée"
	case EnLot:
		return "en lot"
	case Acquittee:
		return "acquittée"
	case SansARLAttendu:
		return "sans ARL attendu"
	case Payee:
		return "payée"
	case PayeePartiellement:
		return "payée partiellement"
	case Rejetee:
		return "rejetée"
	case Remplacee:
		return "remplacée"
	case Annulee:
		return "annulée"
	}
	return string(s)
}

// Actor says who moves an invoice, a lot or a paper.
type Actor string

// The actors.
const (
	ParUtilisateur Actor = "utilisateur"
	ParService     Actor = "service" // the daemon, on its own
	ParPayeur      Actor = "payeur"  // a return of the payer
)

// Requirement is what must hold for a transition.
type Requirement string

// The requirements.
const (
	ExigePrix        Requirement = "prix-sans-erreur"       // Check gives no error
	ExigeCPS         Requirement = "cps-et-code"            // CPS in, code verified
	ExigeVitale      Requirement = "vitale-si-securise"     // the beneficiary's Vitale in secured mode
	ExigeNumero      Requirement = "numero-reserve"         // number allocated durably
	ExigeLotOuvert   Requirement = "lot-ouvert"             // a lot of that payer and certification, open
	ExigeLotTransmis Requirement = "lot-transmis"           // the lot was sent
	ExigeMotif       Requirement = "motif"                  // a reason, kept
	ExigeRetour      Requirement = "retour-rapproche"       // a return reconciled once by number and lot
	ExigeRemplacante Requirement = "fse-remplacante"        // the new invoice is signed and linked
	ExigeSansARL     Requirement = "degrade-ou-delai-passe" // degraded lot, or the delay of the ARL is over
	ExigeRouverture  Requirement = "lot-non-transmis"       // the lot was reopened before sending
	ExigeReprise     Requirement = "retour-de-reprise"      // a return that takes a payment back
	ExigeAnnulation  Requirement = "remplacante-annulee"    // the new invoice was cancelled before it was sent
	ExigeRebond      Requirement = "message-revenu"         // the message of the lot came back, and no payer has answered
)

// Transition is one allowed move.
type Transition struct {
	From     State         `json:"from"`
	To       State         `json:"to"`
	Who      []Actor       `json:"who"`
	Requires []Requirement `json:"requires"`
}

// Transitions are all the moves of an invoice; no other is allowed. Each is one
// record of the journal with time, actor and cause.
var Transitions = []Transition{
	{Brouillon, ASigner, []Actor{ParUtilisateur}, []Requirement{ExigePrix}},
	{ASigner, Brouillon, []Actor{ParUtilisateur}, nil},
	{ASigner, Signee, []Actor{ParUtilisateur}, []Requirement{ExigePrix, ExigeCPS, ExigeVitale, ExigeNumero}},
	{Signee, EnLot, []Actor{ParService, ParUtilisateur}, []Requirement{ExigeLotOuvert}},
	{EnLot, Signee, []Actor{ParUtilisateur}, []Requirement{ExigeRouverture}},
	{EnLot, Transmise, []Actor{ParService, ParUtilisateur}, []Requirement{ExigeLotTransmis}},

	// Ours: the message came back from the payer's server, and somebody has the lot sent again.
	{Transmise, EnLot, []Actor{ParUtilisateur}, []Requirement{ExigeRebond}},
	{SansARLAttendu, EnLot, []Actor{ParUtilisateur}, []Requirement{ExigeRebond}},

	// Returns come in any order and more than once: a payment may precede the
	// acknowledgement, and pay an invoice that was rejected by mistake.
	{Transmise, Acquittee, []Actor{ParPayeur}, []Requirement{ExigeRetour}},
	{Transmise, SansARLAttendu, []Actor{ParService, ParUtilisateur}, []Requirement{ExigeSansARL}},
	{SansARLAttendu, Acquittee, []Actor{ParPayeur}, []Requirement{ExigeRetour}},
	{Transmise, Payee, []Actor{ParPayeur}, []Requirement{ExigeRetour}},
	{Acquittee, Payee, []Actor{ParPayeur, ParUtilisateur}, []Requirement{ExigeRetour}},
	{SansARLAttendu, Payee, []Actor{ParPayeur, ParUtilisateur}, []Requirement{ExigeRetour}},
	{Transmise, PayeePartiellement, []Actor{ParPayeur}, []Requirement{ExigeRetour}},
	{Acquittee, PayeePartiellement, []Actor{ParPayeur, ParUtilisateur}, []Requirement{ExigeRetour}},
	{SansARLAttendu, PayeePartiellement, []Actor{ParPayeur, ParUtilisateur}, []Requirement{ExigeRetour}},
	{PayeePartiellement, Payee, []Actor{ParPayeur, ParUtilisateur}, []Requirement{ExigeRetour}},
	{Transmise, Rejetee, []Actor{ParPayeur, ParUtilisateur}, []Requirement{ExigeRetour}},
	{Acquittee, Rejetee, []Actor{ParPayeur, ParUtilisateur}, []Requirement{ExigeRetour}},
	{SansARLAttendu, Rejetee, []Actor{ParPayeur, ParUtilisateur}, []Requirement{ExigeRetour}},
	{Rejetee, Payee, []Actor{ParPayeur}, []Requirement{ExigeRetour}},
	{Rejetee, PayeePartiellement, []Actor{ParPayeur}, []Requirement{ExigeRetour}},
	// A payer takes back what it has paid: the invoice is then what the other returns say.
	{Payee, PayeePartiellement, []Actor{ParPayeur}, []Requirement{ExigeReprise}},
	{Payee, Transmise, []Actor{ParPayeur}, []Requirement{ExigeReprise}},
	{Payee, SansARLAttendu, []Actor{ParPayeur}, []Requirement{ExigeReprise}},
	{Payee, Acquittee, []Actor{ParPayeur}, []Requirement{ExigeReprise}},
	{Payee, Rejetee, []Actor{ParPayeur}, []Requirement{ExigeReprise}},
	{PayeePartiellement, Transmise, []Actor{ParPayeur}, []Requirement{ExigeReprise}},
	{PayeePartiellement, SansARLAttendu, []Actor{ParPayeur}, []Requirement{ExigeReprise}},
	{PayeePartiellement, Acquittee, []Actor{ParPayeur}, []Requirement{ExigeReprise}},
	{PayeePartiellement, Rejetee, []Actor{ParPayeur}, []Requirement{ExigeReprise}},
	{Rejetee, Remplacee, []Actor{ParUtilisateur}, []Requirement{ExigeRemplacante}},
	// Ours: a reject that somebody noted by mistake is withdrawn.
	{Rejetee, Transmise, []Actor{ParUtilisateur}, []Requirement{ExigeMotif}},
	{Rejetee, Acquittee, []Actor{ParUtilisateur}, []Requirement{ExigeMotif}},
	{Rejetee, SansARLAttendu, []Actor{ParUtilisateur}, []Requirement{ExigeMotif}},
	// Ours: else nobody would claim it any more. It may have been paid meanwhile.
	{Remplacee, Rejetee, []Actor{ParUtilisateur}, []Requirement{ExigeAnnulation}},
	{Remplacee, Payee, []Actor{ParUtilisateur}, []Requirement{ExigeAnnulation}},
	{Remplacee, PayeePartiellement, []Actor{ParUtilisateur}, []Requirement{ExigeAnnulation}},

	{Brouillon, Annulee, []Actor{ParUtilisateur}, nil},
	{ASigner, Annulee, []Actor{ParUtilisateur}, []Requirement{ExigeMotif}},
	{Signee, Annulee, []Actor{ParUtilisateur}, []Requirement{ExigeMotif}},
	{EnLot, Annulee, []Actor{ParUtilisateur}, []Requirement{ExigeMotif, ExigeRouverture}},
	{Brouillon, Papier, []Actor{ParUtilisateur}, nil},
	{ASigner, Papier, []Actor{ParUtilisateur}, nil},
}

// CanMove reports whether an invoice may go from one state to another.
func CanMove(from, to State) bool { return transition(from, to) != nil }

// MayMove reports whether that actor may move an invoice from one state to another.
func MayMove(from, to State, who Actor) bool {
	t := transition(from, to)
	return t != nil && slices.Contains(t.Who, who)
}

func transition(from, to State) *Transition {
	for i := range Transitions {
		if Transitions[i].From == from && Transitions[i].To == to {
			return &Transitions[i]
		}
	}
	return nil
}
