package daemon

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// textOf is the text of a PDF as pdftotext (poppler-utils) reads it, without the kinds
// of spaces.
func textOf(t *testing.T, pdf []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v; install poppler-utils", err)
	}
	return strings.Join(strings.Fields(strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'").Replace(string(out))), " ")
}

// containsAll says whether text holds each word, whatever the case.
func containsAll(text string, words ...string) bool {
	for _, w := range words {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
			return false
		}
	}
	return true
}

// degradedLot is a lot of two degraded FSE of two front ends.
func (r *rig) degradedLot() (l lot.Lot, mine, theirs lot.FSE) {
	r.t.Helper()
	r.insert(left, card(r.t, "medecin-secteur1"))
	mine = r.mustSign(ehr, r.create(ehr, consultation(fse.Degrade)).ID)
	theirs = r.mustSign(other, r.create(other, consultation(fse.Degrade)).ID)
	l, err := r.d.book.Lot(mine.Lot)
	if err != nil || theirs.Lot != l.ID {
		r.t.Fatalf("two lots, %v", err)
	}
	return l, mine, theirs
}

func (r *rig) closeLot(id string) {
	r.t.Helper()
	if _, err := r.d.CloseLot(r.t.Context(), ehr, id, lot.Call{}); err != nil {
		r.t.Fatal(err)
	}
}

