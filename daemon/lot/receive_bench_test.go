package lot

import (
	"fmt"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// BenchmarkReceive takes in a file of 1 000 payments of 200 FSE.
func BenchmarkReceive(b *testing.B) {
	book := openBook(b, b.TempDir())
	l, list := sentFSE(b, book, 200)
	n := 0
	for b.Loop() {
		b.StopTimer()
		if n%10 == 0 && n > 0 { // an FSE has a bounded number of returns
			l, list = sentFSE(b, book, 200)
		}
		var returns []noemie.Return
		for i := range 1000 {
			r := pays(l, list[i%200], noemie.PartAMO, 1, 260620)
			r.Virement = fmt.Sprintf("VIREMENT %d %d", n, i)
			returns = append(returns, r)
		}
		n++
		b.StartTimer()
		receive(b, book, noemieFile(returns...))
	}
}

// BenchmarkEndDispatch transmits a lot of 200 FSE.
func BenchmarkEndDispatch(b *testing.B) {
	for _, mode := range []fse.Mode{fse.SansVitale, fse.Degrade} {
		b.Run(string(mode), func(b *testing.B) {
			book := openBook(b, b.TempDir())
			d := inMode(mode)
			price := priceOf(b, d)
			for b.Loop() {
				b.StopTimer()
				var f FSE
				for range 200 {
					f = signed(b, book, alice, d, price)
				}
				l, err := book.CloseLot(b.Context(), alice, f.Lot, Call{})
				if err == nil {
					l, err = begin(b, book, l.ID)
				}
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if _, err := book.EndDispatch(b.Context(), "service", l.ID, l.Dispatch.MessageID, DispatchEnd{State: DispatchSent, By: ByServer}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
