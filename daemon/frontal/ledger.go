package frontal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// Amounts are cents, by part of an invoice.
type Amounts struct {
	AMO int64 `json:"amo"`
	AMC int64 `json:"amc"`
}

// Entry is what the payer knows of one invoice.
type Entry struct {
	Professional string    `json:"professionnel"` // AM number, 9 digits
	Number       int       `json:"numero"`        // of the FSE
	Seal         string    `json:"sceau"`         // SHA-256 of the seal: the same invoice has the same
	Lot          int       `json:"lot"`
	Payer        string    `json:"payeur"` // address
	Received     time.Time `json:"recu"`
	Times        int       `json:"fois"`      // files that held it
	Owed         Amounts   `json:"du"`        // to the professional
	Paid         Amounts   `json:"paye"`      // in answers that were sent, a repetition counted once
	Rejected     bool      `json:"rejetee"`   // in an answer that was sent
	Planned      Fate      `json:"prevu"`     // what the answers say or will say
	Answer       string    `json:"reponse"`   // last one that was sent: arl, noemie, or nothing
	Answered     time.Time `json:"repondu"`   // when
	Pending      bool      `json:"enAttente"` // an answer is planned and not sent
}

// Fate is what the payer has decided of an invoice.
type Fate string

// The fates.
const (
	FatePaid     Fate = "payee"
	FatePartial  Fate = "payee-partiellement"
	FateRejected Fate = "rejetee"      // by NOEMIE
	FateRefused  Fate = "refusee"      // by the ARL
	FateNothing  Fate = "sans-montant" // nothing is owed to the professional
	FateSilence  Fate = "silence"
)

// line is a line of the ledger: one of its fields is there.
type line struct {
	Mail *reception `json:"courrier,omitempty"`
	Sent *sending   `json:"envoi,omitempty"`
}

// reception is a mail that was taken.
type reception struct {
	ID      string    `json:"message"`
	At      time.Time `json:"recu"`
	Mailbox string    `json:"boite"` // of the sender
	Copy    bool      `json:"copie,omitempty"`
	Payer   string    `json:"payeur,omitempty"`
	File    string    `json:"fichier,omitempty"`  // SHA-256 of the B2 file
	Again   bool      `json:"deja,omitempty"`     // that file came before, in another mail
	Problem string    `json:"probleme,omitempty"` // French; there is no answer to what names no lot
	Lots    []*lot    `json:"lots,omitempty"`
}

// key tells a mail from all others. A Message-ID alone does not: a sender may give the
// same to mails for two payers, and two senders know nothing of each other's.
func (r *reception) key() string { return r.Mailbox + " " + r.Payer + " " + r.ID }

// sending is an answer that stands in the mailbox.
type sending struct {
	Answer string    `json:"reponse"`
	At     time.Time `json:"le"`
}

// ledger is the append-only file and what follows from it. It is not safe for
// concurrent use: Frontal's mutex protects it.
type ledger struct {
	file     *os.File
	end      int64           // of the last line that is durable
	broken   error           // a write failed and could not be taken back: the file may end within a line
	messages map[string]bool // by reception.key
	files    map[string]bool
	entries  map[string]*Entry // by seal
	order    []string          // of the seals, as they came
	pending  []*answer         // in the order of receipts
	counts   Counts
}

// Counts are the mails of a ledger.
type Counts struct {
	Mails      int `json:"courriers"`
	Again      int `json:"dejaRecus"` // files that came before in another mail
	Unreadable int `json:"illisibles"`
	Lots       int `json:"lots"`
	Answers    int `json:"reponses"` // that were sent
}

// openLedger reads the ledger of a folder. A last line that a crash has cut was never
// acknowledged: it goes. Any other damage is an error.
func openLedger(dir string) (*ledger, error) {
	path := filepath.Join(dir, ledgerFile)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot open the ledger: %w", err)
	}
	l := &ledger{file: file, messages: map[string]bool{}, files: map[string]bool{}, entries: map[string]*Entry{}}
	if err = l.replay(bufio.NewReaderSize(file, 1<<16)); err == nil {
		err = l.rewind()
	}
	if err == nil {
		err = durable.SyncDir(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot open the ledger %s: %w", path, errors.Join(err, file.Close()))
	}
	return l, nil
}