// Every document has what it is about, says that it is a demonstration and when it was
// printed, and neither its name nor its title names anybody.
func TestDocuments(t *testing.T) {
	r := newRig(t)
	l, f, _ := r.degradedLot()
	if _, err := r.d.CollectFSE(t.Context(), ehr, f.ID, lot.Payment{Amount: f.Price.Total.ARegler, Means: lot.MeansCheque}, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	sheet, err := r.d.PaperFSE(t.Context(), ehr, r.create(ehr, consultation(fse.Degrade)).ID, lot.Call{})
	if err != nil {
		t.Fatal(err)
	}
	moment := "imprim" // é or ée
	tests := []struct {
		name, id, kind string
		file           string
		says           []string
	}{
		{"sheet", f.ID, "feuille", "fse-000000001-feuille.pdf", []string{"Mode dégradé", "000000001", "ADRTROIS", "Docteur Claire ESSAI", moment}},
		{"the sheet is what an FSE has", f.ID, "", "fse-000000001-feuille.pdf", []string{"Mode dégradé"}},
		{"quittance", f.ID, "quittance", "fse-000000001-quittance.pdf", []string{"Quittance", "chèque", moment}},
		{"paper sheet", sheet.ID, "", "feuille-2026-06-16.pdf", []string{"12541", "ADRTROIS"}},
		{"bordereau", l.ID, "bordereau", "lot-001-bordereau.pdf", []string{"LOT NON SÉCURISÉ", "000000001", "000000002", moment}},
		{"bundle", l.ID, "", "lot-001-liasse.pdf", []string{"LOT NON SÉCURISÉ", "Mode dégradé"}},
		{"envelope", l.ID, "enveloppe", "lot-001-enveloppe.pdf", []string{"FSE DÉGRADÉ", "CPAM d'exemple", "2 rue de l'Exemple"}},
		{"by hand", l.ID, "a-la-main", "lot-001-a-la-main.pdf", []string{"000000002", "FSE DÉGRADÉ"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := page(ehr)
			v.Lots = true
			d, err := r.d.Document(v, tt.id, tt.kind)
			if err != nil {
				t.Fatal(err)
			}
			text := textOf(t, d.PDF)
			if !containsAll(text, append(tt.says, "DÉMONSTRATION")...) {
				t.Errorf("it does not say all of %q: %s", tt.says, text)
			}
			if d.Name != tt.file || !regexp.MustCompile(`^Agrafe( FSE \d{9}| lot \d{3})?$`).MatchString(d.Title) || d.Pages() < 1 {
				t.Errorf("%q, %q, %d pages", d.Name, d.Title, d.Pages())
			}
		})
	}
	takings, err := r.d.TakingsDocument(lot.Practice, date(openDay))
	if err != nil {
		t.Fatal(err)
	}
	if text := textOf(t, takings.PDF); takings.Title != "Agrafe recettes 2026-06-16" || !strings.Contains(text, "Docteur Claire ESSAI") || !strings.Contains(text, "000000002") {
		t.Errorf("the takings are %q: %s", takings.Title, text)
	}
	lines, err := r.d.ByHand(service, l.ID)
	if err != nil || !strings.Contains(strings.Join(lines, "\n"), "DÉMONSTRATION") {
		t.Errorf("by hand: %q, %v", lines, err)
	}
	if bundle, err := r.d.LotDocument(service, l.ID, "liasse"); err != nil || bundle.Pages() != 3 {
		t.Errorf("the bundle of two sheets has %d pages, %v", bundle.Pages(), err)
	}
}

// A document is printed at the moment of its printing, by the clock of the practice.
func TestDocumentsBearTheMoment(t *testing.T) {
	r := newRig(t)
	l, _, _ := r.degradedLot()
	d, err := r.d.LotDocument(service, l.ID, "bordereau")
	if err != nil {
		t.Fatal(err)
	}
	at := openDay.Local()
	if text := textOf(t, d.PDF); !strings.Contains(text, at.Format("02/01/2006")) || !strings.Contains(text, at.Format("15:04")) && !strings.Contains(text, strings.Replace(at.Format("15:04"), ":", " h ", 1)) {
		t.Errorf("not of %s: %s", at.Format(time.DateTime), text)
	}
}

func TestDocumentRefusals(t *testing.T) {
	r := newRig(t)
	draft := r.create(ehr, consultation(fse.Degrade))
	unset := r.create(ehr, standIn())
	l, f, theirs := r.degradedLot()
	tests := []struct {
		name, id, kind string
		lots           bool
		kindOf         state.Kind
		code           string
	}{
		{"not signed", draft.ID, "feuille", false, state.Invalid, "DOCUMENT_INCOMPLET"},
		{"no practice", unset.ID, "", false, state.Invalid, "CABINET_ABSENT"},
		{"nothing collected", f.ID, "quittance", false, state.Invalid, "RIEN_ENCAISSE"},
		{"no such document", f.ID, "facture", false, state.Invalid, "DOCUMENT"},
		{"no paper sheet", f.ID, "papier", false, state.Invalid, "DOCUMENT"},
		{"no such document of a lot", l.ID, "feuille", true, state.Invalid, "DOCUMENT"},
		{"another's", theirs.ID, "", false, state.NotFound, "INTROUVABLE"},
		{"a lot, without seeing lots", l.ID, "", false, state.NotFound, "INTROUVABLE"},
		{"nothing", "x", "", true, state.NotFound, "INTROUVABLE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := page(ehr)
			v.Lots = tt.lots
			_, err := r.d.Document(v, tt.id, tt.kind)
			wantKind(t, err, tt.kindOf, tt.code)
		})
	}
}

// The papers of a lot leave room for the day of its teletransmission, and bear it once the
// lot has left.
func TestPapersBearTheTransmission(t *testing.T) {
	r := newRig(t, mailing(t, newPost()))
	r.insert(left, card(t, "medecin-secteur1"))
	l := r.closedLot(1)
	transmitted := regexp.MustCompile(`(Télétransmis le|Date de télétransmission :)\s+16/06/2026`)
	for _, sent := range []bool{false, true} {
		if sent {
			if list, err := r.d.Transmit(t.Context(), ehr, []string{l.ID}, still); err != nil || list[0].Error != nil {
				t.Fatalf("%+v, %v", list, err)
			}
		}
		for _, kind := range []string{"bordereau", "enveloppe", "a-la-main"} {
			d, err := r.d.LotDocument(service, l.ID, kind)
			if err != nil {
				t.Fatal(err)
			}
			if text := textOf(t, d.PDF); transmitted.MatchString(text) != sent {
				t.Errorf("%s, sent %t: %s", kind, sent, text)
			}
		}
	}
}
