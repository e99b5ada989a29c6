package standin

import (
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// People returns the persons of the virtual Vitales in cards, with the cover that their
// card files give them: so the teleservice knows whom the readers know. Those whose card
// says nothing of rights are left out, and nobody has a médecin traitant.
func People(cards fs.FS) ([]Entry, error) {
	names, err := virtual.Names(cards)
	if err != nil {
		return nil, fmt.Errorf("cannot list the people of the demonstration: %w", err)
	}
	var list []Entry
	for _, name := range names {
		spec, err := virtual.Load(cards, name)
		if err != nil {
			return nil, fmt.Errorf("cannot read the people of the demonstration: %w", err)
		}
		for _, p := range spec.Persons {
			if p.Droits == nil {
				continue
			}
			person, err := personOf(p)
			if err != nil {
				return nil, fmt.Errorf("cannot use the people of %s: %w", name, err)
			}
			list = append(list, Entry{Person: person})
		}
	}
	return list, nil
}

func personOf(v virtual.Person) (adri.Person, error) {
	r := v.Droits
	rank, err := strconv.Atoi(r.Rang)
	if err != nil {
		return adri.Person{}, err
	}
	p := adri.Person{NIR: v.NIR, NIRAssure: r.NIRAssure, Nom: v.Nom, Prenom: v.Prenom, Naissance: v.Naissance, Rang: rank, Qualite: r.Qualite,
		AMO: adri.AMO{Regime: r.Regime, Caisse: r.Caisse, Centre: r.Centre, ALD: r.ALD, ASPA: r.ASPA, AME: r.AME, C2S: r.C2S,
			RegimeLocal: r.RegimeLocal, Exonere: r.Exonere}}
	if p.AMO.Du, err = day(r.Du); err != nil {
		return p, err
	}
	if p.AMO.Au, err = day(r.Au); err != nil {
		return p, err
	}
	if a := r.AMC; a != nil {
		p.AMC = &adri.AMC{Organisme: a.Organisme, Contrat: a.Contrat, Adherent: a.Adherent}
	}
	return p, adri.Response{Persons: []adri.Person{p}}.Check()
}

// day reads AAAAMMJJ, "" as no day.
func day(text string) (tables.Date, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.Parse("20060102", text)
	if err != nil {
		return 0, err
	}
	return tables.ParseDate(t.Format(time.DateOnly))
}
