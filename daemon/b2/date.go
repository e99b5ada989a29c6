package b2

import "fmt"

// Date is a civil date as B2 writes it, AAMMJJ read as a number: 250808 is 8
// August of a year that ends in 25. Zero is no date. A date of birth may hold
// the digits of a card that are no day of the calendar.
type Date uint32

// NewDate returns the B2 form of a day; the century is lost.
func NewDate(year, month, day int) (Date, error) {
	d := Date(uint(year%100)*10000 + uint(month)*100 + uint(day))
	if year < 1 || month < 1 || month > 12 || day < 1 || day > 31 || !d.Calendar() {
		return 0, &Problem{Reason: DateImpossible}
	}
	return d, nil
}

var monthDays = [...]uint32{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// Calendar tells whether the date is a day of the calendar. 29 February is one
// in the years that end in a multiple of 4, 00 included.
func (d Date) Calendar() bool {
	year, month, day := uint32(d)/10000, uint32(d)/100%100, uint32(d)%100
	if year > 99 || month < 1 || month > 12 || day < 1 || day > monthDays[month] {
		return false
	}
	return month != 2 || day < 29 || year%4 == 0
}

// String gives AAMMJJ.
func (d Date) String() string { return fmt.Sprintf("%06d", uint32(d)) }
