//go:build chromium

package e2e

import (
	"strings"
	"testing"
	"time"
)

// What is half typed is neither rewritten nor signed: a date key by key with a pause in
// the middle of the year, and an amount that is none.
func TestNothingIsSignedWhileAFieldIsWrong(t *testing.T) {
	p := newPractice(t)
	u := p.sit("/facturer")
	u.invoiceDegraded()
	u.reads("Prête à signer.")
	today := time.Now().Format("02/01/2006")
	u.fill("Date des soins", "")
	for _, key := range strings.Split(today, "") {
		u.press(key)
		time.Sleep(150 * time.Millisecond) // longer than the check of a draft waits
	}
	u.press("\t")
	u.sees(`named(writable, "Date des soins").value === ` + quoted(today))
	u.reads("Prête à signer.")
	u.fill("Honoraires", "abc")
	u.press("\t")
	u.sees(`!document.body.innerText.includes("Prête à signer")`)
	u.click("Signer")
	time.Sleep(time.Second)
	if f := p.get(u.kept()); f.State != "brouillon" {
		t.Errorf("it was signed: %+v", f)
	}
}

// The amount of an act comes with the rules' answer. Whoever is in its field by then replaces
// it by what is typed, as whoever enters it later.
func TestAmountThatComesIsReplaced(t *testing.T) {
	p := newPractice(t)
	u := p.invoice()
	u.clickOn("writable", "Honoraires, ligne 1")
	u.shows("30,00")
	u.press("31,50\t")
	u.shows("31,50")
}
