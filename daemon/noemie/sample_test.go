package noemie

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata, or writes the file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// sampleEntete is the header of a demonstration by an invented payer.
func sampleEntete() Entete {
	return Entete{TypeEmetteur: "CT", Emetteur: "00000001016011", TypeDestinataire: "TP", Destinataire: "00000991000015",
		Identifiant: "RET001", Creation: 250820, Norme: "TEST", Flux: "D"}
}

// write makes a file of records.
func write(t testing.TB, e Entete, records ...Record) []byte {
	t.Helper()
	w, err := NewWriter(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return Encode(f)
}

func rec(t testing.TB, number string, values ...Value) Record {
	t.Helper()
	r, err := NewRecord(number, values...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// unknownRecord is an entity that is in no table.
func unknownRecord(raw string) Record { return Record{raw: raw} }

func part(t testing.TB, number string, asked int64, state string, paid int64, sign string) Record {
	t.Helper()
	p := map[string]*partFields{"198": &fields.amo, "199": &fields.amc}[number]
	return rec(t, number, Number(p.demande.Name, asked), Text(p.etat.Name, state), Number(p.montant.Name, paid), Text(p.signe.Name, sign))
}

func facture(t testing.TB, numero int, lot string) Record {
	t.Helper()
	return rec(t, "102", Text("N° de facture", fmt.Sprintf("%09d", numero)), Text("N° de lot", lot),
		Number("Date de création du lot", 250808), Text("Type de facture", "F"), Number("Date de facturation", 250807))
}

// newer is a file in the newer entities, with every kind of return of a part, an
// entity in no table and identities to hide.
func newer(t testing.TB) []byte {
	return write(t, sampleEntete(),
		rec(t, "071", Number(fields.date071.Name, 250819), Text(fields.virement.Name, "VIREMENT INVENTÉ 0042")),
		rec(t, "081", Text(fields.type081.Name, "01")),
		facture(t, 101, "007"),
		rec(t, "103", Text("N° immatriculation", "2970763220123"), Text("Clé du numéro d'immatriculation", "45"),
			Text("Nom patronymique", "PERSONNE"), Text("Prénom", "INVENTEE"), Number("Date de naissance", 970700)),
		part(t, "198", 2100, "P", 2100, "P"),
		part(t, "199", 900, "D", 0, "P"),
		facture(t, 102, "007"),
		part(t, "198", 2100, "P", 1500, "P"),
		rec(t, "295", Text("Commentaire", "Vu avec Mme Personne")),
		facture(t, 103, "007"),
		part(t, "198", 2100, "R", 0, "P"),
		rec(t, "294", Text("Codification du rejet", "X001"), Text("Libellé du rejet", "LIBELLÉ INVENTÉ"),
			Text("Niveau de rejet", "F"), Text("Part concerné", "O")),
		unknownRecord("777INCONNU 42@"),
		facture(t, 104, "008"),
		part(t, "198", 2100, "P", 2100, "N"),
		rec(t, "250", Text("Référence de la dette", "REF"), Text("Nature de la dette", "IND"), Number("Montant du mouvement financier", 500),
			Text("Signe de l'acte", "N")),
	)
}

// classic is a file in the classic entities: paid, rejected, and a lot refused.
func classic(t testing.TB) []byte {
	act := func(amo, amc int64) Record {
		return rec(t, "210", Number("Montant remboursé", amo), Number("Montant part complémentaire", amc), Text("Signe de l'acte", "P"))
	}
	return write(t, sampleEntete(),
		rec(t, "070", Number(fields.date070.Name, 250819)),
		rec(t, "080", Number(fields.date080.Name, 250808), Text(fields.lot080.Name, "007")),
		rec(t, "100", Text(fields.facture100.Name, "000000101")), act(2000, 0), act(100, 900),
		rec(t, "100", Text(fields.facture100.Name, "000000102")), act(0, 0),
		rec(t, "290", Text("Codification", "X0001"), Text("Libellé", "LIBELLE INVENTE")),
		rec(t, "080", Number(fields.date080.Name, 250809), Text(fields.lot080.Name, "008")),
		rec(t, "290", Text("Codification", "X0002"), Text("Libellé", "LOT REFUSE")),
	)
}

func sampleAccuses() []Accuse {
	return []Accuse{
		{Identifiant: "ACCUSE-1", Date: 250810, Lot: 7, DateLot: 250808, Positif: true, Factures: 3,
			Rejets: []Rejet{{Numero: 103, Code: "X001", Texte: "LIBELLE INVENTE"}}},
		{Identifiant: "ACCUSE-2", Date: 250810, Lot: 8, DateLot: 250809, Code: "X002", Texte: "LOT REFUSE"},
	}
}

func acknowledgement(t testing.TB) []byte {
	data, err := ARLAgrafe{}.Encode(sampleEntete(), sampleAccuses()...)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func samples(t testing.TB) map[string][]byte {
	return map[string][]byte{"nouveau": newer(t), "classique": classic(t), "arl": acknowledgement(t)}
}

// replaced changes the one place where old stands.
func replaced(t testing.TB, data []byte, old, new string) []byte {
	t.Helper()
	if bytes.Count(data, []byte(old)) == 0 {
		t.Fatalf("%q is not in the file", old)
	}
	return bytes.Replace(data, []byte(old), []byte(new), 1)
}
