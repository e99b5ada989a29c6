package fse

import "strconv"

// Digits returns day, month and year as the card writes them, so that a lunar
// date stays what it is; the year of a date of six digits has no century. Of two
// ways to read eight digits, the one that agrees with the civil date is right,
// else JJMMAAAA, as for ParseNaissance. Without digits of the card, those of the
// civil date are given.
func (n Naissance) Digits() (day, month, year int, err error) {
	s := n.EnCarte
	if s == "" && n.Civile != 0 {
		return n.Civile.Day(), n.Civile.Month(), n.Civile.Year(), nil
	}
	if _, err := ParseNaissance(s, 0); err != nil {
		return 0, 0, 0, err
	}
	num := func(i, j int) int {
		v, _ := strconv.Atoi(s[i:j]) // digits: ParseNaissance has looked
		return v
	}
	if len(s) == 6 {
		return num(0, 2), num(2, 4), num(4, 6), nil
	}
	day, month, year = num(0, 2), num(2, 4), num(4, 8)
	believed := year >= oldestYear && year < 3000
	if !believed || n.Civile != 0 && civil(year, month, day) != n.Civile {
		return num(6, 8), num(4, 6), num(0, 4), nil
	}
	return day, month, year, nil
}
