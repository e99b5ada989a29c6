package fse

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// WriteText writes an answer as a page that a billing expert reads: one line per
// act, the rule and the table row behind each amount, the total, then what to
// look at and what is refused. It holds no name and no NIR. Its error is that of w.
func (a Answer) WriteText(w io.Writer) error {
	var b strings.Builder
	if p := a.Prix; p != nil {
		p.header(&b)
		for i := range p.Lignes {
			p.Lignes[i].write(&b, p.PartAMC)
		}
		p.totals(&b)
		p.inferred(&b)
	}
	issues(&b, "Refusé", a.Erreurs)
	issues(&b, "À vérifier", a.Avertissements)
	if a.Prix != nil {
		fmt.Fprintf(&b, "Tables %s\n", a.Prix.TablesVersion)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p *Prix) header(b *strings.Builder) {
	fmt.Fprintf(b, "Destinataire %s/%s/%s", p.Destinataire.Regime, p.Destinataire.Caisse, p.Destinataire.Centre)
	if p.Destinataire.Nom != "" {
		fmt.Fprintf(b, " %s", p.Destinataire.Nom)
	}
	if c := p.Centre; c != nil {
		fmt.Fprintf(b, " (centre %s remplacé)", c.Avant)
	}
	if p.Demonstration {
		b.WriteString(" [démonstration]")
	}
	fmt.Fprintf(b, "\nNature d’assurance %s · lot %s", p.Nature, p.Certification)
	if p.Parcours != "" {
		fmt.Fprintf(b, " · parcours %s", p.Parcours)
	}
	fmt.Fprintf(b, "\nTiers payant AMO : %s · AMC : %s\n\n", ouiNon(p.TiersPayant.AMO), ouiNon(p.TiersPayant.AMC))
	row(b, "Acte", "Date", "Base", "Taux", "Honoraires", "AMO", "AMC", "Patient", "Non pris", "Exo", "Qualif")
}

// row writes one line of the table: texts on the left, amounts on the right.
func row(b *strings.Builder, code, date string, cells ...string) {
	widths := [...]int{9, 5, 11, 9, 9, 9, 9, 4, 7}
	line := left(code, 9) + left(date, 11)
	for i, c := range cells {
		line += " " + strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(c))) + c
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}

func left(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

func ouiNon(yes bool) string {
	if yes {
		return "oui"
	}
	return "non"
}

func (l *Ligne) write(b *strings.Builder, partAMC int) {
	code := l.Code
	if l.Quantite > 1 {
		code += fmt.Sprintf(" ×%d", l.Quantite)
	}
	row(b, code, l.Date.French(), l.Base.String(), fmt.Sprintf("%d %%", l.Taux), l.Honoraires.String(),
		l.AMO.String(), l.AMC.String(), l.Patient.String(), l.NonPrisEnCharge.String(), l.Exoneration, l.Qualificatif)
	for _, e := range l.Explications {
		fmt.Fprintf(b, "    %9s  %s", e.Montant, e.Libelle)
		b.WriteString(l.detail(&e, partAMC))
		if e.Table != "" {
			fmt.Fprintf(b, " [%s : %s, %s]", e.Table, e.Ligne, e.Ref.Certitude)
		}
		if e.Certitude != e.Ref.Certitude && e.Ref.Certitude != "" {
			fmt.Fprintf(b, " (montant %s)", e.Certitude)
		}
		b.WriteByte('\n')
	}
}

// detail writes the numbers behind an amount.
func (l *Ligne) detail(e *Explication, partAMC int) string {
	price := l.Explications[0].Montant
	switch e.Regle {
	case rules[ruleKm].Regle:
		return fmt.Sprintf(" : %s × %d km", price, l.Km)
	case rules[ruleQuantite].Regle:
		s := " : " + price.String()
		if l.Quantite != 1 {
			s += fmt.Sprintf(" × %d", l.Quantite)
		}
		if l.Coefficient != tables.Un {
			s += " × " + strings.ReplaceAll(l.Coefficient.String(), ".", ",")
		}
		return s
	case rules[ruleAssociation].Regle:
		if l.Quantite > 1 {
			return fmt.Sprintf(" : quantité %d", l.Quantite)
		}
	case rules[rulePartAMO].Regle, rules[ruleTauxSaisi].Regle, rules[ruleAttestation].Regle:
		return fmt.Sprintf(" : %s × %d %%", l.Base, l.Taux)
	case rules[ruleMTM].Regle, rules[ruleMTMInfo].Regle:
		if n := Cents(l.Quantite); n > 1 && e.Montant%n == 0 {
			return fmt.Sprintf(" : %s × %d", e.Montant/n, n)
		}
	case rules[ruleAMC].Regle:
		return fmt.Sprintf(" : %d %% du ticket modérateur", partAMC)
	}
	return ""
}

// inferred names what the price rests on that was not seen in any source.
func (p *Prix) inferred(b *strings.Builder) {
	var list []string
	add := func(c tables.Certitude, what string) {
		what += " (" + string(c) + ")"
		if (c == tables.Infere || c == tables.Memoire) && !slices.Contains(list, what) {
			list = append(list, what)
		}
	}
	add(p.CertitudeNature, "nature d’assurance "+p.Nature)
	if p.Centre != nil {
		add(p.Centre.Certitude, "centre "+p.Centre.Apres)
	}
	for i := range p.Lignes {
		for _, e := range p.Lignes[i].Explications {
			add(e.Ref.Certitude, e.Table+" : "+e.Ligne)
			if e.Regle == rules[rulePlafondSMG].Regle || e.Regle == rules[ruleSupplementSMG].Regle {
				add(tables.Infere, e.Libelle)
			}
		}
	}
	if len(list) > 0 {
		fmt.Fprintf(b, "Calcul fondé sur des valeurs déduites : %s\n", strings.Join(list, " ; "))
	}
}

func (p *Prix) totals(b *strings.Builder) {
	t := &p.Total
	row(b, "Total", "", t.Base.String(), "", t.Honoraires.String(), t.AMO.String(), t.AMC.String(),
		t.Patient.String(), t.NonPrisEnCharge.String())
	b.WriteByte('\n')
	for _, x := range []struct {
		name   string
		amount Cents
	}{
		{"À régler maintenant par le patient", t.ARegler},
		{"Majoration hors parcours", t.MTM},
		{"Forfait de l’acte au seuil, à la charge de l’assuré", t.Forfait},
		{"Retenue par la caisse sur ses remboursements", t.Retenue},
		{"Non pris en charge, non demandé au patient", t.NonPrisEnCharge},
	} {
		if x.amount != 0 || x.name == "À régler maintenant par le patient" {
			fmt.Fprintf(b, "%s : %s €\n", x.name, x.amount)
		}
	}
}

func issues(b *strings.Builder, title string, list []Issue) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "%s :\n", title)
	for _, is := range list {
		fmt.Fprintf(b, "  %s", is.Code)
		if is.Chemin != "" {
			fmt.Fprintf(b, " (%s)", is.Chemin)
		}
		fmt.Fprintf(b, " : %s\n", is.Message)
	}
}
