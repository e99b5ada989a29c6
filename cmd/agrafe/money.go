package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// narrow is the space of French amounts: narrow, and never at the end of a line.
const narrow = "\u202f"

// euros writes cents as French amounts are written: 1 234,50 €.
func euros(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	whole := strconv.FormatInt(cents/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + narrow + whole[i:]
	}
	return fmt.Sprintf("%s%s,%02d%s€", sign, whole, cents%100, narrow)
}

var amount = regexp.MustCompile(`^([0-9]{1,7})(?:[.,]([0-9]{2}))?$`)

// cents reads an amount as people type it: 25, 25,50 or 25.50.
func cents(text string) (int64, error) {
	found := amount.FindStringSubmatch(strings.TrimSpace(text))
	if found == nil {
		return 0, &usageError{fmt.Errorf("cannot read the amount %q: write 25, 25,50 or 25.50", text)}
	}
	return strconv.ParseInt(found[1]+(found[2] + "00")[:2], 10, 64)
}

// day writes an ISO date as French dates are written, and leaves what is none.
func day(iso string) string {
	if len(iso) != len("2026-11-22") {
		return iso
	}
	return iso[8:] + "/" + iso[5:7] + "/" + iso[:4]
}
