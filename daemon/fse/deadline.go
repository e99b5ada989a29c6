package fse

import "github.com/agrafe-fse/agrafe/daemon/fse/tables"

// DateLimite returns the last day to transmit an invoice (R.161-47 CSS): 3 working
// days after the care when the patient paid, 8 with tiers payant. It reports
// false when the tables give no delay for that day.
func DateLimite(t *tables.Set, soins Date, tiersPayant, alsaceMoselle bool) (Date, bool) {
	key := tables.ParamDelaiPaye
	if tiersPayant {
		key = tables.ParamDelaiTiersPayant
	}
	delay, ok := t.Parametre(key, soins)
	if !ok || soins.IsZero() {
		return 0, false
	}
	return AddWorkingDays(soins, int(delay.Valeur), alsaceMoselle), true
}

// AddWorkingDays returns the n-th working day after d: Saturdays, Sundays and
// public holidays don't count.
func AddWorkingDays(d Date, n int, alsaceMoselle bool) Date {
	for n > 0 && !d.IsZero() {
		d = d.AddDays(1)
		if d.Weekday() < 6 && !Ferie(d, alsaceMoselle) {
			n--
		}
	}
	return d
}

// Ferie reports whether d is a French public holiday (L.3133-1 of the labour
// code), with Good Friday and 26 December in Alsace-Moselle.
func Ferie(d Date, alsaceMoselle bool) bool {
	switch d.Month()*100 + d.Day() {
	case 101, 501, 508, 714, 815, 1101, 1111, 1225:
		return true
	case 1226:
		return alsaceMoselle
	}
	if m := d.Month(); m < 3 || m > 6 {
		return false
	}
	switch d.Ordinal() - easter(d.Year()).Ordinal() {
	case 1, 39, 50: // Easter Monday, Ascension, Whit Monday
		return true
	case -2:
		return alsaceMoselle
	}
	return false
}

// easter returns Easter Sunday of a year of the Gregorian calendar, by the
// anonymous algorithm of 1876.
func easter(year int) Date {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	d, _ := tables.MakeDate(year, n/31, n%31+1)
	return d
}
