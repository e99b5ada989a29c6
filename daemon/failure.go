package daemon

import (
	"context"
	"errors"
	"fmt"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
)

// failure is what a kind of error becomes on the wire.
type failure struct {
	kind      state.Kind
	code      string
	message   string // French
	retryable bool
}

// readerFailures gives each reader.Kind its place on the wire.
var readerFailures = map[reader.Kind]failure{
	reader.Internal:    {state.Internal, "LECTEUR_INTERNE", "Erreur interne du lecteur. Réessayez ; si elle revient, le journal du service (agrafed) en dit la cause.", true},
	reader.ServiceDown: {state.NoReader, "SERVICE_CARTES", "Le service des cartes à puce ne répond pas. Il est attendu ; vérifiez que pcscd (ou le service Carte à puce de Windows) est installé et démarré.", true},
	reader.NoReader:    {state.NoReader, "LECTEUR_ABSENT", "Lecteur introuvable. Vérifiez qu'il est branché.", true},
	reader.NoCard:      {state.NoCard, "CARTE_ABSENTE", "Aucune carte dans le lecteur. Insérez la carte.", true},
	reader.CardRemoved: {state.CardRemoved, "CARTE_RETIREE", "La carte a été retirée pendant l'opération, qui n'a pas abouti. Insérez-la et recommencez.", true},
	reader.CardChanged: {state.CardChanged, "CARTE_CHANGEE", "Ce n'est plus la même carte : l'opération n'a pas abouti. Vérifiez la carte et recommencez.", true},
	reader.CardReset:   {state.Busy, "CARTE_REINITIALISEE", "Un autre logiciel a réinitialisé la carte pendant l'opération. Recommencez.", true},
	reader.CardMute:    {state.CardSilent, "CARTE_MUETTE", "Carte muette ou à l'envers. Retournez-la ; si elle reste muette, elle est hors service.", true},
	reader.Unsupported: {state.Unsupported, "CARTE_NON_PRISE_EN_CHARGE", "Cette carte n'est pas prise en charge pour cette opération.", false},
	reader.Malformed:   {state.CardSilent, "CARTE_ILLISIBLE", "La carte répond de façon incohérente : elle est défectueuse ou n'est pas du type attendu.", true},
	reader.Refused:     {state.Unsupported, "CARTE_REFUS", "La carte a refusé l'opération.", true},
	reader.PINRequired: {state.PINRequired, "CODE_REQUIS", "Le code porteur est nécessaire.", true},
	reader.PINWrong:    {state.PINWrong, "CODE_FAUX", "Code porteur faux.", true},
	reader.PINLastTry:  {state.PINRequired, "DERNIER_ESSAI", "Il ne reste qu'un essai avant le blocage de la carte. Le code n'a pas été envoyé : confirmez que vous en êtes sûr.", true},
	reader.PINBlocked:  {state.PINBlocked, "CODE_BLOQUE", "Le code porteur est bloqué. Débloquez-le avec le code de déblocage reçu avec la carte.", false},
	reader.Busy:        {state.Busy, "CARTE_OCCUPEE", "La carte est utilisée par un autre logiciel ou un autre poste de saisie. Réessayez dans un instant.", true},
	reader.LeaseLost:   {state.Busy, "RESERVATION_PERDUE", "La réservation de la carte a pris fin ou a été reprise.", true},
	reader.Canceled:    {state.Timeout, "CARTE_DELAI", "La carte n'a pas répondu à temps : l'opération n'a pas abouti. Recommencez.", true},
}

// journalFailures gives each journal.Kind its place on the wire.
var journalFailures = map[journal.Kind]failure{
	journal.Internal: {state.Internal, "JOURNAL_INTERNE", "Erreur interne du journal. Rien n'a été enregistré.", true},
	journal.Damaged:  {state.JournalDamaged, "JOURNAL_ENDOMMAGE", "Le journal est endommagé. Il n'est plus écrit ; restaurez une sauvegarde.", false},
	journal.Locked:   {state.Busy, "JOURNAL_OUVERT", "Le journal est déjà ouvert par un autre programme.", true},
	journal.DiskFull: {state.DiskFull, "DISQUE_PLEIN", "Le disque est plein. Rien n'a été enregistré ; libérez de la place, la saisie reprendra d'elle-même.", true},
	journal.Invalid:  {state.Invalid, "TROP_GRAND", "Cette FSE est trop grande pour être enregistrée.", false},
	journal.Closed:   {state.Offline, "ARRET", "Le service s'arrête.", true},
}

