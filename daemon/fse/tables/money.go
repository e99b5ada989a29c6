package tables

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Cents is an amount of money in euro cents.
type Cents int64

// Coef is a coefficient in hundredths: 150 is 1,5.
type Coef int64

// Un is the coefficient 1.
const Un Coef = 100

var (
	// ErrMontant reports a text that is not an amount with at most two decimals.
	ErrMontant = errors.New("cannot read the amount: expected digits with at most two decimals")
	// ErrCoef reports a text that is not a coefficient with at most two decimals.
	ErrCoef = errors.New(`cannot read the coefficient: expected digits with at most two decimals, as "1" or "1.5"`)
)

// ParseEuros reads an amount in euros with at most two decimals, with a point
// or a comma: 26.5, 26,50, 30.
func ParseEuros(s string) (Cents, error) {
	n, ok := hundredths(s)
	if !ok {
		return 0, ErrMontant
	}
	return Cents(n), nil
}

// ParseCoef reads a coefficient with at most two decimals, with a point or a comma.
func ParseCoef(s string) (Coef, error) {
	n, ok := hundredths(s)
	if !ok {
		return 0, ErrCoef
	}
	return Coef(n), nil
}

// hundredths reads digits, then at most two decimals, as a number of hundredths.
func hundredths(s string) (int64, bool) {
	whole, frac := s, ""
	if i := strings.IndexAny(s, ".,"); i >= 0 {
		whole, frac = s[:i], s[i+1:]
		if frac == "" {
			return 0, false
		}
	}
	if len(whole) == 0 || len(whole) > 9 || len(frac) > 2 {
		return 0, false
	}
	w, ok := digits(whole)
	if !ok {
		return 0, false
	}
	f := 0
	if frac != "" {
		if f, ok = digits(frac); !ok {
			return 0, false
		}
		if len(frac) == 1 {
			f *= 10
		}
	}
	return int64(w)*100 + int64(f), true
}

// String returns the amount as it is written in French: 1234,50.
func (c Cents) String() string {
	sign, n := "", int64(c)
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d,%02d", sign, n/100, n%100)
}

// String returns the coefficient in its shortest form with a point: 1, 1.5, 12.65.
func (c Coef) String() string {
	s := strconv.FormatInt(int64(c/100), 10)
	if f := int64(c % 100); f != 0 {
		s += strings.TrimRight(fmt.Sprintf(".%02d", f), "0")
	}
	return s
}

// MarshalJSON writes the coefficient as a string: "1.5".
func (c Coef) MarshalJSON() ([]byte, error) {
	return []byte(`"` + c.String() + `"`), nil
}

// UnmarshalJSON reads a coefficient written as a string, or null for none.
func (c *Coef) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*c = 0
		return nil
	}
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return ErrCoef
	}
	v, err := ParseCoef(string(b[1 : len(b)-1]))
	if err != nil {
		return err
	}
	*c = v
	return nil
}

// Round returns num/den rounded half up. It is the only place where an amount
// is rounded. den must be positive and num not negative; a result that does not
// fit is the largest amount.
func Round(num, den int64) Cents {
	if num > math.MaxInt64-den {
		return Cents(math.MaxInt64)
	}
	q, r := num/den, num%den
	if r >= den-r {
		q++
	}
	return Cents(q)
}

// Percent returns that share of the amount, in percent, rounded half up.
func (c Cents) Percent(rate int) Cents { return Round(int64(c)*int64(rate), 100) }
