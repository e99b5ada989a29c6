package b2

// Kind names a kind of B2 record: its type digit and, for the complements, the
// letter that completes it.
type Kind uint8

// The kinds of record that the layout table describes.
const (
	KindInconnu Kind = iota
	Kind000          // file header
	Kind1            // start of a lot
	Kind2            // start of an invoice
	Kind2S           // its complement: parcours de soins, médecin traitant
	Kind3            // stay or establishment service
	Kind3S
	Kind3E
	Kind3F
	Kind3H
	Kind4 // act billed as fees
	Kind4S
	Kind4E
	Kind4B
	Kind4H
	Kind4M  // CCAM detail of an act
	Kind5   // end of an invoice
	Kind6   // end of a lot
	Kind999 // end of the file
	kindCount
)

var kindNames = [kindCount]string{
	Kind000: "000", Kind1: "1", Kind2: "2", Kind2S: "2S",
	Kind3: "3", Kind3S: "3S", Kind3E: "3E", Kind3F: "3F", Kind3H: "3H",
	Kind4: "4", Kind4S: "4S", Kind4E: "4E", Kind4B: "4B", Kind4H: "4H", Kind4M: "4M",
	Kind5: "5", Kind6: "6", Kind999: "999",
}

// kindLabels says in French what a record is, for explanations.
var kindLabels = [kindCount]string{
	KindInconnu: "type inconnu",
	Kind000:     "début de fichier", Kind1: "début de lot", Kind2: "début de facture", Kind2S: "complément de facture",
	Kind3: "séjour ou prestation", Kind3S: "complément de séjour", Kind3E: "prescripteur du séjour",
	Kind3F: "produit ou prestation de la liste", Kind3H: "médicament du séjour",
	Kind4: "acte", Kind4S: "complément d'acte", Kind4E: "prescripteur et exécutant", Kind4B: "biologie",
	Kind4H: "médicament", Kind4M: "détail CCAM",
	Kind5: "fin de facture", Kind6: "fin de lot", Kind999: "fin de fichier",
}

// String gives the kind as the norm writes it ("000", "2S"), or "?" for a
// record of no known kind.
func (k Kind) String() string {
	if k >= kindCount || k == KindInconnu {
		return "?"
	}
	return kindNames[k]
}

// KindOf returns the kind that the norm writes as name, or KindInconnu.
func KindOf(name string) Kind {
	for k := Kind000; k < kindCount; k++ {
		if kindNames[k] == name {
			return k
		}
	}
	return KindInconnu
}

// family is the type digit of the kind: '3' for 3, 3S, 3E…
func (k Kind) family() byte { return kindNames[k][0] }

// mayFollow tells whether a record of kind k, a 3 or any complement of a 3 or
// 4, may stand just after a record of kind prev: a complement follows its own
// act or stay.
func (k Kind) mayFollow(prev Kind) bool {
	switch {
	case k == Kind3:
		return true
	case k > Kind3 && k <= Kind3H:
		return prev >= Kind3 && prev <= Kind3H
	case k > Kind4 && k <= Kind4M:
		return prev >= Kind4 && prev <= Kind4M
	}
	return false
}

// identify returns the kind of a record of Size bytes. A letter where a kind
// without complement holds a digit makes the record unknown.
func (l *layout) identify(rec string) Kind {
	switch rec[0] {
	case '0', '9':
		for _, k := range []Kind{Kind000, Kind999} {
			if rec[:3] == kindNames[k] {
				return k
			}
		}
		return KindInconnu
	case '1':
		return Kind1
	case '5':
		return Kind5
	case '6':
		return Kind6
	case '2', '3', '4':
		return l.identifyComplement(rec)
	}
	return KindInconnu
}

func (l *layout) identifyComplement(rec string) Kind {
	letter := false
	for _, c := range l.complements {
		found := rec[c.pos]
		if found < 'A' || found > 'Z' {
			continue
		}
		letter = true
		if found == c.letter && rec[0] == c.digit {
			return c.kind
		}
	}
	switch {
	case letter:
		return KindInconnu
	case rec[0] == '2':
		return Kind2
	case rec[0] == '3':
		return Kind3
	}
	return Kind4
}