// Failure turns any error of the daemon into one for the wire. An error that is
// one already is returned as it is.
func Failure(err error) *state.Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*state.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*reader.Error](err); ok {
		return readerFailure(e)
	}
	if e, ok := errors.AsType[*journal.Error](err); ok {
		return journalFailures[e.Kind].error(err)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return failure{state.Timeout, "DELAI", "L'opération n'a pas abouti à temps.", true}.error(err)
	}
	return failure{state.Internal, "INTERNE", "Erreur interne. Réessayez ; si elle revient, le journal du service (agrafed) en dit la cause.", true}.error(err)
}

func readerFailure(e *reader.Error) *state.Error {
	out := readerFailures[e.Kind].error(e)
	switch tries := e.Tries; e.Kind {
	case reader.PINWrong:
		out.Retries = &tries
		out.Message = fmt.Sprintf("Code porteur faux : %s.", triesLeft(tries))
	case reader.PINLastTry:
		last := 1
		out.Retries = &last
	}
	return out
}

func triesLeft(n int) string {
	if n == 1 {
		return "il reste un seul essai avant le blocage"
	}
	return fmt.Sprintf("il reste %d essais", n)
}

func (f failure) error(cause error) *state.Error {
	return &state.Error{Kind: f.kind, Code: f.code, Message: f.message, Retryable: f.retryable, Err: cause}
}

// nobody refuses what needs a code while no program is there to ask for it.
var nobody = &state.Error{Kind: state.PINRequired, Code: "PERSONNE_A_QUI_DEMANDER", Retryable: true,
	Message: "Aucun programme n'est là pour demander le code porteur : lancez « agrafe pin » dans un terminal de ce poste."}

