package fse

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteText writes an answer as a page that a billing expert reads: one line per
// act, the rule and the table row behind each amount, the total, then what to
// look at and what is refused. It holds no name and no NIR. Its error is that of w.
func (a Answer) WriteText(w io.Writer) error {
	var b strings.Builder
	if p := a.Prix; p != nil {
		p.header(&b)
		for i := range p.Lignes {
			p.Lignes[i].write(&b)
		}
		p.totals(&b)
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
	b.WriteString("\n\n")
	row(b, "Acte", "Date", "Base", "Taux", "Honoraires", "AMO", "AMC", "Patient", "Non pris", "Exo")
}

// row writes one line of the table: texts on the left, amounts on the right.
func row(b *strings.Builder, code, date string, cells ...string) {
	widths := [...]int{9, 5, 11, 9, 9, 9, 9, 4}
	line := left(code, 9) + left(date, 11)
	for i, c := range cells {
		line += " " + strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(c))) + c
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}

func left(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

func (l *Ligne) write(b *strings.Builder) {
	code := l.Code
	if l.Quantite > 1 {
		code += fmt.Sprintf(" ×%d", l.Quantite)
	}
	row(b, code, l.Date.French(), l.Base.String(), fmt.Sprintf("%d %%", l.Taux), l.Honoraires.String(),
		l.AMO.String(), l.AMC.String(), l.Patient.String(), l.NonPrisEnCharge.String(), l.Exoneration)
	for _, e := range l.Explications {
		fmt.Fprintf(b, "    %9s  %s", e.Montant, e.Libelle)
		if e.Table != "" {
			fmt.Fprintf(b, " [%s : %s, %s]", e.Table, e.Ligne, e.Certitude)
		}
		b.WriteByte('\n')
	}
}

func (p *Prix) totals(b *strings.Builder) {
	t := &p.Total
	row(b, "Total", "", t.Base.String(), "", t.Honoraires.String(), t.AMO.String(), t.AMC.String(),
		t.Patient.String(), t.NonPrisEnCharge.String(), "")
	b.WriteByte('\n')
	for _, x := range []struct {
		name   string
		amount Cents
	}{
		{"À régler maintenant par le patient", t.ARegler},
		{"Majoration hors parcours", t.MTM},
		{"Participation forfaitaire de l’acte au seuil", t.Forfait},
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
