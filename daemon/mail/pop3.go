package mail

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// maildrop is a session of POP3 (RFC 1939).
type maildrop struct {
	ctx   context.Context
	wire  *wire
	waits waits
	conn  net.Conn
	r     *bufio.Reader
}

// maxLineOf is the longest line of an answer: RFC 2449 says 512.
const maxLineOf = 1024

// openDrop brings a session to where mails can be asked for. Its error is an *Error.
func openDrop(ctx context.Context, l link) (*maildrop, error) {
	w, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	d := &maildrop{ctx: ctx, wire: w, waits: l.waits}
	if err := d.greet(l); err != nil {
		_ = w.Close()
		return nil, fault(ctx, err)
	}
	return d, nil
}

// greet goes through greeting, STLS and login.
func (d *maildrop) greet(l link) (err error) {
	d.conn = d.wire
	if l.server.Security == TLS {
		if d.conn, err = l.secure(d.ctx, d.wire); err != nil {
			return err
		}
	}
	d.r = bufio.NewReader(d.conn)
	d.wire.step(d.waits.step, maxAnswer)
	if _, err := d.answer(); err != nil {
		return err
	}
	if l.server.Security == StartTLS {
		if err := d.startTLS(l); err != nil {
			return err
		}
	}
	return d.login(l.server)
}

// startTLS does not go on without (RFC 2595).
func (d *maildrop) startTLS(l link) error {
	_, err := d.command("STLS")
	var refusal *Error
	if errors.As(err, &refusal) && refusal.Kind == KindRefused {
		return &Error{Kind: KindSecurity, Err: errors.New("the server offers no STLS")}
	}
	if err != nil {
		return err
	}
	if d.r.Buffered() > 0 {
		return &Error{Kind: KindSecurity, Err: errors.New("something was said between STLS and TLS")}
	}
	if d.conn, err = l.secure(d.ctx, d.wire); err != nil {
		return err
	}
	d.r = bufio.NewReader(d.conn)
	return nil
}

func (d *maildrop) login(s Server) error {
	if _, err := d.command("USER " + s.User); err != nil {
		return loginFault(err)
	}
	secret, err := s.secret()
	if err != nil {
		return err
	}
	defer clear(secret)
	line := append(append([]byte("PASS "), secret...), "\r\n"...)
	defer clear(line)
	_, err = d.send(line)
	return loginFault(err)
}

// loginFault tells a wrong password from a server that is busy, without a word of it:
// who has just heard the password may repeat it.
func loginFault(err error) error {
	var refusal *Error
	if !errors.As(err, &refusal) {
		return err
	}
	switch refusal.Kind {
	case KindRefused:
		return &Error{Kind: KindLogin, Err: errors.New("the server refuses")}
	case KindBusy:
		return &Error{Kind: KindBusy, Err: errors.New("the mailbox is in use, or closed for a moment")}
	}
	return err
}

// command sends a line and gives what follows +OK.
func (d *maildrop) command(line string) (string, error) { return d.send([]byte(line + "\r\n")) }

func (d *maildrop) send(line []byte) (string, error) {
	if d.r.Buffered() > 0 {
		return "", errEarly
	}
	d.wire.step(d.waits.step, maxAnswer)
	if _, err := d.conn.Write(line); err != nil {
		return "", err
	}
	return d.answer()
}

// answer reads the line of an answer. A -ERR is an *Error of KindRefused, or KindBusy
// by its code (RFC 2449, 3206).
func (d *maildrop) answer() (string, error) {
	line, err := d.line()
	if err != nil {
		return "", err
	}
	status, rest, _ := strings.Cut(line, " ")
	switch status {
	case "+OK":
		return rest, nil
	case "-ERR":
	default:
		return "", protocol("the answer is neither +OK nor -ERR")
	}
	kind := KindRefused
	for _, code := range []string{"[IN-USE]", "[SYS/TEMP]", "[LOGIN-DELAY]"} {
		if strings.HasPrefix(strings.ToUpper(rest), code) {
			kind = KindBusy
		}
	}
	return "", &Error{Kind: kind, Err: errors.New("-ERR " + clean(rest, 190))}
}

// line reads one line, without its end.
func (d *maildrop) line() (string, error) {
	var line []byte
	for {
		piece, err := d.r.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case len(line) > maxLineOf:
			return "", errFlood
		case err == nil:
			return string(bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return "", err
		}
	}
}

// lines sends a command and gives each line of its answer to take.
func (d *maildrop) lines(command string, limit int, take func(string) error) error {
	if _, err := d.command(command); err != nil {
		return err
	}
	d.wire.step(d.waits.body, limit)
	for {
		line, err := d.line()
		if err != nil {
			return err
		}
		if line == "." {
			return nil
		}
		if err := take(strings.TrimPrefix(line, ".")); err != nil {
			return err
		}
	}
}

var (
	crlf = []byte("\r\n")
	stop = []byte(".\r\n")
)

// retrieve reads a mail, unless it is larger than MaxMail: then it is nil, with its
// size so far, and nothing more can be asked of the server. Only CRLF ends a line:
// where a bare LF does too, whoever wrote the mail could end it early and answer for
// the server.
func (d *maildrop) retrieve(number int) (raw []byte, size int, err error) {
	if _, err := d.command(fmt.Sprint("RETR ", number)); err != nil {
		return nil, 0, err
	}
	d.wire.step(d.waits.body, MaxMail+MaxMail/4) // with what dots and TLS add
	raw = []byte{}
	for begins := true; ; begins = bytes.HasSuffix(raw, crlf) {
		piece, err := d.r.ReadSlice('\n')
		switch {
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nil, 0, err
		case begins && bytes.Equal(piece, stop):
			return raw, len(raw), nil
		case begins && piece[0] == '.':
			piece = piece[1:]
		}
		if len(raw)+len(piece) > MaxMail {
			return nil, len(raw) + len(piece), nil
		}
		raw = append(raw, piece...)
	}
}

// numbers reads count numbers at the beginning of an answer.
func numbers(answer string, count int) ([]int, error) {
	fields := strings.Fields(answer)
	if len(fields) < count {
		return nil, protocol("a number is missing in an answer")
	}
	all := make([]int, count)
	for i := range all {
		n, err := strconv.Atoi(fields[i])
		if err != nil || n < 0 {
			return nil, protocol("an answer has no number where one has to be")
		}
		all[i] = n
	}
	return all, nil
}
