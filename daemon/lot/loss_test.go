package lot

import (
	"testing"
)

// After a loss every series leaps over as many numbers as there may have been, once.
func TestNumbersAfterALoss(t *testing.T) {
	const first, second = "991000015", "991000031"
	b := openBook(t, t.TempDir())
	reserve := func(am string) int { return reserved(t, b, alice, draft(am), priceOf(t, draft(am))).Numero }
	if n := reserve(first); n != 1 {
		t.Fatalf("the first number is %d", n)
	}
	for range 2 {
		if err := b.Lost(t.Context(), 40, "essai"); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []int{82, 83} {
		if n := reserve(first); n != want {
			t.Errorf("number %d after the losses is %d, want %d", i, n, want)
		}
	}
	if n := reserve(second); n != 81 {
		t.Errorf("the first number of another professional is %d, want 81: what was lost may have been theirs", n)
	}
	if err := b.Lost(t.Context(), 5, "essai"); err != nil {
		t.Fatal(err)
	}
	if n := reserve(second); n != 87 {
		t.Errorf("after one more loss it is %d, want 87", n)
	}
	if _, err := b.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}
