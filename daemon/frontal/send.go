package frontal

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Tick moves the time of the payer: every answer that is due by now goes to its
// mailbox. An answer that fails is tried by the next Tick; the others leave.
func (f *Frontal) Tick(now time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tick(now)
}

// tick is Tick. f.mu is held.
func (f *Frontal) tick(now time.Time) error {
	var due []*answer
	for _, a := range f.ledger.pending {
		if !a.Due.After(now) {
			due = append(due, a)
		}
	}
	slices.SortStableFunc(due, func(a, b *answer) int {
		if f.script.Disorder {
			return cmp.Compare(a.Rank, b.Rank)
		}
		return a.Due.Compare(b.Due)
	})
	var failed error
	for _, a := range due {
		failed = errors.Join(failed, f.send(a, now))
	}
	return failed
}

// send puts the mails of an answer in its mailbox, and notes then that it was sent.
func (f *Frontal) send(a *answer, now time.Time) error {
	box := f.boxes[a.lot.Mailbox]
	if box == nil {
		return fmt.Errorf("cannot answer lot %03d: its mailbox is no longer served", a.lot.Number)
	}
	for _, m := range a.mails() {
		content, err := a.content(m.name, now)
		if err != nil {
			return fmt.Errorf("cannot make the answer to lot %03d: %w", a.lot.Number, err)
		}
		if m.cut > 0 {
			content = content[:max(1, int(m.cut*float64(len(content))))]
		}
		id := fmt.Sprintf("<%s.%s@frontal.rss.test>", a.ID, m.suffix)
		if err := box.hold(mailID(id), a.compose(id, content, now)); err != nil {
			return err
		}
		if err := box.show(mailID(id)); err != nil {
			return err
		}
	}
	if err := f.ledger.append(line{Sent: &sending{Answer: a.ID, At: now.UTC()}}); err != nil {
		return err
	}
	f.log.Info("réponse envoyée", "genre", string(a.Kind), "professionnel", a.lot.Professional, "lot", fmt.Sprintf("%03d", a.lot.Number))
	return nil
}

// outgoing is a mail of an answer.
type outgoing struct {
	suffix string  // of its Message-ID
	name   string  // what the number of the file follows from
	cut    float64 // share of the bytes that it holds, 0 for all
}

// mails are those of an answer: a cut one is followed by the whole one.
func (a *answer) mails() []outgoing {
	whole := outgoing{suffix: "1", name: a.ID}
	all := []outgoing{whole}
	if a.Truncated > 0 {
		all = []outgoing{{suffix: "0", name: a.ID, cut: a.Truncated}, whole}
	}
	switch a.Twice {
	case twiceSame:
		all = append(all, outgoing{suffix: "2", name: a.ID})
	case twiceOther:
		all = append(all, outgoing{suffix: "2", name: a.ID + "-bis"})
	}
	return all
}

// compose makes the mail of a file: one part application/EDI-consent in base64. Its
// subject and description are ours; what the payers write there is not public.
func (a *answer) compose(id string, content []byte, at time.Time) []byte {
	kind := strings.ToUpper(string(a.Kind))
	description := "IRISTEST/" + kind
	if a.Zipped {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write(content) // a Buffer takes all
		_ = w.Close()
		content, description = b.Bytes(), description+"/Z"
	}
	var m bytes.Buffer
	fmt.Fprintf(&m, "From: %s\r\nTo: %s\r\nDate: %s\r\nMessage-ID: %s\r\nSubject: DEMONSTRATION %s lot %03d\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\nContent-Description: %s\r\n\r\n",
		a.lot.Payer, a.lot.Mailbox, at.Format(time.RFC1123Z), id, kind, a.lot.Number, description)
	for chunk := range slices.Chunk(content, 57) {
		m.WriteString(base64.StdEncoding.EncodeToString(chunk) + "\r\n")
	}
	return m.Bytes()
}
