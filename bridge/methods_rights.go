package bridge

import "github.com/agrafe-fse/agrafe/daemon"

// adriParams ask for the rights of a person at a day.
type adriParams struct {
	NIR        string `json:"nir"`                    // the person's own, or the assuré's
	Naissance  string `json:"naissance"`              // of the person, AAAAMMJJ
	Rang       int    `json:"rang,omitempty"`         // of birth, 1 if absent
	DateSoins  string `json:"dateSoins"`              // 2026-01-31
	NumeroAM   string `json:"numeroAM,omitempty"`     // of who asks; absent: the first practice of the holder of the CPS
	Systematic bool   `json:"systematique,omitempty"` // the software asks before an FSE, not the user
	Refresh    bool   `json:"rafraichir,omitempty"`   // the payer is asked even if its answer is known
}

func rightsFromADRi(c call, p adriParams) (daemon.RightsAnswer, error) {
	on, err := dateOf(p.DateSoins, "dateSoins")
	if err != nil {
		return daemon.RightsAnswer{}, err
	}
	return c.daemon.RightsFromADRi(c.ctx, c.who.name, daemon.RightsQuery{NIR: p.NIR, Naissance: p.Naissance, Rang: p.Rang,
		DateSoins: on, NumeroAM: p.NumeroAM, Systematic: p.Systematic, Refresh: p.Refresh})
}