// bookFailures gives each error of the book its place on the wire. The first that
// fits counts.
var bookFailures = []struct {
	err error
	failure
}{
	{lot.ErrNotFound, failure{state.NotFound, "INTROUVABLE", "Introuvable, ou créé par un autre site.", false}},
	{lot.ErrState, failure{state.Invalid, "ETAT", "Son état ne permet pas cette opération.", false}},
	{lot.ErrDuplicate, failure{state.Duplicate, "CLE_REUTILISEE", "Cette clé d'idempotence a déjà servi pour un autre appel.", false}},
	{lot.ErrReason, failure{state.Invalid, "MOTIF_ABSENT", "Cette FSE a un numéro : donnez le motif de son annulation, il est conservé.", false}},
	{lot.ErrExhausted, failure{state.Invalid, "NUMEROS_EPUISES", "Tous les numéros de cette série sont pris par des FSE ou des lots en cours.", false}},
	{lot.ErrEmpty, failure{state.Invalid, "LOT_VIDE", "Ce lot ne contient aucune FSE : il ne peut pas être clos. Il recevra la prochaine FSE du même organisme.", false}},
	{lot.ErrLotClosed, failure{state.Invalid, "LOT_CLOS", "Cette FSE est dans un lot clos. Rouvrez d'abord le lot.", false}},
	{lot.ErrSent, failure{state.Invalid, "LOT_TRANSMIS", "Ce lot a été transmis : il ne change plus.", false}},
	{lot.ErrAlone, failure{state.Invalid, "FSE_SEULE", "C'est la seule FSE de ce lot et aucun autre lot n'est ouvert pour le même organisme : rien à séparer. Rouvrez le lot, ou annulez la FSE.", false}},
	{b2.ErrRegroupement, failure{state.Invalid, "REGROUPEMENT_INCONNU", "Le code de regroupement d'un acte CCAM de cette FSE n'est dans aucune table : elle ne pourrait pas partir. Facturez cet acte autrement.", false}},
	{lot.ErrB2, failure{state.Invalid, "B2_IMPOSSIBLE", "Cette FSE ne peut pas être écrite au format B2 : un nombre ou un texte n'y tient pas. Vérifiez les actes et les montants.", false}},
	{b2.ErrDemonstration, failure{state.Denied, "DEMONSTRATION", "Ce lot est une démonstration : il ne part pas vers un organisme réel.", false}},
	{lot.ErrRetention, failure{state.Invalid, "CONSERVATION", "Les FSE se conservent au moins 90 jours (R.161-47 CSS).", false}},
	{lot.ErrCabinet, failure{state.Invalid, "CABINET_REFUSE", "Ce cabinet ne peut pas être enregistré : corrigez ce qui est indiqué.", false}},
	{lot.ErrNoPaper, failure{state.Invalid, "PAPIER_ABSENT", "Aucun papier à suivre ici : une FSE dégradée a le sien une fois signée, un lot dégradé une fois clos.", false}},
	{lot.ErrPaper, failure{state.Invalid, "PAPIER_ETAT", "L'état de ce papier ne le permet pas : il s'imprime, puis se signe, puis se poste ou se scanne.", false}},
	{lot.ErrDate, failure{state.Invalid, "DATE_REFUSEE", "Cette date est à venir ou précède les soins, ou cette période est à l'envers ou dépasse 92 jours.", false}},
	{lot.ErrPayment, failure{state.Invalid, "ENCAISSEMENT", "Un encaissement a un montant et un moyen : carte, cheque, especes ou virement.", false}},
	{lot.ErrTooMuch, failure{state.Invalid, "ENCAISSEMENT_TROP_GRAND", "Le patient n'a pas autant à régler pour cette FSE.", false}},
	{lot.ErrPaid, failure{state.Invalid, "ENCAISSE_AILLEURS", "L'encaissement est déjà noté sur l'autre FSE, celle qui a été rejetée ou celle qui la refait : corrigez-le là.", false}},
	{lot.ErrManyPapers, failure{state.Invalid, "TROP_DE_PAPIERS", "On note 1000 papiers au plus à la fois : prenez moins de lots.", false}},
	{lot.ErrRejection, failure{state.Invalid, "REJET_INCOMPLET", "Un rejet a une date, un libellé d'une ligne de 200 caractères au plus et, pour une FSE d'un autre logiciel, son numéro à 9 chiffres.", false}},
	{lot.ErrKnown, failure{state.Duplicate, "REJET_CONNU", "Un rejet de ce numéro attend déjà : refaites-le, ou retirez-le s'il a été noté par erreur.", false}},
	{lot.ErrWithdrawal, failure{state.Invalid, "RETRAIT_SANS_MOTIF", "Donnez le motif du retrait, d'une ligne de 200 caractères au plus : il est conservé.", false}},
	{lot.ErrRestored, failure{state.Invalid, "FSE_RESTAUREE", "Cette FSE vient d’une sauvegarde : elle a peut-être été signée depuis. Vérifiez qu’elle ne l’a pas été, puis confirmez.", false}},
	{lot.ErrReplaces, failure{state.Invalid, "REMPLACANTE_SEPAREE", "Cette FSE en remplace une autre et ne se sépare pas : laissez-y ce qui a été rejeté, et facturez le reste dans une nouvelle FSE.", false}},
	{lot.ErrBoth, failure{state.Invalid, "REMPLACEE_DOUBLE", "Donnez la FSE rejetée ou le retour, pas les deux.", false}},
	{lot.ErrInUse, failure{state.Invalid, "CABINET_EN_USAGE", "Ce cabinet a des FSE ou des lots qui ne sont pas partis : il ne peut pas encore être retiré.", false}},
	{lot.ErrMode, failure{state.Invalid, "MODE", "Une FSE se refait en mode securise ou degrade.", false}},
	{lot.ErrRemade, failure{state.Invalid, "DEJA_REFAITE", "Une autre FSE remplace déjà celle-ci.", false}},
	{lot.ErrOriginal, failure{state.Invalid, "ORIGINALE_PLUS_REJETEE", "La FSE que celle-ci remplace n'est plus rejetée : elle a été payée ou remplacée depuis. Annulez celle-ci.", false}},
	{lot.ErrDispatch, failure{state.Busy, "ENVOI_EN_COURS", "Ce lot est en cours d’envoi, ou on ne sait pas s’il est arrivé : attendez, ou tranchez.", false}},
	{lot.ErrFile, failure{state.Busy, "LOT_CHANGE", "Ce lot a changé pendant la préparation de son envoi : rien n’est parti. Recommencez.", true}},
	{lot.ErrNoMatch, failure{state.Invalid, "RAPPROCHEMENT_IMPOSSIBLE", "Ce retour ne peut pas être celui de cette FSE ou de ce lot.", false}},
	{lot.ErrDismissal, failure{state.Invalid, "CLASSEMENT_SANS_MOTIF", "Donnez le motif du classement, d’une ligne de 200 caractères au plus : il est conservé.", false}},
	{lot.ErrIncoming, failure{state.Invalid, "FICHIER_REFUSE", "Ce fichier ne peut pas être enregistré : il est vide ou trop grand.", false}},
	{lot.ErrStale, failure{state.JournalDamaged, "JOURNAL_ANCIEN", "Le journal a été tenu par une version plus ancienne : il doit être reconstruit avant d'être ouvert.", false}},
	{lot.ErrNewer, failure{state.JournalDamaged, "JOURNAL_RECENT", "Le journal a été écrit par une version plus récente d'Agrafe : réinstallez cette version.", false}},
}

// bookFailure is Failure for the errors of the book.
func bookFailure(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*lot.OverpaidError](err); ok {
		return overpaid(e)
	}
	for _, f := range bookFailures {
		if errors.Is(err, f.err) {
			return f.error(err)
		}
	}
	return Failure(err)
}
