package lot

import (
	"context"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// laden is a lot of 200 FSE each of which was acknowledged by name n times.
func laden(t testing.TB, b *Book, n int) (l Lot, list []FSE) {
	l, list = sentFSE(t, b, 200)
	for i := range n {
		var returns []noemie.Return
		for _, f := range list {
			returns = append(returns, about(l, f, noemie.ARLPositif, noemie.PartAMO, noemie.Date(260620+i)))
		}
		receive(t, b, noemieFile(returns...))
	}
	return l, list
}

// What is said of a full lot, all of whose FSE have many returns, is taken in whatever
// that takes; what was cut short goes on.
func TestRefusalOfLadenLot(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, list := laden(t, b, 12)
	in := arl(l, false)
	halves, left := 0, 0
	for err := context.Canceled; err != nil; left++ { // one more look at the context each time
		_, _, err = b.Receive(&countdown{Context: t.Context(), left: left}, "service", in)
		if d, fault := b.Delivery(in.idOf()); fault == nil && d.Along != nil {
			halves++
		}
	}
	if halves == 0 {
		t.Error("it was never cut short half-way")
	}
	seen := 0
	for _, f := range list {
		if stateOf(t, b, f.ID) == fse.Rejetee {
			seen++
		}
	}
	if got, err := b.Lot(l.ID); err != nil || got.State != fse.LotRejete || seen != 200 {
		t.Errorf("%s, %d rejected, %v", got.State, seen, err)
	}
	verify(t, b)
}

// countdown is a context that is over after some looks at it.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}
