package paper

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

const nbsp = "\u00a0"

// dateByHand is room for a date that is not known yet.
const dateByHand = "……" + nbsp + "/" + nbsp + "……" + nbsp + "/" + nbsp + "…………" + " (à la main)"

// typography keeps French punctuation on the line of its word. The space that it puts
// in is as wide as the other one.
var typography = strings.NewReplacer(" :", nbsp+":", " ;", nbsp+";", " !", nbsp+"!", " ?", nbsp+"?", "« ", "«"+nbsp, " »", nbsp+"»")

// euros writes an amount of cents as French typography does, the unit apart:
// 1 234,56 with a space that no line breaks at.
func euros(c fse.Cents) string {
	sign, n := "", uint64(c)
	if c < 0 {
		sign, n = "−", -n
	}
	whole := strconv.FormatUint(n/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + nbsp + whole[i:]
	}
	return fmt.Sprintf("%s%s,%02d", sign, whole, n%100)
}

// eurosUnit writes an amount with its unit.
func eurosUnit(c fse.Cents) string { return euros(c) + nbsp + "€" }

// day writes a moment as JJ/MM/AAAA, "" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("02/01/2006")
}

// moment writes a day and an hour.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("02/01/2006 à 15:04")
}

// nirPaper writes a NIR in the groups in which it is read on paper: sex, year, month,
// department, commune, order and key. What is no NIR is written as it came.
func nirPaper(s string) string {
	n, _, err := fse.ParseNIR(s)
	if err != nil || n.Key() == "" {
		return clean(s)
	}
	t := n.String()
	return strings.Join([]string{t[:1], t[1:3], t[3:5], t[5:7], t[7:10], t[10:13], t[13:]}, nbsp)
}

// birth writes a date of birth with the digits of the card, lunar dates unchanged.
func birth(n fse.Naissance) string {
	d, m, y, err := n.Digits()
	switch {
	case errors.Is(err, fse.ErrNaissance):
		return clean(n.EnCarte)
	case y < 100:
		return fmt.Sprintf("%02d/%02d/%02d", d, m, y)
	}
	return fmt.Sprintf("%02d/%02d/%04d", d, m, y)
}

// coefficient writes a coefficient with a comma.
func coefficient(c fse.Coef) string { return strings.ReplaceAll(c.String(), ".", ",") }

// percent writes a rate.
func percent(n int) string { return strconv.Itoa(n) + nbsp + "%" }

// plural writes a count with its noun. FSE has no plural of its own.
func plural(n int, noun string) string {
	if n > 1 && noun != "FSE" {
		noun += "s"
	}
	return strconv.Itoa(n) + nbsp + noun
}

func yesNo(b bool) string {
	if b {
		return "oui"
	}
	return "non"
}
