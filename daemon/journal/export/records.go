package export

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Header is what an export says of itself.
type Header struct {
	Journal journal.ID
	// First and Last are the records of the journal that it was made from.
	First, Last uint64
	Made        time.Time
}

// warning is in each export, for whoever finds the file.
const warning = "Données de santé à caractère personnel, couvertes par le secret professionnel : " +
	"à conserver chiffré, à ne pas transmettre par courriel, à détruire après usage."

// head and foot are the first and the last line of an NDJSON export.
type head struct {
	Export  string `json:"export"`
	Format  int    `json:"format"`
	Warning string `json:"avertissement"`
	Journal string `json:"journal"`
	First   uint64 `json:"premier"`
	Last    uint64 `json:"dernier"`
	Made    string `json:"fait"`
}

type foot struct {
	End     bool   `json:"fin"`
	Records uint64 `json:"enregistrements"`
}

// line is one record. Its names are those of the journal.
type line struct {
	Seq     uint64          `json:"seq"`
	Time    string          `json:"time"`
	Kind    string          `json:"kind"`
	Subject string          `json:"subject"`
	Actor   string          `json:"actor"`
	Cause   string          `json:"cause"`
	Version uint16          `json:"version"`
	Data    json.RawMessage `json:"data,omitempty"`
	Prev    string          `json:"prev"`
	Hash    string          `json:"hash"`
}

// timeLayout is RFC 3339 to the millisecond, in UTC, which is what the journal keeps.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// Records writes records as NDJSON: a head, a line for each, a foot with their number. It returns how many it has written,
// and the first error of w or of records.
func Records(w io.Writer, h Header, records iter.Seq2[journal.Record, error]) (uint64, error) {
	const op = "cannot export the records"
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	err := e.Encode(head{
		Export: "Agrafe : tous les enregistrements du journal", Format: 1, Warning: warning, Journal: hex.EncodeToString(h.Journal[:]),
		First: h.First, Last: h.Last, Made: h.Made.UTC().Format(timeLayout),
	})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", op, err)
	}
	n := uint64(0)
	for r, err := range records {
		if err == nil {
			err = e.Encode(line{
				Seq: r.Seq, Time: r.Time.UTC().Format(timeLayout), Kind: r.Kind, Subject: r.Subject, Actor: r.Actor,
				Cause: r.Cause, Version: r.Version, Data: r.Data,
				Prev: hex.EncodeToString(r.Prev[:]), Hash: hex.EncodeToString(r.Hash[:]),
			})
		}
		if err != nil {
			return n, fmt.Errorf("%s behind the first %d: %w", op, n, err)
		}
		n++
	}
	err = e.Encode(foot{End: true, Records: n})
	if err == nil {
		err = b.Flush()
	}
	if err != nil {
		return n, fmt.Errorf("%s: %w", op, err)
	}
	return n, nil
}
