package b2

import (
	"bytes"
	"fmt"
)

// piece is a part of a damaged file that should be one record: data[start:end].
type piece struct{ start, end int }

// wrongLength tells what a piece is when it is no whole record.
func (p piece) wrongLength() (detail string, wrong bool) {
	n := p.end - p.start
	return fmt.Sprintf("%d octets au lieu de %d", n, Size), n != Size
}

// split cuts a file in records. A file of whole records is cut every Size bytes.
// In another one, bytes were lost or added: the cut goes on where the number of
// the professional, which follows the type of nearly every record, is found
// again, so that one damage spoils one record and not the rest of the file.
func split(data []byte) []piece {
	pieces := make([]piece, 0, min(len(data)/Size+1, MaxRecords))
	mark := anchor(data)
	for at := 0; at < len(data) && len(pieces) < MaxRecords; {
		end := min(at+Size, len(data))
		if len(data)%Size != 0 && mark != nil {
			end = nearest(data, at, mark)
		}
		pieces = append(pieces, piece{at, end})
		at = end
	}
	return pieces
}

// anchor returns the bytes of record 1 that the records of its lot repeat from
// their second column on, the blank that follows included; nil when the file has
// no second record of that kind.
func anchor(data []byte) []byte {
	field := theLayout.field(Kind2, "N° du partenaire de santé + clé")
	from, to := Size+field.start(), Size+field.End
	if len(data) < 2*Size || data[Size] != '1' || !isDigits(string(data[from:to])) {
		return nil
	}
	return data[from:to]
}

// nearest returns where the record that starts at at ends: the start of another
// one that is the nearest to Size bytes further.
func nearest(data []byte, at int, mark []byte) int {
	regular := at + Size
	for off := 0; off < Size; off++ {
		for _, end := range []int{regular - off, regular + off} {
			if end == len(data) || end < len(data) && startsRecord(data, end, mark) {
				return end
			}
		}
	}
	return min(regular, len(data))
}

// startsRecord tells whether a record seems to start at at. The number of the
// professional also stands inside of records 4: the blank that follows it, or the
// counters in a record 6, tell them apart.
func startsRecord(data []byte, at int, mark []byte) bool {
	rest := data[at:]
	if bytes.HasPrefix(rest, []byte("999")) && len(rest) > Size/4 {
		return bytes.Equal(rest[3:Size/4], data[3:Size/4])
	}
	if rest[0] < '1' || rest[0] > '6' || !bytes.HasPrefix(rest[1:], mark) {
		return false
	}
	next := rest[1+len(mark):]
	if rest[0] == '6' {
		return len(next) >= len(mark) && isDigits(string(next[:len(mark)]))
	}
	return len(next) > 0 && next[0] == ' '
}

// padded returns the piece with the length of a record.
func (p piece) padded(data []byte) []byte {
	rec := blanks
	copy(rec[:], data[p.start:p.end])
	return rec[:]
}

// separated tells whether line ends were put between the records.
func separated(data []byte) bool {
	return len(data) > Size && (data[Size] == '\n' || data[Size] == '\r')
}

// withoutSeparators removes the line ends that stand between whole records.
func withoutSeparators(data []byte) []byte {
	records := make([]byte, 0, min(len(data), (MaxRecords+1)*Size))
	for len(data) > 0 && len(records) <= MaxRecords*Size {
		n := min(Size, len(data))
		records = append(records, data[:n]...)
		data = bytes.TrimLeft(data[n:], "\r\n")
	}
	return records
}
