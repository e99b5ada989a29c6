package daemon

import (
	"testing"
	"time"
)

// sendLimit is the target for 1 000 invoices in 5 lots, cards and network apart.
const sendLimit = 2 * time.Second

// Five lots of 200 FSE leave: files, seals, encryption, and the journal before and after
// each.
func BenchmarkTransmitThousand(b *testing.B) {
	p := newPost()
	p.copies = false
	s := newShelf(b, p, 200, 200, 200, 200, 200)
	for b.Loop() {
		b.StopTimer()
		p.sent = nil
		d, stop := s.copied(b, b.TempDir()).open(b)
		b.StartTimer()
		begun := time.Now()
		list, err := d.Transmit(b.Context(), ehr, nil, still)
		spent := time.Since(begun)
		b.StopTimer()
		if err != nil || len(list) != 5 || len(p.sent) != 5 {
			b.Fatalf("%d lots, %d messages, %v", len(list), len(p.sent), err)
		}
		if spent > sendLimit {
			b.Errorf("%v, more than %v", spent, sendLimit)
		}
		stop()
		b.StartTimer()
	}
}
