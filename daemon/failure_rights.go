package daemon

import (
	"errors"

	"github.com/agrafe-fse/agrafe/daemon/rights"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// rightsFailures gives each rights.Kind its place on the wire. Each tells the way that is
// always left: the rights are typed from the patient's attestation. Those of the card are
// the card's own.
var rightsFailures = map[rights.Kind]failure{
	rights.Internal:    {state.Internal, "ADRI_INTERNE", "Erreur interne à la demande des droits. Saisissez les droits d'après l'attestation.", true},
	rights.Unreachable: {state.Offline, "ADRI_HORS_LIGNE", "Le téléservice ADRi est injoignable. Réessayez plus tard, ou saisissez les droits d'après l'attestation.", true},
	rights.Stale:       {state.Offline, "ADRI_HORS_LIGNE", "Le téléservice ADRi est injoignable. Réessayez plus tard, ou saisissez les droits d'après l'attestation.", true},
	rights.TimedOut:    {state.Timeout, "ADRI_DELAI", "Le téléservice ADRi n'a pas répondu à temps. Réessayez, ou saisissez les droits d'après l'attestation.", true},
	rights.Insecure:    {state.Denied, "ADRI_NON_SUR", "Le serveur joint n'est pas sûrement le téléservice ADRi : rien ne lui a été demandé. Prévenez qui administre ce poste, et saisissez les droits d'après l'attestation.", false},
	rights.Rejected:    {state.Denied, "ADRI_CARTE_REFUSEE", "Le téléservice ADRi n'accepte pas cette CPS, ou a coupé à sa signature. Saisissez les droits d'après l'attestation.", false},
	rights.Nonsense:    {state.Offline, "ADRI_REPONSE", "La réponse du téléservice ADRi est inutilisable. Saisissez les droits d'après l'attestation.", true},
}

// refusals gives each adri.Reason its place on the wire.
var refusals = map[adri.Reason]failure{
	adri.Unknown:     {state.NotFound, "ADRI_INCONNU", "Aucune personne connue de la caisse avec ce NIR, cette naissance et ce rang. Vérifiez-les, ou saisissez les droits d'après l'attestation.", false},
	adri.Closed:      {state.NotFound, "ADRI_DROITS_FERMES", "La caisse n'a pas de droits ouverts pour cette personne à la date des soins. Vérifiez la date, ou demandez une attestation au patient.", false},
	adri.NotEntitled: {state.Denied, "ADRI_NON_HABILITE", "La caisse ne donne pas de droits à ce professionnel. Saisissez les droits d'après l'attestation.", false},
	adri.BadRequest:  {state.Invalid, "ADRI_DEMANDE", "Les droits ne peuvent pas être demandés ainsi : vérifiez le NIR et sa clé, la naissance, le rang et la date des soins.", false},
	adri.Unavailable: {state.Offline, "ADRI_INDISPONIBLE", "La caisse ne peut pas donner les droits pour le moment. Réessayez plus tard, ou saisissez les droits d'après l'attestation.", true},
}

// rightsFailure is Failure for the errors of a question to the payer. What a payer says
// beside its reason is shown, and only shown.
func rightsFailure(err error) *state.Error {
	e, ok := errors.AsType[*rights.Error](err)
	if !ok || e.Kind == rights.Card || e.Kind == rights.Canceled {
		return Failure(err)
	}
	fault, ok := errors.AsType[*adri.Fault](err)
	if !ok {
		return rightsFailures[e.Kind].error(err)
	}
	out := refusals[fault.Reason].error(err)
	if fault.Text != "" {
		out.Message += " La caisse dit : « " + fault.Text + " »."
	}
	return out
}

// questionPaths are the parameters that the fields of a question come from.
var questionPaths = map[string]string{"NIR": "nir", "Naissance": "naissance", "Rang": "rang", "DateSoins": "dateSoins", "NumeroAM": "numeroAM"}

// badQuestion refuses a question that no payer is asked.
func badQuestion(err error) *state.Error {
	e := refusals[adri.BadRequest].error(err)
	if f, ok := errors.AsType[*adri.FormatError](err); ok {
		e.Path = questionPaths[f.Field]
	}
	return e
}
