package b2

import (
	"fmt"
	"strings"
)

// demo marks the files that no payer may pay. The norm has no such mark: it
// stands first in the message zone of 000 and in the editors' zone of every 5.
const demo = "DEMO"

// regimeSansRang is the régime whose invoices carry the rank 000.
const regimeSansRang = "01"

// expected words a count or an amount that is not the one computed.
func expected(found, computed int64) string {
	return fmt.Sprintf("trouvé %d, attendu %d", found, computed)
}

// checkFichier checks the header, and what the whole file must hold.
func (c *collector) checkFichier(f *File) {
	c.checkDestinataire(f)
	if f.Creation == 0 {
		c.named("date de création", Absent, "")
	}
	if len(f.Lots) == 0 {
		c.whole(Ordre, "fichier sans lot")
	}
	seen := make(map[int]bool, len(f.Lots))
	for i := range f.Lots {
		n := f.Lots[i].Numero
		if seen[n] {
			c.whole(Doublon, fmt.Sprintf("lot %03d", n))
		}
		seen[n] = true
	}
}

func (c *collector) checkDestinataire(f *File) {
	d := f.Destinataire
	switch {
	case len(d.Numero) != 14:
		return // reported with the field
	case !strings.HasPrefix(d.Numero, "000000"):
		c.named("n° de destinataire", Regle, "six zéros attendus d'abord")
	case destinationTypes[d.Regime()] == "":
		c.named("n° de destinataire", Regle, "régime sans type de destinataire connu")
	case destinationTypes[d.Regime()] != d.Type:
		c.named("type de destinataire", Regle, "n'est pas celui du régime")
	case d.Demonstration() && !f.Demonstration:
		c.named("n° de destinataire", Regle, "caisse de test dans un fichier qui n'est pas de démonstration")
	}
}

// checkLot checks the start of a lot and the numbers of its invoices.
func (c *collector) checkLot(l *Lot, f *File) {
	if l.Numero < 1 {
		c.named("n° de lot", Absent, "")
	}
	if l.Date == 0 {
		c.named("date", Absent, "")
	}
	if len(f.Destinataire.Numero) == 14 && l.Organisme != f.Destinataire.Organisme() {
		c.named("organisme destinataire", Regle, "n'est pas celui du destinataire du fichier")
	}
	if len(l.Factures) == 0 {
		c.whole(Ordre, "lot sans facture")
	}
}

// checkNumeros checks that no number is used twice; numbers normally increase.
func (c *collector) checkNumeros(factures []Facture) {
	increasing := true
	for i := 1; i < len(factures); i++ {
		increasing = increasing && factures[i-1].Numero < factures[i].Numero
	}
	if increasing {
		return
	}
	seen := make(map[int]bool, len(factures))
	for i := range factures {
		n := factures[i].Numero
		if seen[n] {
			c.whole(Doublon, fmt.Sprintf("facture %09d", n))
		}
		seen[n] = true
	}
}

// checkFacture checks what a record 2 says, alone and against the lines.
func (c *collector) checkFacture(f *Facture) {
	if f.Numero < 1 {
		c.named("N° facture", Absent, "")
	}
	if len(f.NIR) != 13 {
		c.named("N° immatriculation assuré", Largeur, "13 caractères")
	}
	if f.Eclatement != "" && f.Eclatement != "F" {
		c.named("Top éclatement des flux", Regle, "F ou blanc")
	}
	if len(f.Lignes) == 0 && len(f.Prealables) == 0 {
		c.whole(Ordre, "facture sans ligne")
	}
}

// checkLigne checks a record 4 against the invoice.
func (c *collector) checkLigne(l *Ligne, f *Facture) {
	if l.Date == 0 {
		c.named("Date des soins", Absent, "")
	}
	if l.Quantite == 0 {
		c.named("Quantité", Absent, "")
	}
	if l.Taux > 100 {
		c.named("Taux applicable", TropGrand, "plus de 100 %")
	}
	if l.AMO > l.Honoraires {
		c.named("Montant remboursable par l'AMO", Regle, "dépasse les honoraires")
	}
	if f.Eclatement == "F" && l.AMC != 0 {
		c.named("Montant remboursable par l'OC", Regle, "part AMC facturée à part : zéro attendu")
	}
}

// checkDemonstration checks that the editors' zone of a record 5 agrees with
// the header.
func (c *collector) checkDemonstration(editeur string, demonstration bool) {
	marked := editeur == demo || !plain(editeur) && Majuscules(editeur) == demo
	if marked != demonstration {
		c.named("Zone réservée éditeurs", Regle, "DEMO dans tous les enregistrements 5 et dans le 000, ou nulle part")
	}
}

// raised returns the exonération that Encode writes in record 2: the one of the
// invoice, or the one on which all its lines agree. Invoices with stays (3)
// keep what their records say.
func (f *Facture) raised() string {
	if f.Exoneration != "" || len(f.Prealables) > 0 || len(f.Lignes) == 0 {
		return f.Exoneration
	}
	common := f.Lignes[0].Exoneration
	for i := range f.Lignes {
		if f.Lignes[i].Exoneration != common {
			return ""
		}
	}
	return common
}

// checkPlain checks the codes of an invoice to be written that no correction may
// touch: a NIR, and the exonérations, which are compared before they are written.
func (c *collector) checkPlain(f *Facture) {
	if !plain(f.NIR) {
		c.named("N° immatriculation assuré", Caractere, "")
	}
	ok := plain(f.Exoneration)
	for i := range f.Lignes {
		ok = ok && plain(f.Lignes[i].Exoneration)
	}
	if !ok {
		c.field(exonerationOfFacture, Caractere, "")
	}
}

// checkRaised checks the exonérations to be written, of which raised goes to
// record 2.
func (c *collector) checkRaised(f *Facture, raised string) {
	for i := range f.Lignes {
		line := f.Lignes[i].Exoneration
		if raised != "" && line != "" && line != raised {
			c.field(exonerationOfFacture, Regle, "une ligne en dit une autre")
			return
		}
		if raised == "" && line == "" && len(f.Prealables) == 0 {
			c.field(exonerationOfFacture, Absent, "ni ici ni dans toutes les lignes")
			return
		}
	}
}

// checkExoneration checks the exonérations as they were read: in record 2 and
// then in no line, or in every line because they differ.
func (c *collector) checkExoneration(f *Facture) {
	if f.Exoneration == "" && f.raised() != "" {
		c.field(exonerationOfFacture, Regle, "les lignes s'accordent : elle doit être portée ici")
		return
	}
	for i := range f.Lignes {
		if f.Exoneration != "" && f.Lignes[i].Exoneration != "" {
			c.field(exonerationOfFacture, Regle, "portée ici, elle doit être blanche dans les lignes")
			return
		}
	}
	c.checkRaised(f, f.raised())
}
