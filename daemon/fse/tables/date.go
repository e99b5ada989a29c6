package tables

import (
	"errors"
	"fmt"
)

// Date is a civil date without time zone, kept as the number yyyymmdd so that
// comparing two dates is comparing two integers. The zero value means "no date".
type Date int32

// ErrDate reports a text that is not a day of the calendar written 2006-01-02.
var ErrDate = errors.New("cannot read the date: expected a day of the calendar as 2006-01-02")

// MakeDate returns the date of that year, month (1-12) and day, and whether
// such a day exists between the years 1800 and 2999.
func MakeDate(year, month, day int) (Date, bool) {
	if year < 1800 || year > 2999 || month < 1 || month > 12 || day < 1 || day > DaysIn(year, month) {
		return 0, false
	}
	return Date(year*10000 + month*100 + day), true
}

// ParseDate reads a date written 2006-01-02.
func ParseDate(s string) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, ErrDate
	}
	y, ok1 := digits(s[:4])
	m, ok2 := digits(s[5:7])
	d, ok3 := digits(s[8:])
	date, ok4 := MakeDate(y, m, d)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return 0, ErrDate
	}
	return date, nil
}

// digits reads an unsigned number made of ASCII digits only.
func digits(s string) (int, bool) {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, len(s) > 0
}

// DaysIn returns the number of days of that month (1-12) of that year.
func DaysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// Year returns the year, for example 2025.
func (d Date) Year() int { return int(d) / 10000 }

// Month returns the month, 1-12.
func (d Date) Month() int { return int(d) / 100 % 100 }

// Day returns the day of the month, 1-31.
func (d Date) Day() int { return int(d) % 100 }

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == 0 }

// Ordinal returns the number of days since 1 March of year 0, so that the
// difference of two ordinals is a number of days.
func (d Date) Ordinal() int {
	y, m := d.Year(), d.Month()
	if m <= 2 {
		y--
		m += 12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d.Day() - 1
}

// AddDays returns the date n days later, earlier when n is negative. A date
// outside the years 1800-2999 comes back as no date.
func (d Date) AddDays(n int) Date {
	if d == 0 {
		return 0
	}
	o := d.Ordinal() + n
	if o < 0 {
		return 0
	}
	era, doe := o/146097, o%146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day := doy - (153*mp+2)/5 + 1
	month, year := mp+3, era*400+yoe
	if month > 12 {
		month -= 12
		year++
	}
	r, _ := MakeDate(year, month, day)
	return r
}

// AddMonths returns the same day n months later, or the last day of that month
// when it is shorter.
func (d Date) AddMonths(n int) Date {
	if d == 0 {
		return 0
	}
	months := d.Year()*12 + d.Month() - 1 + n
	year, month := months/12, months%12+1
	r, _ := MakeDate(year, month, min(d.Day(), DaysIn(year, month)))
	return r
}

// Weekday returns 1 for Monday to 7 for Sunday.
func (d Date) Weekday() int {
	// 1 March of year 0 was a Wednesday.
	return (d.Ordinal()+2)%7 + 1
}

// Age returns the number of full years between a birth and d, negative before.
func (d Date) Age(birth Date) int {
	years := d.Year() - birth.Year()
	if int(d)%10000 < int(birth)%10000 {
		years--
	}
	return years
}

// String returns the date as 2006-01-02, or "" for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year(), d.Month(), d.Day())
}

// French returns the date as 02/01/2006, or "" for no date.
func (d Date) French() string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.Day(), d.Month(), d.Year())
}

// MarshalJSON writes "2006-01-02", or null for no date.
func (d Date) MarshalJSON() ([]byte, error) {
	if d == 0 {
		return []byte("null"), nil
	}
	return []byte(`"` + d.String() + `"`), nil
}

// UnmarshalJSON reads "2006-01-02" or null.
func (d *Date) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*d = 0
		return nil
	}
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return ErrDate
	}
	v, err := ParseDate(string(b[1 : len(b)-1]))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
