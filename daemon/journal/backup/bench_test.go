package backup

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// benchJournal has records of about 1 KiB, of which a quarter does not compress, as a seal.
func benchJournal(b *testing.B, records int) *journal.Journal {
	j := openJournal(b, journalOptions(b))
	extend(b, j, records)
	return j
}

func extend(b *testing.B, j *journal.Journal, records int) {
	for range (records + 99) / 100 {
		_, err := j.Update(context.Background(), func(s journal.State) ([]journal.Entry, error) {
			var es []journal.Entry
			for i := range uint64(min(100, records)) {
				n := s.Last() + i
				seal := make([]byte, 0, 256)
				for k := range uint64(32) {
					seal = binary.BigEndian.AppendUint64(seal, (n*32+k)*0x9e3779b97f4a7c15)
				}
				es = append(es, journal.Entry{
					Kind: "fse.signée", Subject: fmt.Sprintf("%09d", n), Actor: "https://ehr.example cps", Version: 1,
					Data: fmt.Appendf(nil, `{"n":%d,"lines":%q,"seal":"%x"}`, n, strings.Repeat("acte G 3000 ", 30), seal),
				})
			}
			return es, nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

const benchRecords = 100_000

// BenchmarkFull is the first backup of 100 000 records, each segment synced and read back.
func BenchmarkFull(b *testing.B) {
	j := benchJournal(b, benchRecords)
	for b.Loop() {
		r := backUp(b, j, b.TempDir())
		b.SetBytes(r.Bytes)
		b.ReportMetric(float64(r.Segments), "segments")
	}
}

// BenchmarkIncrement is a run that finds so many new records behind 100 000.
func BenchmarkIncrement(b *testing.B) {
	j, dir := benchJournal(b, benchRecords), b.TempDir()
	backUp(b, j, dir)
	for _, n := range []int{0, 1, 100} {
		b.Run(fmt.Sprintf("records=%d", n), func(b *testing.B) {
			written := int64(0)
			for b.Loop() {
				b.StopTimer()
				if n > 0 {
					extend(b, j, n)
				}
				b.StartTimer()
				written += backUp(b, j, dir).Bytes
			}
			b.ReportMetric(float64(written)/float64(b.N), "bytes-written/op")
		})
	}
}

// BenchmarkVerify reads 100 000 records.
func BenchmarkVerify(b *testing.B) {
	j, dir := benchJournal(b, benchRecords), b.TempDir()
	b.SetBytes(backUp(b, j, dir).Bytes)
	for b.Loop() {
		if _, err := Verify(context.Background(), dir, testSecret(b)); err != nil {
			b.Fatal(err)
		}
	}
}
