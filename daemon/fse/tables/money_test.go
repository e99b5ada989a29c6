package tables

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestParseEuros(t *testing.T) {
	for in, want := range map[string]Cents{"30": 3000, "26.5": 2650, "26,50": 2650, "0.61": 61, "0": 0, "999999999.99": 99999999999} {
		if got, err := ParseEuros(in); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", ".", "1.", ".5", "1.234", "-1", "+1", "1 000", "1e3", "1.2.3", "1234567890", "1.x", "x"} {
		if got, err := ParseEuros(in); err == nil {
			t.Errorf("%q is read as %d", in, got)
		}
	}
}

func TestAmountsAsText(t *testing.T) {
	for c, want := range map[Cents]string{0: "0,00", 5: "0,05", 3000: "30,00", -1060: "-10,60", 123456: "1234,56"} {
		if c.String() != want {
			t.Errorf("%d: %s", c, c)
		}
	}
	for c, want := range map[Coef]string{100: "1", 150: "1.5", 1265: "12.65", 5: "0.05", 6000: "60"} {
		if c.String() != want {
			t.Errorf("%d: %s", c, c)
		}
	}
}

func TestCoefJSON(t *testing.T) {
	b, err := json.Marshal(Coef(150))
	if err != nil || string(b) != `"1.5"` {
		t.Errorf("got %s, %v", b, err)
	}
	var c Coef
	if err := json.Unmarshal([]byte(`"12,65"`), &c); err != nil || c != 1265 {
		t.Errorf("got %d, %v", c, err)
	}
	if err := json.Unmarshal([]byte(`null`), &c); err != nil || c != 0 {
		t.Errorf("got %d, %v", c, err)
	}
	for _, bad := range []string{`1.5`, `"1.555"`, `"x"`} {
		if err := c.UnmarshalJSON([]byte(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}

func TestRound(t *testing.T) {
	tests := []struct {
		name     string
		num, den int64
		want     Cents
	}{
		{"half up", 5, 10, 1},
		{"below half", 4, 10, 0},
		{"exact", 20, 10, 2},
		{"odd denominator", 1, 3, 0},
		{"odd denominator, up", 2, 3, 1},
		{"too large", math.MaxInt64, 100, math.MaxInt64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Round(tt.num, tt.den); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
	if got := Cents(1855).Percent(70); got != 1299 {
		t.Errorf("70 %% of 18,55 is %s", got)
	}
}

func TestLawRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		num := rapid.Int64Range(0, math.MaxInt64/4).Draw(t, "num")
		den := rapid.Int64Range(1, 1_000_000).Draw(t, "den")
		// floor((2·num + den) / 2·den), without overflow
		n := new(big.Int).Add(new(big.Int).Mul(big.NewInt(num), big.NewInt(2)), big.NewInt(den))
		want := n.Div(n, big.NewInt(2*den)).Int64()
		if got := Round(num, den); got != Cents(want) {
			t.Fatalf("Round(%d, %d) = %d, want %d", num, den, got, want)
		}
	})
}
