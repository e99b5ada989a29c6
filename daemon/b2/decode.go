package b2

// Decode reads a file of at most MaxRecords records. A file is accepted when it
// is in the one form that Encode writes, so that encoding it again gives the same
// bytes. Otherwise the error, of type Problems, holds every problem, and the File
// what could be read, good for display only.
func Decode(data []byte) (File, error) {
	d := newDecoder(data)
	f := d.fichier()
	return f, d.p.sorted().err()
}

// Check returns every problem of a file, none when Decode accepts it. Damaged
// files are read as far as possible.
func Check(data []byte) Problems {
	d := newDecoder(data)
	d.fichier()
	return d.p.sorted()
}

// end is the kind of what comes after the last record.
const end = kindCount

// decoder goes through the records once. What it builds stands in one slice per
// type, with room for everything that the kinds of the records announce: pointers
// into them stay good.
type decoder struct {
	text               string
	kinds              []Kind // of every whole record, then end
	i                  int    // current record
	p                  collector
	header, rec1, rec2 string // enclosing records, empty when missing

	factures     []Facture
	lignes       []Ligne
	complements2 []ComplementFacture
	complements4 []ComplementLigne
	records      []Record

	wrong           map[int]string // what is wrong with the length of a record, by index
	demonstration   bool           // what the header says
	sum             Totaux         // of the current lot
	actes           int            // of the current lot
	found, computed pied           // of the current invoice
}

func newDecoder(data []byte) *decoder {
	d := &decoder{}
	if separated(data) {
		d.p.record = 2
		d.p.whole(Separateur, "")
		data = withoutSeparators(data)
	}
	if len(data) > MaxRecords*Size {
		d.p.record = MaxRecords + 1
		d.p.whole(Limite, "")
		data = data[:MaxRecords*Size]
	}
	if len(data)%Size != 0 {
		data = d.mend(data)
	}
	d.text = string(data)
	var count [kindCount]int
	raw := 0
	d.kinds = make([]Kind, 0, len(data)/Size+1)
	for at := 0; at < len(d.text); at += Size {
		k := KindInconnu
		if _, wrong := d.wrong[at/Size]; !wrong {
			k = theLayout.identify(d.text[at : at+Size])
		}
		d.kinds = append(d.kinds, k)
		count[k]++
	}
	d.kinds = append(d.kinds, end)
	d.factures = make([]Facture, 0, count[Kind2])
	d.lignes = make([]Ligne, 0, count[Kind4])
	d.complements2 = make([]ComplementFacture, 0, count[Kind2S])
	d.complements4 = make([]ComplementLigne, 0, count[Kind4S])
	for k := Kind3; k <= Kind4M; k++ {
		if k != Kind4 && k != Kind4S {
			raw += count[k]
		}
	}
	d.records = make([]Record, 0, raw)
	return d
}

// mend makes whole records of a damaged file; those of another length are never
// read, only reported.
func (d *decoder) mend(data []byte) []byte {
	d.wrong = map[int]string{}
	var records []byte
	for i, p := range split(data) {
		if detail, wrong := p.wrongLength(); wrong {
			d.wrong[i] = detail
		}
		records = append(records, p.padded(data)...)
	}
	return records
}

// kind is the kind of the current record.
func (d *decoder) kind() Kind { return d.kinds[d.i] }

// take returns the current record and goes on to the next; problems found from
// now on are those of the record taken.
func (d *decoder) take() string {
	rec := d.text[d.i*Size : (d.i+1)*Size]
	d.p.at(d.i+1, d.kinds[d.i])
	d.i++
	return rec
}

// skip passes over a record that may not stand here.
func (d *decoder) skip() {
	d.take()
	detail, wrong := d.wrong[d.i-1]
	switch {
	case wrong:
		d.p.whole(Tronque, detail)
	case d.p.kind == KindInconnu:
		d.p.whole(TypeInconnu, "")
	default:
		d.p.whole(Ordre, "")
	}
}

// missing reports that a record of kind k should stand here.
func (d *decoder) missing(k Kind) {
	found := d.kind()
	if found == end {
		found = KindInconnu
	}
	d.p.at(d.i+1, found)
	d.p.whole(Ordre, "enregistrement "+k.String()+" attendu")
}

func (d *decoder) fichier() File {
	var f File
	if d.kind() == Kind000 {
		d.header = d.take()
		mapping000.decode(d.header, "", &f, &d.p)
		f.Message, f.Demonstration = unmarked(f.Message)
		d.demonstration = f.Demonstration
	} else {
		d.missing(Kind000)
	}
	for k := d.kind(); k != Kind999 && k != end; k = d.kind() {
		if k != Kind1 {
			d.skip()
			continue
		}
		f.Lots = append(f.Lots, Lot{})
		d.lot(&f.Lots[len(f.Lots)-1], &f)
	}
	d.finFichier(&f)
	if d.header != "" {
		d.p.at(1, Kind000)
		d.p.checkFichier(&f)
	}
	return f
}

func (d *decoder) finFichier(f *File) {
	d.p.lot = 0
	if d.kind() == end {
		d.missing(Kind999)
		return
	}
	var fin finFichier
	readFin(d, &mapping999, d.header, &fin, &finFichier{d.i + 1, len(f.Lots)})
	if k := d.kind(); k != end {
		d.p.at(d.i+1, k)
		d.p.whole(Ordre, "après la fin du fichier")
	}
}

