package export

import (
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Row is one FSE, as an accountant wants it. Amounts are in cents.
type Row struct {
	Numero        string    // 9 digits
	Professionnel string    // numéro AM
	DateSoins     time.Time // a day; zero if unknown
	Etat          string
	Certification string // S, F or D
	Lot           string // number of the lot, "" if in none
	Honoraires    int64
	AMO, AMC      int64
	Patient       int64
	PayeeLe       time.Time // a day; zero as long as it is not paid
	Regle         int64     // what the payers gave
	Encaisse      int64     // what the patient gave
	Moyen         string    // by what: carte, cheque, especes, virement
	EncaisseLe    time.Time // a day; zero if nothing was noted
	Demonstration bool      // not a real FSE
}

// columns are the titles, in the order of Row.cells.
var columns = []string{
	"Numéro", "Professionnel", "Date des soins", "État", "Certification", "Lot", "Honoraires", "Part AMO", "Part AMC",
	"Part patient", "Payée le", "Montant réglé", "Encaissé", "Moyen", "Encaissé le", "Démonstration",
}

func (r Row) cells() []string {
	demo := ""
	if r.Demonstration {
		demo = "oui"
	}
	return []string{
		guard(r.Numero), guard(r.Professionnel), day(r.DateSoins), guard(r.Etat), guard(r.Certification), guard(r.Lot),
		euros(r.Honoraires), euros(r.AMO), euros(r.AMC), euros(r.Patient), day(r.PayeeLe), euros(r.Regle),
		euros(r.Encaisse), guard(r.Moyen), day(r.EncaisseLe), demo,
	}
}

// Accounts writes FSE as a table: two lines that say what it is, the titles, a line for each row, a last line with
// their number. It returns how many rows it has written, and the first error of w or of rows.
func Accounts(w io.Writer, h Header, rows iter.Seq2[Row, error]) (uint64, error) {
	const op = "cannot export the table of FSE"
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return 0, fmt.Errorf("%s: %w", op, err)
	}
	c := csv.NewWriter(w)
	c.Comma, c.UseCRLF = ';', true
	c.Write([]string{fmt.Sprintf("Agrafe : FSE du journal %s, enregistrements %d à %d, fait le %s, montants en euros",
		hex.EncodeToString(h.Journal[:]), h.First, h.Last, h.Made.Format("02/01/2006 à 15:04"))})
	c.Write([]string{warning})
	c.Write(columns)
	n := uint64(0)
	for r, err := range rows {
		if err == nil {
			err = c.Write(r.cells())
		}
		if err != nil {
			return n, fmt.Errorf("%s behind the first %d: %w", op, n, err)
		}
		n++
	}
	c.Write([]string{"Fin : " + strconv.FormatUint(n, 10) + " FSE"})
	c.Flush()
	if err := c.Error(); err != nil { // the first of all the writes above
		return n, fmt.Errorf("%s: %w", op, err)
	}
	return n, nil
}

// formulas are the characters that spreadsheets take for the beginning of a formula (OWASP, "CSV Injection").
const formulas = "=+-@\t\r\n＝＋－＠"

// guard keeps spreadsheets from computing a text: one that begins as formulas do gets an apostrophe before it.
func guard(s string) string {
	if first, n := utf8.DecodeRuneInString(s); n > 0 && strings.ContainsRune(formulas, first) {
		return "'" + s
	}
	return s
}

// euros writes cents as French spreadsheets read them.
func euros(cents int64) string {
	sign, n := "", uint64(cents)
	if cents < 0 {
		sign, n = "-", -uint64(cents)
	}
	return fmt.Sprintf("%s%d,%02d", sign, n/100, n%100)
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("02/01/2006")
}
