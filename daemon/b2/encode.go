package b2

import "strings"

// Encode writes the file. It computes counts, totals and repeated fields; texts are written as Majuscules gives them; the exonération goes up
// to record 2 when all lines agree; the rank is 000 for régime 01. Any problem is
// an error of type Problems with all of them, and no byte is returned: what
// Encode returns, Decode accepts.
func Encode(f File) ([]byte, error) {
	e := encoder{file: &f}
	e.fichier()
	if err := e.p.sorted().err(); err != nil {
		return nil, err
	}
	return e.buf, nil
}

// Validate returns every problem that stops Encode, none when the file is good.
func Validate(f File) Problems {
	e := encoder{file: &f}
	e.fichier()
	return e.p.sorted()
}

type encoder struct {
	buf  []byte
	p    collector
	file *File

	rec1, rec2 []byte // enclosing records
	sum        Totaux // of the lot
	actes      int    // of the lot
	pied       pied   // of the invoice
}

// next appends a record of kind k with its constants, and returns it.
func (e *encoder) next(k Kind) []byte {
	at := len(e.buf)
	e.buf = append(e.buf, templates[k][:]...)
	e.p.at(at/Size+1, k)
	return e.buf[at:]
}

func (e *encoder) fichier() {
	f := e.file
	records := f.Records()
	if records > MaxRecords {
		e.p.whole(Limite, expected(int64(records), MaxRecords))
		return
	}
	e.buf = make([]byte, 0, records*Size)
	header := e.next(Kind000)
	mapping000.encode(header, nil, f.marked(), &e.p)
	e.p.checkFichier(f)
	if _, marked := unmarked(Majuscules(f.Message)); marked && !f.Demonstration {
		e.p.named("zone message", Regle, "DEMO est réservé aux fichiers de démonstration")
	}
	for i := range f.Lots {
		e.lot(&f.Lots[i])
	}
	e.p.lot = 0
	mapping999.encode(e.next(Kind999), header, &finFichier{records, len(f.Lots)}, &e.p)
}

// marked returns the header with the mark of a demonstration in its message.
func (f *File) marked() *File {
	if !f.Demonstration {
		return f
	}
	return &File{
		Emetteur: f.Emetteur, Destinataire: f.Destinataire, Identifiant: f.Identifiant, Creation: f.Creation,
		Constantes: f.Constantes, Message: strings.TrimSpace(demo + " " + f.Message),
	}
}

// unmarked returns a message without the mark of a demonstration, and whether it
// had it.
func unmarked(message string) (rest string, marked bool) {
	if message == demo {
		return "", true
	}
	return strings.CutPrefix(message, demo+" ")
}

func (e *encoder) lot(l *Lot) {
	e.p.lot = l.Numero
	e.rec1 = e.next(Kind1)
	mapping1.encode(e.rec1, nil, l, &e.p)
	e.p.checkLot(l, e.file)
	e.p.checkNumeros(l.Factures)
	e.sum, e.actes = Totaux{}, 0
	for i := range l.Factures {
		e.facture(&l.Factures[i])
	}
	e.p.facture = 0
	fin := newFinLot(len(l.Factures), e.actes, &e.sum)
	mapping6.encode(e.next(Kind6), e.rec1, &fin, &e.p)
}

// The fields that Encode rewrites after the mapping: the exonération goes up
// from the lines, the rank is not written for régime 01.
var (
	exonerationOfFacture = theLayout.field(Kind2, "Justification d'exonération ou de modulation du TM")
	exonerationOfLigne   = theLayout.field(Kind4, "Justification d'exonération niveau acte")
	rangOfBeneficiaire   = theLayout.field(Kind2, "Rang du bénéficiaire")
)

func (e *encoder) facture(f *Facture) {
	e.p.facture = f.Numero
	e.rec2 = e.next(Kind2)
	mapping2.encode(e.rec2, e.rec1, f, &e.p)
	e.p.checkFacture(f)
	e.p.checkPlain(f)
	if f.Regime == regimeSansRang {
		copy(rangOfBeneficiaire.of(e.rec2), zeros[:])
	}
	raised := f.raised()
	e.p.checkRaised(f, raised)
	if f.Exoneration == "" && len(raised) == 1 {
		copy(exonerationOfFacture.of(e.rec2), raised)
	}
	if f.Complement != nil {
		mapping2S.encode(e.next(Kind2S), e.rec2, f.Complement, &e.p)
	}
	e.records(f.Prealables, KindInconnu)
	for i := range f.Lignes {
		e.ligne(&f.Lignes[i], f, raised != "")
	}
	e.fin(f)
	e.actes += f.actes()
}

func (e *encoder) ligne(l *Ligne, f *Facture, raised bool) {
	rec := e.next(Kind4)
	mapping4.encode(rec, e.rec2, l, &e.p)
	e.p.checkLigne(l, f)
	if raised {
		copy(exonerationOfLigne.of(rec), blanks[:])
	}
	if l.Complement != nil {
		mapping4S.encode(e.next(Kind4S), e.rec2, l.Complement, &e.p)
	}
	e.records(l.Suite, Kind4)
}

// fin writes the end of an invoice.
func (e *encoder) fin(f *Facture) {
	e.pied = pied{f.Totaux(), f.Editeur}
	if e.file.Demonstration && f.Editeur == "" {
		e.pied.editeur = demo
	}
	mapping5.encode(e.next(Kind5), e.rec2, &e.pied, &e.p)
	e.p.checkDemonstration(e.pied.editeur, e.file.Demonstration)
	e.sum.add(&e.pied.Totaux)
}

// records writes records as they are. The fields that repeat record 2 are
// filled in where they were left as NewRecord makes them.
func (e *encoder) records(records []Record, prev Kind) {
	for i := range records {
		r := &records[i]
		if !r.kind.mayFollow(prev) {
			e.p.at(len(e.buf)/Size+1, r.kind)
			e.p.whole(Ordre, "")
		}
		prev = r.kind
		rec := e.next(r.kind)
		copy(rec, r.data[:])
		for _, f := range repeats[r.kind] {
			part, source := f.field.of(rec), e.rec2[f.from:f.from+f.end-f.start]
			if string(part) == string(templates[r.kind][f.start:f.end]) {
				copy(part, source)
			} else if string(part) != string(source) {
				e.p.field(f.field, Repetition, "")
			}
		}
		if r.kind != KindInconnu {
			e.p.checkRecord(string(rec))
		}
	}
}
