package noemie

// sums are the amounts of the acts of an invoice, in cents.
type sums struct {
	amo, amc  int64
	uncertain bool // one has an amount and no sign
}

// actFields are the fields of 210 or 220. That the Alsace-Moselle complement goes
// with the compulsory part is inferred.
type actFields struct{ rembourse, local, amc, signe *Field }

func newActFields(e *entity) actFields {
	return actFields{e.field("Montant remboursé"), e.field("Montant complémentaire Alsace/Moselle"),
		e.field("Montant part complémentaire"), e.field("Signe de l'acte")}
}

var act210, act220 = newActFields(noemie[210]), newActFields(noemie[220])

// add sums an act.
func (s *sums) add(f *actFields, raw string) {
	rembourse, _ := readDigits(f.rembourse.of(raw))
	local, _ := readDigits(f.local.of(raw))
	amc, _ := readDigits(f.amc.of(raw))
	amo := rembourse + local
	switch f.signe.of(raw) {
	case "P":
	case "N":
		amo, amc = -amo, -amc
	default:
		s.uncertain = s.uncertain || amo != 0 || amc != 0
	}
	s.amo += amo
	s.amc += amc
}

// labelFields are where an entity says a code and a label; nil when it does not.
type labelFields struct{ code, texte, niveau, part, ligne *Field }

func newLabelFields(e *entity, code, texte string) labelFields {
	return labelFields{e.field(code), e.field(texte), e.field("Niveau de rejet"), e.field("Part concerné"), e.field("N° de ligne")}
}

var labels = map[string]labelFields{
	"262": newLabelFields(noemie[262], "Codification", "Libellé associé"),
	"290": newLabelFields(noemie[290], "Codification", "Libellé"),
	"294": newLabelFields(noemie[294], "Codification du rejet", "Libellé du rejet"),
	"295": newLabelFields(noemie[295], "Code commentaire", "Commentaire"),
	"600": newLabelFields(arl[600], "Codification", "Libellé"),
	"610": newLabelFields(arl[610], "Codification", "Libellé"),
}

func readLabel(entite, raw string) Libelle {
	f := labels[entite]
	get := func(f *Field) string {
		if f == nil {
			return ""
		}
		return readText(f.of(raw))
	}
	return Libelle{entite, get(f.code), get(f.texte), get(f.niveau), get(f.part), get(f.ligne)}
}

// part is the part that a label is about, PartAucune when it does not say.
func (l *Libelle) part() Part {
	switch l.Part {
	case "O":
		return PartAMO
	case "C":
		return PartAMC
	}
	return PartAucune
}

var movements = map[string]struct{ montant, signe *Field }{
	"250": {noemie[250].field("Montant du mouvement financier"), noemie[250].field("Signe de l'acte")},
	"261": {noemie[261].field("Montant paiment ponctuel ou forfaitaire"), nil},
	"262": {noemie[262].field("Montant"), nil},
}

// movement shows money that no invoice answers to. A 262 details the 261 before
// it: it only adds its label.
func (v *view) movement(number int, e *entity, raw string) {
	if last := len(v.returns) - 1; e.number == "262" && last >= 0 && v.returns[last].Entite == "261" {
		v.returns[last].Libelles = append(v.returns[last].Libelles, readLabel(e.number, raw))
		return
	}
	f := movements[e.number]
	r := v.head
	r.Montant, _ = readDigits(f.montant.of(raw))
	if f.signe != nil && f.signe.of(raw) == "N" {
		r.Montant = -r.Montant
	}
	if e.number == "262" {
		r.Libelles = []Libelle{readLabel(e.number, raw)}
	}
	v.add(number, raw, r)
}
