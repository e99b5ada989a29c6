package daemon

import (
	"context"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/cps"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// Vitale is what a front end is given of a Carte Vitale.
type Vitale struct {
	Reader       string    `json:"reader"`
	EventCounter uint32    `json:"eventCounter"`
	Persons      []Person  `json:"beneficiaires"`
	ReadAt       time.Time `json:"lue"`
	Demo         bool      `json:"demonstration"`
}

// Person is one person on a Vitale, in the terms of an FSE.
type Person struct {
	Nom       string  `json:"nom"`
	Prenom    string  `json:"prenom"`
	Naissance string  `json:"naissanceEnCarte"` // digits as on the card, AAAAMMJJ
	NIR       string  `json:"nir"`              // 13 characters and key
	Rights    *Rights `json:"droits,omitempty"` // absent: by teleservice or by hand
}

// Rights is the cover of a person as the card gives it.
type Rights struct {
	Regime      string `json:"regime"`
	Caisse      string `json:"caisse"`
	Centre      string `json:"centre"`
	Qualite     string `json:"qualite"`
	Rang        string `json:"rang,omitempty"`
	Du          string `json:"du,omitempty"` // AAAAMMJJ
	Au          string `json:"au,omitempty"`
	ALD         bool   `json:"ald"`
	ASPA        bool   `json:"aspa"`
	AME         bool   `json:"ame"`
	C2S         bool   `json:"c2s"`
	RegimeLocal string `json:"regimeLocal,omitempty"`
	Exonere     string `json:"exonere,omitempty"`
	Organisme   string `json:"organisme,omitempty"`
	Contrat     string `json:"contrat,omitempty"`
	Adherent    string `json:"adherent,omitempty"`
	NIRAssure   string `json:"nirAssure,omitempty"`
}

// ReadVitale returns the Vitale in the reader id, or in the only reader that has
// one when id is "". The card was read when it came: this costs no command.
func (d *Daemon) ReadVitale(ctx context.Context, id string) (Vitale, error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.cardPatience())
	defer cancel()
	h, err := d.desk.pick(ctx, id, state.CardVitale)
	if err != nil {
		return Vitale{}, Failure(err)
	}
	v := Vitale{Reader: h.reader.ID, EventCounter: h.counter, ReadAt: d.now().UTC(), Demo: h.card.Demo}
	for i, p := range h.vitale.persons {
		person := Person{Nom: p.Nom, Prenom: p.Prenom, Naissance: p.Naissance, NIR: p.NIR}
		if i < len(h.vitale.rights) {
			person.Rights = rightsOf(h.vitale.rights[i])
		}
		v.Persons = append(v.Persons, person)
	}
	return v, nil
}

func rightsOf(r vitale.Right) *Rights {
	return &Rights{
		Regime: r.Regime, Caisse: r.Caisse, Centre: r.Centre, Qualite: r.Qualite, Rang: r.Rang, Du: r.Du, Au: r.Au,
		ALD: r.ALD, ASPA: r.ASPA, AME: r.AME, C2S: r.C2S, RegimeLocal: r.RegimeLocal, Exonere: r.Exonere,
		Organisme: r.Organisme, Contrat: r.Contrat, Adherent: r.Adherent, NIRAssure: r.NIRAssure,
	}
}

// CPS is what a front end is given of a CPS.
type CPS struct {
	Reader       string       `json:"reader"`
	EventCounter uint32       `json:"eventCounter"`
	Serial       string       `json:"serial"`
	Holder       state.Holder `json:"holder"`
	Expires      time.Time    `json:"expires"`
	Certificate  []byte       `json:"certificate"` // of the signature key, DER
	Demo         bool         `json:"demonstration"`
}

// ReadCPS returns the CPS in the reader id, or in the only reader that has one.
// It costs no command.
func (d *Daemon) ReadCPS(ctx context.Context, id string) (CPS, error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.cardPatience())
	defer cancel()
	h, err := d.desk.pick(ctx, id, state.CardCPS)
	if err != nil {
		return CPS{}, Failure(err)
	}
	return CPS{Reader: h.reader.ID, EventCounter: h.counter, Serial: h.cps.serial, Holder: *h.card.Holder,
		Expires: h.cps.holder.Expires, Certificate: h.cps.sign.Raw, Demo: h.card.Demo}, nil
}

// Situation is a situation d'exercice of the professional.
type Situation struct {
	Index      int    `json:"index"`
	NumeroAM   string `json:"numeroAM"`
	Specialite string `json:"specialite"`
	Convention int    `json:"convention"`
	OPTAM      bool   `json:"optam"`
	ZoneTarif  string `json:"zoneTarif,omitempty"`
	ZoneIK     string `json:"zoneIK,omitempty"`
	Structure  string `json:"structure,omitempty"`
	StructID   string `json:"structureId,omitempty"`
	Exercice   string `json:"exercice,omitempty"` // L, S or R
}

// OpenPINSession asks for the code of the CPS in the reader id, shows it to the
// card, and returns the situations d'exercice, which the card gives only then.
// With the policy "session" the code serves the principal's signatures until the
// card leaves, the session is closed or its time is over.
func (d *Daemon) OpenPINSession(ctx context.Context, principal, id string) ([]Situation, error) {
	h, err := d.holdCPS(ctx, id)
	if err != nil {
		return nil, Failure(err)
	}
	found, err := d.situations(ctx, principal, h, "ouvrir une session")
	if err != nil {
		return nil, Failure(err)
	}
	list := []Situation{}
	for _, s := range found {
		list = append(list, Situation(s))
	}
	return list, nil
}

// situations reads the situations d'exercice with the code, which is asked for to do op.
func (d *Daemon) situations(ctx context.Context, principal string, h held, op string) ([]cps.Situation, error) {
	var found []cps.Situation
	_, err := d.withCode(ctx, principal, h, op, "", func(card *cps.Card) (err error) {
		found, err = card.Situations()
		return err
	})
	if err != nil {
		return nil, err // the card's job may still write what it finds
	}
	return found, nil
}

// ClosePINSession forgets the principal's code of the CPS in the reader id. It
// returns whether there was one.
func (d *Daemon) ClosePINSession(ctx context.Context, principal, id string) (bool, error) {
	h, err := d.holdCPS(ctx, id)
	if err != nil {
		return false, Failure(err)
	}
	return d.pins.forget(pinKey{principal, h.cps.serial}), nil
}

// ForgetCode forgets everybody's code of the CPS in the reader id. It returns whether
// there was one.
func (d *Daemon) ForgetCode(ctx context.Context, id string) (bool, error) {
	h, err := d.holdCPS(ctx, id)
	if err != nil {
		return false, Failure(err)
	}
	return d.pins.forgetSerial(h.cps.serial), nil
}

func (d *Daemon) holdCPS(ctx context.Context, id string) (held, error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.cardPatience())
	defer cancel()
	return d.desk.pick(ctx, id, state.CardCPS)
}
