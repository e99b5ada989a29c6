package fse

// Split separates a draft whose acts don't share one nature d'assurance and one
// situation in the care pathway into drafts that do, in the order of their first
// act. The first keeps what the draft says of its nature; the others have the
// nature and the pathway of their acts, and ask for what else it needs. A draft
// that mixes nothing comes back alone.
//
// The part of an SMG draft that does not concern the disability goes back to the
// patient's own payer, exempted as a pensioner; the part of an ordinary draft
// that does is SMG, still to be confirmed.
func Split(d *Draft) []*Draft {
	type key struct{ nature, parcours string }
	groups := map[key]*Draft{}
	home := key{d.Nature.Code, d.Parcours}
	var out []*Draft
	for i := range d.Actes {
		a := d.Actes[i]
		k := key{a.Nature, a.Parcours}
		if k.nature == "" {
			k.nature = home.nature
		}
		if k.parcours == "" {
			k.parcours = home.parcours
			if home.nature == SMG && k.nature != SMG && d.Nature.Avant != nil {
				k.parcours = d.Nature.Avant.Parcours
			}
		}
		g := groups[k]
		if g == nil {
			g = splitPart(d, k.nature, k.parcours)
			groups[k] = g
			out = append(out, g)
		}
		a = clone(&Draft{Actes: []Acte{a}}).Actes[0]
		a.Nature, a.Parcours = "", ""
		g.Actes = append(g.Actes, a)
	}
	return out
}

// splitPart makes the draft, without acts, of one nature and pathway.
func splitPart(d *Draft, nature, parcours string) *Draft {
	n := clone(d)
	n.Actes = nil
	if nature != d.Nature.Code {
		if d.Nature.Code == SMG {
			n = LeaveSMG(n)
			if n.AMO.Exonere == "" {
				n.AMO.Exonere = PensionMilitaire
			}
		}
		if n.Nature.Code != nature {
			n.Nature = Nature{Code: nature}
		}
	}
	n.Parcours = parcours
	return n
}
