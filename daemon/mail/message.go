package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"
)

// MaxMail is the size in bytes of the largest mail that is sent or fetched. A lot of
// 200 invoices with its seals makes 2 MB.
const MaxMail = 8 << 20

// Message is a mail with one part.
type Message struct {
	ID      string   // the Message-ID, without angle brackets
	From    string   // address
	To      []string // addresses; our own copy is not among them
	Subject string   // printable ASCII, at most 200 characters
	Date    time.Time
	Part    []byte // headers and body of the part, with CRLF line ends, in ASCII
}

// maxLine is that of RFC 5322, 2.1.1.
const maxLine = 998

// text is the message as it is sent. Its error is of KindInvalid or KindTooLarge.
func (m Message) text() ([]byte, error) {
	switch {
	case !address(m.ID) || !address(m.From):
		return nil, invalid("the message has no Message-ID or no address of the sender")
	case len(m.To) == 0:
		return nil, invalid("the message is for nobody")
	case m.Subject == "" || len(m.Subject) > 200 || clean(m.Subject, 200) != m.Subject:
		return nil, invalid("the subject is not of 1 to 200 printable ASCII characters")
	case m.Date.IsZero():
		return nil, invalid("the message has no date")
	}
	for _, to := range m.To {
		if !address(to) {
			return nil, invalid("an address of a recipient is none")
		}
	}
	if err := checkPart(m.Part); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\n", m.From,
		strings.Join(m.To, ">,\r\n <"), m.Subject, m.Date.Format(time.RFC1123Z), m.ID)
	b.Write(m.Part)
	if b.Len() > MaxMail {
		return nil, &Error{Kind: KindTooLarge, Err: fmt.Errorf("%d bytes, %d at most", b.Len(), MaxMail)}
	}
	return b.Bytes(), nil
}

// checkPart holds a part to what crosses every server unchanged, and to the headers
// that are its own.
func checkPart(part []byte) error {
	if !bytes.HasSuffix(part, []byte("\r\n")) {
		return invalid("the part does not end with a line end")
	}
	if part[0] == ' ' || part[0] == '\t' {
		return invalid("the part begins with the rest of a header")
	}
	headers := true
	for line := range bytes.SplitSeq(part[:len(part)-2], []byte("\r\n")) {
		switch {
		case len(line) > maxLine || bytes.ContainsFunc(line, func(r rune) bool { return r == '\r' || r == '\n' || r == 0 || r > '~' }):
			return invalid("the part has a line that is too long or not ASCII")
		case headers && len(line) == 0:
			headers = false
		case headers && !ownHeader(line):
			return invalid("the part has a header that is not of a part")
		}
	}
	if headers {
		return invalid("the part has no body")
	}
	return nil
}

// ownHeader tells whether a header line is one of a part, or goes on with one.
func ownHeader(line []byte) bool {
	name, _, ok := strings.Cut(string(line), ":")
	name = strings.ToLower(name)
	return line[0] == ' ' || line[0] == '\t' || ok && (name == "mime-version" || strings.HasPrefix(name, "content-"))
}

// address tells whether s is local@domain in the plain form that needs no quotes
// (dot-atom of RFC 5322, with a domain of letters, digits, hyphens and dots).
func address(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || len(s) > 254 || domain == "" || strings.Trim(strings.ToLower(domain), "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		return false
	}
	a, err := netmail.ParseAddress(s)
	return err == nil && a.Address == s && !strings.ContainsAny(local, "\" \t\r\n") && clean(s, len(s)) == s
}