// whole tells whether a line holds what append writes.
func (l *line) whole() bool {
	if l.Mail == nil {
		return l.Sent != nil
	}
	return l.Sent == nil && !slices.ContainsFunc(l.Mail.Lots, func(l *lot) bool { return l == nil || slices.Contains(l.Answers, nil) })
}

// rewind takes away what stands behind the last durable line.
func (l *ledger) rewind() error {
	if err := l.file.Truncate(l.end); err != nil {
		return err
	}
	_, err := l.file.Seek(l.end, io.SeekStart)
	return err
}

// replay applies every whole line.
func (l *ledger) replay(r *bufio.Reader) error {
	for number := 1; ; number++ {
		text, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var one line
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&one); err != nil || !one.whole() {
			return fmt.Errorf("line %d is damaged: move the file away to begin again", number)
		}
		l.apply(one)
		l.end += int64(len(text))
	}
}

// append makes a line durable and applies it. When it fails the line is taken back; if
// that fails too nothing more is written until the ledger is opened again.
func (l *ledger) append(one line) error {
	if l.broken != nil {
		return l.broken
	}
	text, err := json.Marshal(one)
	if err != nil {
		return fmt.Errorf("cannot write the ledger: %w", err)
	}
	text = append(text, '\n')
	_, err = l.file.Write(text)
	if err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		err = fmt.Errorf("cannot write the ledger: %w", err)
		if back := l.rewind(); back != nil {
			l.broken = fmt.Errorf("%w: start the payer again", errors.Join(err, back))
		}
		return err
	}
	l.end += int64(len(text))
	l.apply(one)
	return nil
}

func (l *ledger) apply(one line) {
	if one.Mail != nil {
		l.receive(one.Mail)
	}
	if one.Sent != nil {
		l.sent(one.Sent)
	}
}

func (l *ledger) receive(r *reception) {
	l.messages[r.key()] = true
	l.counts.Mails++
	if r.File != "" {
		l.files[r.File] = true
	}
	if r.Again {
		l.counts.Again++
	}
	if r.Problem != "" {
		l.counts.Unreadable++
	}
	for _, lot := range r.Lots {
		l.counts.Lots++
		for i := range lot.Invoices {
			l.enter(r, lot, &lot.Invoices[i])
		}
		for _, a := range lot.Answers {
			a.lot = lot
			l.pending = append(l.pending, a)
		}
	}
}

func (l *ledger) enter(r *reception, lot *lot, i *invoice) {
	e := l.entries[i.Seal]
	if e == nil {
		e = &Entry{Professional: lot.Professional, Number: i.Number, Seal: i.Seal, Lot: lot.Number, Payer: r.Payer, Received: r.At,
			Owed: i.Owed, Planned: i.Fate}
		l.entries[i.Seal] = e
		l.order = append(l.order, i.Seal)
	}
	e.Times++
}

// sent settles an answer: what it pays is paid.
func (l *ledger) sent(s *sending) {
	at := slices.IndexFunc(l.pending, func(a *answer) bool { return a.ID == s.Answer })
	if at < 0 {
		return
	}
	a := l.pending[at]
	l.pending = slices.Delete(l.pending, at, at+1)
	l.counts.Answers++
	for i := range a.lot.Invoices {
		one := &a.lot.Invoices[i]
		e := l.entries[one.Seal]
		if one.Double || !one.inAnswer(a.Kind) {
			continue
		}
		e.Answer, e.Answered = string(a.Kind), s.At
		switch one.Fate {
		case FatePaid, FatePartial:
			if a.Kind == answerNoemie {
				e.Paid = one.Paid
			}
		case FateRejected, FateRefused:
			e.Rejected = e.Rejected || one.Fate == FateRefused == (a.Kind == answerARL)
		}
	}
}

// all returns the entries in the order of receipt.
func (l *ledger) all() []Entry {
	waits := map[string]bool{}
	for _, a := range l.pending {
		for i := range a.lot.Invoices {
			if one := &a.lot.Invoices[i]; !one.Double && one.inAnswer(a.Kind) {
				waits[one.Seal] = true
			}
		}
	}
	out := make([]Entry, len(l.order))
	for i, seal := range l.order {
		out[i] = *l.entries[seal]
		out[i].Pending = waits[seal]
	}
	return out
}
