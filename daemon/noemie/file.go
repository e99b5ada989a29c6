package noemie

import "iter"

// File is a file of returns that was accepted. Its records can't be changed: a
// Writer makes another file.
type File struct {
	text    string
	schema  *schema
	spans   []span
	notices Problems
}

// Parse reads a file. A file with a fault is refused as a whole: the error is of
// type Problems, with every fault and notice, and the File is nil.
func Parse(data []byte) (*File, error) {
	s := scan(data)
	if s.faults > 0 {
		return nil, s.problems
	}
	return &File{s.text, s.schema, s.spans, s.problems}, nil
}

// Check returns every problem of a file, notices included; when none is a fault,
// Parse accepts the file. It stops after 1 000 faults.
func Check(data []byte) Problems { return scan(data).problems }

// Encode returns the bytes of the file.
func Encode(f *File) []byte { return []byte(f.text) }

// Notices returns what is unknown or odd in the file and was kept as it is; the
// first 1 000 of them.
func (f *File) Notices() Problems { return append(Problems(nil), f.notices...) }

// ARL tells whether the file is an acknowledgement in our layout.
func (f *File) ARL() bool { return f.schema == arl }

// Len is the number of records, 000 and 999 included.
func (f *File) Len() int { return len(f.spans) }

// Record returns record i, counted from 0.
func (f *File) Record(i int) Record {
	s := f.spans[i]
	return Record{f.schema[s.number], f.text[s.start : s.start+s.size]}
}

// Records goes through the records, with their numbers from 1.
func (f *File) Records() iter.Seq2[int, Record] {
	return func(yield func(int, Record) bool) {
		for i := range f.spans {
			if !yield(i+1, f.Record(i)) {
				return
			}
		}
	}
}

// Entete is what the header says.
type Entete struct {
	TypeEmetteur, Emetteur         string // 2 characters, 14 digits
	TypeDestinataire, Destinataire string // 2 characters, 14 characters
	Identifiant                    string // of the file, 6 characters
	Creation                       Date
	Norme                          string // 4 characters
	Flux                           string // R or empty real, D demonstration, T test
}

// Demonstration tells whether the file says that it is no real one.
func (e *Entete) Demonstration() bool { return e.Flux == "D" || e.Flux == "T" }

var h = struct{ typeE, numE, typeD, numD, ident, creation, norme, unite, flux, longueur *Field }{
	typeE: noemie[0].field("Type d'émetteur"), numE: noemie[0].field("Numéro d'émetteur"),
	typeD: noemie[0].field("Type de destinataire"), numD: noemie[0].field("Numéro de destinataire"),
	ident: noemie[0].field("Identification du fichier"), creation: noemie[0].field("Date de création du fichier"),
	norme: noemie[0].field("Norme utilisée - référence de l'échange"), unite: noemie[0].field("Unité monétaire"),
	flux: noemie[0].field("Type de flux"), longueur: noemie[0].field("Longueur d'enregistrement"),
}

// Entete returns what the header of the file says.
func (f *File) Entete() Entete {
	raw := f.Record(0).raw
	return Entete{
		TypeEmetteur: readText(h.typeE.of(raw)), Emetteur: h.numE.of(raw),
		TypeDestinataire: readText(h.typeD.of(raw)), Destinataire: readText(h.numD.of(raw)),
		Identifiant: readText(h.ident.of(raw)), Creation: readDate(h.creation, raw),
		Norme: readText(h.norme.of(raw)), Flux: readText(h.flux.of(raw)),
	}
}
