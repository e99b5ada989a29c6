package seal

import (
	_ "embed" // the table of words
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"time"
)

// The words of a transmission stand in one table, with their source: they were
// written by an establishment's program, and that a médecin writes the same is
// inferred.
//
//go:embed tables/envelope.csv
var wordsTable string

var words = mustWords(wordsTable)

func mustWords(table string) map[string]string {
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		panic("seal: " + err.Error())
	}
	all := map[string]string{}
	for _, row := range rows[1:] {
		all[row[0]] = row[1]
	}
	for _, name := range []string{"address", "address-demonstration", "subject", "content-type", "production", "demonstration", "seal", "seal-description"} {
		if all[name] == "" {
			panic("seal: no " + name + " in the table of words")
		}
	}
	return all
}

// ErrAddress: a régime has 2 digits, an organism 3, an emitter 14, a count 5.
var ErrAddress = errors.New("cannot address the file: a régime has 2 digits, an organism 3, an emitter 14, a number of invoices at most 5")

// Address is the mail address of a payer's organism, which is also the name of its
// certificate; that of a demonstration is under .test and reaches nobody. It fails
// with ErrAddress.
func Address(regime, organisme string, demonstration bool) (string, error) {
	if !digits(regime, 2) || !digits(organisme, 3) {
		return "", ErrAddress
	}
	name := "address"
	if demonstration {
		name = "address-demonstration"
	}
	return strings.NewReplacer("{regime}", regime, "{organisme}", organisme).Replace(words[name]), nil
}

// Subject is the subject of the mail that carries a file: emitter of its record 000
// (14 digits), moment to 10 µs, number of invoices. It fails with ErrAddress.
func Subject(emetteur string, at time.Time, factures int) (string, error) {
	if !digits(emetteur, 14) || factures < 0 || factures > 99_999 {
		return "", ErrAddress
	}
	date := strings.Replace(at.UTC().Format("20060102150405.00000"), ".", "", 1)
	return strings.NewReplacer("{emetteur}", emetteur, "{date}", date, "{factures}", fmt.Sprintf("%05d", factures)).Replace(words["subject"]), nil
}

// digits tells whether s is n digits.
func digits(s string, n int) bool { return len(s) == n && strings.Trim(s, "0123456789") == "" }
