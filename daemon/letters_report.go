package daemon

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	netmail "net/mail"
	"net/textproto"
	"regexp"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/mail"
)

// A server that has taken a mail and can't deliver it sends a report back (RFC 3464): a
// part message/delivery-status that tells of each recipient, and beside it the mail or
// its headers, in which the Message-ID is. Nothing else says that a lot that has left has
// not arrived.

// bounce is what a report says of one mail.
type bounce struct {
	messages []string // identifiers that the mail may have, the likeliest first
	failed   bool     // it is not delivered and will not be; else it is late
	status   string   // RFC 3463, such as 5.1.1; "" where it is not told
}

// Bounds of a report (ours): a lot has one recipient, and ourselves.
const (
	maxRecipients = 64
	maxReferences = 32
)

// readBounce reads the report that a mail is, about other recipients than own. ok is
// false for any other mail.
func readBounce(letter mail.Letter, raw []byte, own string) (b bounce, ok bool) {
	for _, part := range letter.Parts {
		switch part.Type {
		case "message/delivery-status":
			ok = b.read(bodyOf(part), own) || ok
		case "message/rfc822", "text/rfc822-headers":
			// what can be read of the headers is there whatever the error; the latter end without a line
			if original, _ := mail.Read(append(bodyOf(part), "\r\n\r\n"...)); original.MessageID != "" {
				b.messages = append(b.messages, original.MessageID)
			}
		}
	}
	if ok {
		b.messages = append(b.messages, referencesOf(raw)...)
	}
	return b, ok
}

// bodyOf is a part without its headers.
func bodyOf(part mail.Part) []byte {
	m, err := netmail.ReadMessage(bytes.NewReader(part.Body))
	if err != nil {
		return nil
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		return nil
	}
	return body
}

// referencesOf are the mails that a mail answers.
func referencesOf(raw []byte) (ids []string) {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	for id := range strings.FieldsSeq(m.Header.Get("In-Reply-To") + " " + m.Header.Get("References")) {
		if len(ids) < maxReferences {
			ids = append(ids, strings.Trim(id, "<>"))
		}
	}
	return ids
}

// statusCode is one that tells of a failure or of a delay.
var statusCode = regexp.MustCompile(`^[45]\.[0-9]{1,3}\.[0-9]{1,3}\b`)

// read reads the fields of a report, and tells whether they say that a recipient other
// than own has not got the mail. A failure counts more than a delay.
func (b *bounce) read(report []byte, own string) (found bool) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(report)))
	for range 2 * maxRecipients {
		fields, err := r.ReadMIMEHeader()
		failed := strings.EqualFold(fields.Get("Action"), "failed")
		late := strings.EqualFold(fields.Get("Action"), "delayed")
		if (failed || late && !found && !b.failed) && !strings.EqualFold(recipient(fields), own) {
			found, b.failed, b.status = true, failed, statusCode.FindString(fields.Get("Status"))
		}
		if err != nil || b.failed {
			return found
		}
	}
	return found
}

// recipient is whom a report tells of: as the sender has named it, where that is told.
func recipient(fields textproto.MIMEHeader) string {
	_, address, _ := strings.Cut(cmp.Or(fields.Get("Original-Recipient"), fields.Get("Final-Recipient")), ";")
	return strings.Trim(strings.TrimSpace(address), "<>")
}

// problem says it in one line.
func (b *bounce) problem() string {
	code := ""
	if b.status != "" {
		code = " (code " + b.status + ")"
	}
	if !b.failed {
		return fmt.Sprintf("Le serveur de messagerie n’a pas encore pu remettre le lot à l’organisme%s : il essaie toujours.", code)
	}
	return fmt.Sprintf("Le message du lot est revenu : le serveur n’a pas pu le remettre à l’organisme%s.", code)
}
