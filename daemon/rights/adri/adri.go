// Package adri writes and reads the message by which a professional asks a payer for
// the rights of a person on a day, and the payer's answer.
//
// Its contract:
//
//   - The message is a stand-in of ours. ADRi (acquisition des droits intégrée) is a
//     teleservice of the assurance maladie whose schema is under licence and not public:
//     nothing here is it. What is here is a SOAP 1.2 envelope with one element of the
//     namespace Namespace, which says in its name that it is a demonstration, as does
//     the attribute demonstration="true" of each message. No real server speaks it.
//   - A message has at most MaxMessage bytes, is UTF-8, has no DTD and no entities but
//     those of XML itself. An element that is not known is ignored, one that is known
//     stands once and holds what its field may hold; anything else is a *FormatError,
//     which names the field and never its value.
//   - What was encoded is decoded to the same value. Nothing that fails its check is
//     encoded.
//
// The terms of the answer are those of an FSE: what a draft needs of a person's cover.
package adri

import (
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// Namespace is that of the message's own elements.
const Namespace = "urn:agrafe:demonstration:adri:1"

// ContentType is what the body of the HTTP request and of its answer says it is.
const ContentType = `application/soap+xml; charset=utf-8; action="` + Namespace + `#droits"`

// Bounds of a message.
const (
	MaxMessage = 1 << 20 // bytes
	MaxPersons = 50      // in one answer
)

// Mode says who wanted the question. It does not change what a payer answers.
type Mode string

// The modes.
const (
	Targeted   Mode = "ciblee"       // the user asked for the rights of this person
	Systematic Mode = "systematique" // the software asks before each FSE
)

// Request is a question.
type Request struct {
	NIR       string      // 13 characters and the key; the person's own or the assuré's
	Naissance string      // of the person, AAAAMMJJ as cards write it, lunar dates included
	Rang      int         // of birth, 1 to 9
	DateSoins tables.Date // the day that the rights are asked for
	NumeroAM  string      // of who asks, 9 digits
	Mode      Mode
}

// Response is what a payer answers when it knows the person and the rights are open:
// one person, or more where birth and rank leave a doubt.
type Response struct{ Persons []Person }

// Person is a person and their cover.
type Person struct {
	NIR        string // their own
	NIRAssure  string // of the assuré, "" when it is the person
	Nom        string // nom usuel
	NomFamille string // "" as Nom
	Prenom     string
	Naissance  string // AAAAMMJJ
	Rang       int    // 1 to 9
	Qualite    string // digit of the table qualites, 0 for the assuré

	AMO      AMO
	AMC      *AMC // nil: none that the payer knows of
	Traitant Traitant
}

// AMO is the compulsory cover.
type AMO struct {
	Du, Au      tables.Date // first and last day; Au zero: no end is known
	Regime      string      // 2 digits
	Caisse      string      // 3 digits
	Centre      string      // 4 digits
	ALD         bool
	ASPA        bool
	AME         bool
	C2S         bool
	RegimeLocal string // "", alsace-moselle or frontalier
	Exonere     string // "", pension-militaire, invalidite or rente-at
}

// AMC is the complementary cover.
type AMC struct {
	Organisme string // 8 to 10 digits
	Contrat   string // type, 2 characters
	Adherent  string // at most 20 characters, may be ""
}

// Traitant says who is declared as the person's médecin traitant.
type Traitant string

// The values of Traitant.
const (
	TraitantUnknown Traitant = ""          // the payer does not say
	TraitantNone    Traitant = "aucun"     // nobody is
	TraitantAsker   Traitant = "demandeur" // who asks
	TraitantOther   Traitant = "autre"     // another médecin
)

// Reason is why a payer gives no rights. The set is closed.
type Reason string

// The reasons.
const (
	Unknown     Reason = "inconnu"       // nobody of this NIR, birth and rank
	Closed      Reason = "droits-fermes" // no rights on that day
	NotEntitled Reason = "non-habilite"  // who asks may not
	BadRequest  Reason = "demande"       // the payer can't read the question
	Unavailable Reason = "indisponible"  // not now
)

// Reasons lists every Reason.
var Reasons = []Reason{Unknown, Closed, NotEntitled, BadRequest, Unavailable}

// Fault is an answer without rights.
type Fault struct {
	Reason Reason
	Text   string // French, of the payer, for the screen only; one line of at most 200 characters, or ""
}

// Error gives the reason alone: the text is the payer's and may name the person.
func (f *Fault) Error() string { return "the payer gives no rights: " + string(f.Reason) }

// FormatError is a message that is not what it has to be. It never holds a value.
type FormatError struct {
	Field string // element of the message, "" for the message itself
	Why   string
}

func (e *FormatError) Error() string {
	if e.Field == "" {
		return "cannot use the ADRi message: " + e.Why
	}
	return "cannot use the ADRi message: " + e.Field + " " + e.Why
}
