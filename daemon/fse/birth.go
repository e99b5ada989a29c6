package fse

import (
	"errors"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// ErrNaissance reports digits that are no date of birth, lunar dates included.
var ErrNaissance = errors.New("cannot read the date of birth: expected JJMMAAAA, AAAAMMJJ or JJMMAA as on the card, or JJ/MM/AAAA")

// oldestYear is the first year that a birth is believed in: the oldest people
// known lived 122 years.
const oldestYear = 1850

// civil returns the first day of the calendar at or after a day that a card
// writes: day 00 is the first, a day past the end of its month the first of the
// next; where the month is no month (00, 13-99) it is 1 January of the year.
func civil(year, month, day int) Date {
	if month < 1 || month > 12 {
		month, day = 1, 1
	}
	day = max(day, 1)
	if day > tables.DaysIn(year, month) {
		month, day = month+1, 1
		if month > 12 {
			year, month = year+1, 1
		}
	}
	d, _ := tables.MakeDate(year, month, day)
	return d
}

// ParseNaissance works out the day of the calendar of a date written as on the
// card. on is the day of the care: it chooses the century of a date that has none
// (the youngest age of 0 or more). Eight digits are JJMMAAAA unless they only
// make sense as AAAAMMJJ.
func ParseNaissance(enCarte string, on Date) (Date, error) {
	for i := range len(enCarte) {
		if enCarte[i] < '0' || enCarte[i] > '9' {
			return 0, ErrNaissance
		}
	}
	num := func(i, j int) int {
		n := 0
		for _, c := range []byte(enCarte[i:j]) {
			n = n*10 + int(c-'0')
		}
		return n
	}
	switch len(enCarte) {
	case 6:
		return youngest(num(4, 6), num(2, 4), num(0, 2), on), nil
	case 8:
		last := on.Year()
		if on == 0 {
			last = 2999
		}
		if y := num(4, 8); y >= oldestYear && y <= last {
			return civil(y, num(2, 4), num(0, 2)), nil
		}
		if y := num(0, 4); y >= oldestYear && y <= last {
			return civil(y, num(4, 6), num(6, 8)), nil
		}
	}
	return 0, ErrNaissance
}

// youngest chooses the century that makes the age at on 0 or more, and least.
func youngest(yy, month, day int, on Date) Date {
	if on == 0 {
		return civil(1900+yy, month, day)
	}
	century := on.Year() / 100 * 100
	if d := civil(century+yy, month, day); d <= on {
		return d
	}
	return civil(century-100+yy, month, day)
}

// TypedNaissance reads a date of birth typed as JJ/MM/AAAA, lunar dates
// included, into what the card would hold and its day of the calendar.
func TypedNaissance(s string) (Naissance, error) {
	if len(s) != 10 || s[2] != '/' || s[5] != '/' {
		return Naissance{}, ErrNaissance
	}
	enCarte := s[:2] + s[3:5] + s[6:]
	d, err := ParseNaissance(enCarte, 0)
	if err != nil {
		return Naissance{}, err
	}
	return Naissance{EnCarte: enCarte, Civile: d}, nil
}

// jour returns the day of the calendar of a birth for ages at that day, and no
// day when nothing is known of it.
func (n Naissance) jour(on Date) (Date, error) {
	if n.EnCarte == "" || n.Civile != 0 {
		return n.Civile, nil
	}
	return ParseNaissance(n.EnCarte, on)
}

// agrees reports whether the card's digits can stand for the civil date, in any
// of the forms and any century.
func (n Naissance) agrees() bool {
	if n.EnCarte == "" || n.Civile == 0 {
		return true
	}
	if len(n.EnCarte) == 6 {
		c := n.Civile.Year() / 100 * 100
		d, err := ParseNaissance(n.EnCarte, Date((c+99)*10000+1231))
		return err == nil && d == n.Civile
	}
	d, err := ParseNaissance(n.EnCarte, 0)
	if err == nil && d != n.Civile && len(n.EnCarte) == 8 {
		// The same digits in the other order: 20011930 is a day of 1930 or of 2001.
		s := n.EnCarte
		d, err = ParseNaissance(s[6:]+s[4:6]+s[:4], 0)
	}
	return err == nil && d == n.Civile
}

// matches reports whether the year and month of a NIR can be those of the birth.
// The card's digits decide where there are some: the day of the calendar of a lunar
// date is not the month that the NIR has.
func (n Naissance) matches(year, month int, birth Date) bool {
	same := func(yy, mm string) bool {
		m := two(mm)
		return two(yy) == year && (m == month || m < 1 || m > 12)
	}
	switch s := n.EnCarte; {
	case len(s) == 6:
		return same(s[4:], s[2:4])
	case len(s) == 8 && s[4:] >= "1850" && s[4:] <= "2100":
		return same(s[6:], s[2:4])
	case len(s) == 8:
		return same(s[2:4], s[4:6])
	}
	return year == birth.Year()%100 && month == birth.Month()
}

// two reads two digits.
func two(s string) int { return int(s[0]-'0')*10 + int(s[1]-'0') }
