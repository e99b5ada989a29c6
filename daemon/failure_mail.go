package daemon

import (
	"errors"
	"fmt"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/seal"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// mailFailures gives each mail.Kind its place on the wire. What intent or take has
// failed with has its own.
var mailFailures = map[mail.Kind]failure{
	mail.KindUnreachable: {state.Offline, "SERVEUR_INJOIGNABLE", "Le serveur de messagerie ne répond pas. Vérifiez le réseau ; l’envoi sera retenté.", true},
	mail.KindSecurity:    {state.Denied, "SERVEUR_NON_SUR", "La connexion au serveur de messagerie n’est pas sûre : son certificat ou sa façon de chiffrer ne va pas. Rien ne lui a été confié.", true},
	mail.KindLogin:       {state.Denied, "SERVEUR_IDENTIFICATION", "Le serveur de messagerie refuse l’utilisateur ou le mot de passe. Vérifiez-les avec « agrafe mail password ».", true},
	mail.KindRefused:     {state.Invalid, "SERVEUR_REFUSE", "Le serveur de messagerie a refusé.", false},
	mail.KindBusy:        {state.Busy, "SERVEUR_OCCUPE", "Le serveur de messagerie ne peut pas maintenant ; il sera sollicité de nouveau.", true},
	mail.KindUndecided:   {state.Timeout, "ENVOI_INDECIS", "La connexion a été coupée avant la réponse du serveur : il a peut-être pris ce lot.", false},
	mail.KindCut:         {state.Offline, "SERVEUR_COUPE", "La connexion au serveur de messagerie a été coupée : rien n’est parti. L’envoi sera retenté.", true},
	mail.KindProtocol:    {state.Offline, "SERVEUR_INCOMPRIS", "Le serveur de messagerie répond de façon incompréhensible. Vérifiez son adresse et son port.", true},
	mail.KindTooLarge:    {state.Invalid, "LOT_TROP_GROS", "Ce lot est trop gros pour le serveur de messagerie. Rouvrez-le et séparez-en des FSE.", false},
	mail.KindInvalid:     {state.Invalid, "MESSAGERIE_REGLAGE", "Les réglages de la messagerie ne conviennent pas : voyez la partie [mail] de la configuration.", false},
}

// errNoMail is the refusal to send or fetch where nothing is set.
var errNoMail = &state.Error{Kind: state.Invalid, Code: "MESSAGERIE_NON_REGLEE",
	Message: "Aucune messagerie n’est réglée : renseignez la partie [mail] de la configuration du service."}

// certificateWords says why a payer's certificate is not used.
var certificateWords = map[seal.CertificateReason]string{
	seal.CertificateAbsent:        "aucun certificat dans le dossier pour cet organisme",
	seal.CertificateDamaged:       "le fichier ne contient pas de certificat lisible",
	seal.CertificateName:          "le certificat est celui d’un autre",
	seal.CertificateExpired:       "le certificat est périmé",
	seal.CertificateEarly:         "le certificat n’est pas encore valable",
	seal.CertificateUsage:         "le certificat ne sert pas à chiffrer du courrier",
	seal.CertificateWeak:          "la clé du certificat est trop faible",
	seal.CertificateDemonstration: "c’est un certificat de démonstration",
	seal.CertificateProduction:    "ce n’est pas un certificat de démonstration",
}

// mailFailure is Failure for what sending and fetching fail with.
func mailFailure(err error) *state.Error {
	e, ok := errors.AsType[*mail.Error](err)
	if ok && e.Kind == mail.KindIntent {
		err, ok = e.Err, false
	}
	if ok {
		out := mailFailures[e.Kind].error(err)
		if e.Kind == mail.KindRefused && e.Code != 0 {
			out.Message = fmt.Sprintf("Le serveur de messagerie a refusé (réponse %d).", e.Code)
		}
		return out
	}
	if c, ok := errors.AsType[*seal.CertificateError](err); ok {
		return &state.Error{Kind: state.Invalid, Code: "CERTIFICAT_ORGANISME", Err: err,
			Message: strings.TrimSpace("Le lot ne peut pas être chiffré pour son organisme : "+certificateWords[c.Reason]) + ". Remplacez le fichier dans le dossier des certificats."}
	}
	switch {
	case errors.Is(err, errDestination):
		return failure{state.Denied, "DESTINATION_INTERDITE", "Démonstration et production ne se mélangent pas : ce lot ne peut pas partir à cette adresse.", false}.error(err)
	case errors.Is(err, seal.ErrTooLarge):
		return mailFailures[mail.KindTooLarge].error(err)
	case errors.Is(err, b2.ErrCaisse), errors.Is(err, b2.ErrRegime), errors.Is(err, b2.ErrCode), errors.Is(err, seal.ErrAddress):
		return failure{state.Invalid, "DESTINATAIRE_SANS_ROUTE", "Le centre informatique de cet organisme n'est pas connu : la FSE ne pourrait pas partir.", false}.error(err)
	}
	return Failure(bookFailure(err))
}

// replyOf is what a mail server has said with a failure, "" where that is not known.
func replyOf(e *state.Error) string {
	if cause, ok := errors.AsType[*mail.Error](e.Err); ok {
		return cause.Reply
	}
	return ""
}
