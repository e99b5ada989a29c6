package diagnostics

import (
	"runtime/metrics"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// shownReader and shownCard are what of a reader and a card may leave the practice:
// field by field, so that a new one of theirs does not by itself.
type shownReader struct {
	ID     string `json:"id"`
	Name   string `json:"nom"`
	Pinpad bool   `json:"pinpad"`
	State  string `json:"etat"`
}

type shownCard struct {
	Reader  string          `json:"lecteur"`
	State   state.CardState `json:"etat"`
	Kind    string          `json:"sorte,omitempty"`
	Expires string          `json:"expire,omitempty"` // the month
	Tries   *int            `json:"essais,omitempty"`
	Read    bool            `json:"lue"`
	Problem string          `json:"probleme,omitempty"` // its code
	Demo    bool            `json:"demonstration,omitempty"`
}

type shownStation struct {
	Service state.Service `json:"serviceCartes"`
	Readers []shownReader `json:"lecteurs"`
	Cards   []shownCard   `json:"cartes"`
	Leases  int           `json:"reservations"`
	Queue   state.Queue   `json:"compteurs"`
	Damaged bool          `json:"journalEndommage"`
	Missing uint64        `json:"enregistrementsManquants"`
	Update  *state.Update `json:"miseAJour,omitempty"`
}

func station(s *state.Snapshot, v *sieve) *shownStation {
	if s == nil {
		return nil
	}
	out := &shownStation{Service: s.Service, Readers: []shownReader{}, Cards: []shownCard{}, Leases: len(s.Leases), Queue: s.Queue,
		Damaged: s.Journal.Damaged, Missing: s.Journal.Missing}
	out.Service.Detail = v.clean(s.Service.Detail)
	if u := s.Update; u != nil {
		shown := *u
		shown.Notes, shown.Problem = v.clean(u.Notes), v.clean(u.Problem)
		out.Update = &shown
	}
	for _, r := range s.Readers {
		out.Readers = append(out.Readers, shownReader{v.serials(r.ID), v.serials(r.Name), r.Pinpad, r.State})
	}
	for _, c := range s.Cards {
		one := shownCard{Reader: v.serials(c.Reader), State: c.State, Kind: c.Kind, Tries: c.PINTriesLeft, Read: c.Read, Demo: c.Demo}
		if c.Expires != nil {
			one.Expires = c.Expires.Format("2006-01")
		}
		if c.Problem != nil {
			one.Problem = c.Problem.Code
		}
		out.Cards = append(out.Cards, one)
	}
	return out
}

// shownSizes is the journal without its identity and its hashes.
type shownSizes struct {
	Records uint64     `json:"enregistrements"`
	Kept    uint64     `json:"gardesDePurge"`
	Tables  []int      `json:"tables"`
	Bytes   int64      `json:"octets"`
	Free    uint64     `json:"libres"`
	Checked *time.Time `json:"verifie,omitempty"`
}

func sizes(st *daemon.JournalStats) *shownSizes {
	if st == nil {
		return nil
	}
	return &shownSizes{st.Records, st.Kept, st.Tables, st.DiskBytes, st.FreeBytes, st.LastCheck}
}

// measures are the numbers of the Go runtime (package runtime/metrics); histograms are
// left out, and what counts nothing.
func measures() map[string]any {
	var wanted []metrics.Sample
	for _, d := range metrics.All() {
		if d.Kind != metrics.KindFloat64Histogram && !strings.HasPrefix(d.Name, "/godebug/") {
			wanted = append(wanted, metrics.Sample{Name: d.Name})
		}
	}
	metrics.Read(wanted)
	out := make(map[string]any, len(wanted))
	for _, m := range wanted {
		switch m.Value.Kind() {
		case metrics.KindUint64:
			out[m.Name] = m.Value.Uint64()
		case metrics.KindFloat64:
			out[m.Name] = m.Value.Float64()
		}
	}
	return out
}