func (d *decoder) lot(l *Lot, f *File) {
	first := d.i + 1
	before := len(d.p.problems)
	d.rec1 = d.take()
	d.p.lot = 0
	mapping1.decode(d.rec1, "", l, &d.p)
	if !d.p.since(before).physical() {
		d.p.lot = l.Numero
	}
	from := len(d.factures)
	d.sum, d.actes = Totaux{}, 0
	for k := d.kind(); k != Kind6 && k != Kind1 && k != Kind999 && k != end; k = d.kind() {
		if k != Kind2 {
			d.skip()
			continue
		}
		d.factures = append(d.factures, Facture{})
		d.facture(&d.factures[len(d.factures)-1])
	}
	d.p.facture = 0
	if n := len(d.factures); n > from {
		l.Factures = d.factures[from:n:n]
	}
	d.finLot(l)
	d.p.at(first, Kind1)
	d.p.checkLot(l, f)
	if !d.p.since(before).physical() {
		d.p.checkNumeros(l.Factures)
	}
	d.rec1 = ""
}

func (d *decoder) finLot(l *Lot) {
	if d.kind() != Kind6 {
		d.missing(Kind6)
		return
	}
	var found finLot
	computed := newFinLot(len(l.Factures), d.actes, &d.sum)
	readFin(d, &mapping6, d.rec1, &found, &computed)
}

// readFin reads the record that ends an invoice, a lot or a file and compares
// its counts and totals with those computed.
func readFin[T comparable](d *decoder, m *mapping[T], source string, found, computed *T) {
	before := len(d.p.problems)
	m.decode(d.take(), source, found, &d.p)
	if *found != *computed {
		m.differences(found, computed, !d.p.since(before).physical(), &d.p)
	}
}

func (d *decoder) facture(f *Facture) {
	first := d.i + 1
	before := len(d.p.problems)
	d.rec2 = d.take()
	d.p.facture = 0
	mapping2.decode(d.rec2, d.rec1, f, &d.p)
	if !d.p.since(before).physical() {
		d.p.facture = f.Numero
	}
	if f.Regime == regimeSansRang && f.Rang != 0 {
		d.p.field(rangOfBeneficiaire, Regle, "000 attendu pour le régime 01")
	}
	if d.kind() == Kind2S {
		d.complements2 = append(d.complements2, ComplementFacture{})
		f.Complement = &d.complements2[len(d.complements2)-1]
		mapping2S.decode(d.take(), d.rec2, f.Complement, &d.p)
	}
	f.Prealables = d.suite(KindInconnu)
	from := len(d.lignes)
	d.lignesDe(f)
	if n := len(d.lignes); n > from {
		f.Lignes = d.lignes[from:n:n]
	}
	d.pied(f)
	d.p.at(first, Kind2)
	d.p.checkFacture(f)
	d.p.checkExoneration(f)
}

// lignesDe reads the lines of an invoice, up to what can be no part of it.
func (d *decoder) lignesDe(f *Facture) {
	for {
		switch d.kind() {
		case Kind4:
			d.lignes = append(d.lignes, Ligne{})
			d.ligne(&d.lignes[len(d.lignes)-1], f)
		case Kind5, Kind2, Kind6, Kind1, Kind000, Kind999, end:
			return
		default:
			d.skip()
		}
	}
}

func (d *decoder) ligne(l *Ligne, f *Facture) {
	mapping4.decode(d.take(), d.rec2, l, &d.p)
	d.p.checkLigne(l, f)
	if d.kind() == Kind4S {
		d.complements4 = append(d.complements4, ComplementLigne{})
		l.Complement = &d.complements4[len(d.complements4)-1]
		mapping4S.decode(d.take(), d.rec2, l.Complement, &d.p)
	}
	l.Suite = d.suite(Kind4)
}

// suite reads the records that are kept as they are, prev being the one before.
func (d *decoder) suite(prev Kind) []Record {
	from := len(d.records)
	for d.kind().mayFollow(prev) {
		prev = d.kind()
		rec := d.take()
		d.records = append(d.records, readRecord(prev, rec, &d.p))
		for _, f := range repeats[prev] {
			if rec[f.start:f.end] != d.rec2[f.from:f.from+f.end-f.start] {
				d.p.field(f.field, Repetition, "")
			}
		}
	}
	if n := len(d.records); n > from {
		return d.records[from:n:n]
	}
	return nil
}

func (d *decoder) pied(f *Facture) {
	d.computed.Totaux = f.Totaux()
	d.sum.add(&d.computed.Totaux)
	d.actes += f.actes()
	if d.kind() != Kind5 {
		d.missing(Kind5)
		return
	}
	d.found = pied{}
	d.computed.editeur = ""
	if d.demonstration {
		d.computed.editeur = demo
	}
	readFin(d, &mapping5, d.rec2, &d.found, &d.computed)
	if d.header != "" {
		d.p.checkDemonstration(d.found.editeur, d.demonstration)
	}
	if !d.demonstration {
		f.Editeur = d.found.editeur
	}
}
