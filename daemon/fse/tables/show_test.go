package tables

import (
	"testing"
)

func TestTable(t *testing.T) {
	got, ok := Default().Table("motifs_degrade")
	if !ok || got.Titre != "Motifs du mode dégradé" || len(got.Rangees) != 5 || got.Rangees[0][0] != "carte-absente" {
		t.Errorf("got %+v", got)
	}
	got.Rangees[0][0] = "changed"
	if again, _ := Default().Table("motifs_degrade"); again.Rangees[0][0] != "carte-absente" {
		t.Error("a caller can change the tables")
	}
	if _, ok := Default().Table("x"); ok {
		t.Error("found a table named x")
	}
}

func TestSearch(t *testing.T) {
	tests := []struct {
		name, query, table, code string
	}{
		{"a code", "MEG", "tarifs", "MEG"},
		{"a code in lower case", "meg", "tarifs", "MEG"},
		{"words without accents", "visite regulee 0-6", "tarifs", "VRM"},
		{"words with accents", "Généraliste moins de 6 ans", "tarifs", "MEG"},
		{"a payer", "835 0300", "organismes", "08"},
		{"a label", "carte muette", "motifs_degrade", "carte-muette"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hits := Default().Search(tt.query)
			for _, h := range hits {
				if h.Table == tt.table && h.Rangee[0] == tt.code && h.Ligne > 1 && len(h.Colonnes) == len(h.Rangee) {
					return
				}
			}
			t.Errorf("%d hits: %+v", len(hits), hits[:min(3, len(hits))])
		})
	}
	if hits := Default().Search("MEG"); hits[0].Rangee[0] != "MEG" {
		t.Errorf("the code does not come first: %v", hits[0])
	}
	for _, none := range []string{"", "  ", "zzzzzz"} {
		if hits := Default().Search(none); len(hits) > 0 {
			t.Errorf("%q finds %v", none, hits[0])
		}
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{"ÉLÈVE": "eleve", "Œuf à la coque": "oeuf a la coque", "L’été ÇÎÔÛŸÑ æ": "l'ete ciouyn ae"} {
		if got := Fold(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestLabels(t *testing.T) {
	s := Default()
	if got := s.Libelle("motifs_degrade", "lecteur", 20250808); got != "Lecteur en panne" {
		t.Errorf("got %q", got)
	}
	if got := s.Libelle("motifs_degrade", "x", 20250808) + s.Libelle("x", "x", 20250808); got != "" {
		t.Errorf("got %q", got)
	}
	if list := s.Attestations(); len(list) != 15 || list[0].Cle != "100-toutes" || list[2].Cle != "non-exonere" {
		t.Errorf("%d attestations", len(list))
	}
	if _, ok := s.Organisme("1", "349", "9881"); ok {
		t.Error("found a payer with a régime of one digit")
	}
}
