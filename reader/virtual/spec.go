package virtual

import (
	"encoding/hex"
	"strings"
)

// Kind is the kind of a virtual card.
type Kind string

// The kinds of cards.
const (
	KindCPS2ter Kind = "cps2ter" // recognised only
	KindCPS3    Kind = "cps3"
	KindCPS4    Kind = "cps4"
	KindVitale1 Kind = "vitale1" // recognised only
	KindVitale2 Kind = "vitale2"
	KindUnknown Kind = "unknown" // a bank card, a badge
	KindMute    Kind = "mute"    // no answer to reset
	KindHostile Kind = "hostile" // answers meant to break a reader
)

// Answers to reset of the kinds (ANS middleware, OpenSC, smartcard_list).
var atrs = map[Kind]Bytes{
	KindCPS2ter: mustHex("3BAC00402A001225006480820212009000"),
	KindCPS3:    mustHex("3BAC00402A001225006480000310009000"),
	KindCPS4:    mustHex("3B9B188001001225006480040100009044"),
	KindVitale1: mustHex("3F65250052096A9000"),
	KindVitale2: mustHex("3B751300004509EA9000"),
}

// Spec describes a card: the content of one card file. The names of the fields
// in the file are those of the FSE in JSON, without accents.
type Spec struct {
	// Name is the file's base name without its extension. It is part of what a
	// Keyring remembers a CPS by.
	Name string `toml:"-"`
	// Demonstration must be true: nothing here is a real card.
	Demonstration bool   `toml:"demonstration"`
	Kind          Kind   `toml:"card"`
	Title         string `toml:"title"` // one line in French for a list of cards
	// ATR replaces the answer to reset of the kind. An unknown card needs one.
	ATR Bytes `toml:"atr"`

	Professional *Professional `toml:"professionnel"` // CPS3, CPS4
	PIN          PIN           `toml:"code"`          // CPS3, CPS4
	Updated      *string       `toml:"actua"`         // CPS3, CPS4: content of EF_ACTUA; nil = no such file, "" = an unusable card
	Situations   []Situation   `toml:"situation"`     // CPS3, CPS4: situations d'exercice, at most 16
	Persons      []Person      `toml:"personne"`      // Vitale 2: beneficiaries, in the card's order
	Hostile      *Hostile      `toml:"hostile"`
	Faults       []FaultSpec   `toml:"panne"`
}

// Professional is the holder of a CPS, as the certificates name them.
type Professional struct {
	NationalID string `toml:"identifiantNational"` // 8 and the 11 digits of the RPPS number
	Surname    string `toml:"nom"`
	GivenName  string `toml:"prenom"`
	Title      string `toml:"titre"` // profession as ANS writes it in a certificate: Médecin, Infirmier
}

// PIN is the code porteur.
type PIN struct {
	Code  string `toml:"valeur"` // 4 digits
	Tries *int   `toml:"essais"` // tries left, 0 to 3; nil means 3
}

// Situation is one situation d'exercice of a CPS. Its place on the card is known
// (D120 to D12F, read after the code), the layout of its file is [ours].
type Situation struct {
	Index       int    `toml:"index"`      // 0 to 15
	NumeroAM    string `toml:"numeroAM"`   // 9 digits, key included; "" when the situation does not bill
	Specialite  string `toml:"specialite"` // 2 digits
	Convention  int    `toml:"convention"` // 0 none, 1 secteur 1, 2 DP, 3 secteur 2, 9 salarié
	OPTAM       bool   `toml:"optam"`
	ZoneTarif   string `toml:"zoneTarif"` // 2 digits
	ZoneIK      string `toml:"zoneIK"`    // 2 digits
	Structure   string `toml:"structure"`
	StructureID string `toml:"structureId"`
	Exercice    string `toml:"exercice"` // L libéral, S salarié, R remplaçant
}

// Person is one beneficiary of a Vitale. Text is ASCII upper case without
// accents, as on cards.
type Person struct {
	NIR           string  `toml:"nir"` // 13 characters and the key
	Nom           string  `toml:"nom"`
	Prenom        string  `toml:"prenom"`
	Naissance     string  `toml:"naissance"`     // AAAAMMJJ as on the card, lunar dates included
	Nationalite   string  `toml:"nationalite"`   // ISO 3166 letters
	DebutValidite string  `toml:"debutValidite"` // AAAAMMJJ
	Droits        *Rights `toml:"droits"`        // nil: no rights on the card
}

// Rights are what the card says of a person's cover. On a real Vitale they are
// protected; this data object is [ours] and stands in for the licensed library.
type Rights struct {
	Regime  string `toml:"regime"`  // 2 digits
	Caisse  string `toml:"caisse"`  // 3 digits
	Centre  string `toml:"centre"`  // 4 digits
	Qualite string `toml:"qualite"` // 1 digit, 0 for the assuré
	Rang    string `toml:"rang"`    // rang de naissance, 1 digit
	Du      string `toml:"du"`      // AAAAMMJJ
	Au      string `toml:"au"`      // AAAAMMJJ

	ALD  bool `toml:"ald"`
	ASPA bool `toml:"aspa"`
	AME  bool `toml:"ame"`
	C2S  bool `toml:"c2s"`

	RegimeLocal string `toml:"regimeLocal"` // "" | alsace-moselle | frontalier
	Exonere     string `toml:"exonere"`     // "" | pension-militaire | invalidite | rente-at
	NIRAssure   string `toml:"nirAssure"`   // when the person is an ayant droit

	AMC *AMC `toml:"amc"`
}

// AMC is the complementary cover named on the card.
type AMC struct {
	Organisme string `toml:"organisme"`
	Contrat   string `toml:"contrat"` // contract type
	Adherent  string `toml:"adherent"`
}

// Hostile says how a hostile card misbehaves.
type Hostile struct {
	Imitates Kind     `toml:"imite"`    // whose answer to reset it shows
	Manners  []Manner `toml:"manieres"` // taken in turn, one per command
}

// FaultSpec is a fault as a card file writes it; see Fault.
type FaultSpec struct {
	At      int    `toml:"apdu"`    // the n-th matching command, from 1; absent: each
	INS     int    `toml:"ins"`     // only this instruction; absent: any
	After   bool   `toml:"apres"`   // once the card has executed the command
	Action  Action `toml:"action"`  // required
	Status  int    `toml:"statut"`  // with action "statut"
	DelayMS int    `toml:"delaiMs"` // with action "delai"
	Card    string `toml:"carte"`   // with actions "echange" and "remplacement": another card file
	other   *Spec  // the spec that Card names
}

// Bytes is binary data that a card file writes in hexadecimal, spaces allowed.
type Bytes []byte

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *Bytes) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(strings.ReplaceAll(string(text), " ", ""))
	*b = raw
	return err
}

func mustHex(s string) Bytes {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err) // a constant of this package
	}
	return b
}

func (s *Spec) atr() []byte {
	switch {
	case len(s.ATR) > 0:
		return s.ATR
	case s.Kind == KindHostile:
		return atrs[s.Hostile.Imitates]
	}
	return atrs[s.Kind]
}
