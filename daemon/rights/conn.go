package rights

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
)

// maxHeader bounds the header of an answer, in bytes.
const maxHeader = 64 << 10

// Conn is a connection that a card has authenticated. It is used by one goroutine, Close
// aside.
type Conn struct {
	raw      net.Conn
	tls      *tls.Conn
	address  address
	patience time.Duration // with a question
	left     time.Duration // of it, for the next one
	limit    io.LimitedReader
	answers  *bufio.Reader
	served   bool // a question was answered
	broken   bool
}

func newConn(raw net.Conn, conn *tls.Conn, c *Client, left time.Duration) *Conn {
	n := &Conn{raw: raw, tls: conn, address: c.address, patience: c.patience, left: left}
	n.limit.R = conn
	n.answers = bufio.NewReader(&n.limit)
	return n
}

// Close ends the connection. It does not say farewell to the server, which might take
// time: no answer is cut short by it, for each has a length.
func (c *Conn) Close() { _ = c.raw.Close() }

// Usable says whether another question may be asked.
func (c *Conn) Usable() bool { return !c.broken }

// Ask asks one question. What fails but with NoRights leaves a connection that is not
// usable.
func (c *Conn) Ask(ctx context.Context, r adri.Request) (adri.Response, error) {
	body, err := adri.EncodeRequest(r)
	if err != nil {
		return adri.Response{}, &Error{Internal, err}
	}
	ctx, end, _ := newPatience(ctx, c.left)
	defer end()
	release := context.AfterFunc(ctx, func() { _ = c.raw.SetDeadline(time.Unix(1, 0)) }) // a closed one fails by itself
	answer, status, err := c.exchange(body)
	if !release() && err == nil { // it ended just now, and with it the deadline of what comes next
		err = context.Cause(ctx)
	}
	served := c.served
	c.served, c.left = true, c.patience
	if err != nil {
		c.broken = true
		return adri.Response{}, exchangeError(ctx, err, served)
	}
	found, err := c.read(answer, status)
	if err == nil && !about(r, found) {
		c.broken = true
		return adri.Response{}, &Error{Nonsense, errOther}
	}
	return found, err
}

// exchange sends a question and reads the body of the answer.
func (c *Conn) exchange(body []byte) (answer []byte, status int, err error) {
	request, err := http.NewRequest(http.MethodPost, "https://"+c.address.dial+c.address.path, bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Content-Type", adri.ContentType)
	request.Header.Set("User-Agent", "agrafe")
	if err := request.Write(c.tls); err != nil {
		return nil, 0, beforeAnswer{err}
	}
	c.limit.N = adri.MaxMessage + maxHeader
	if _, err := c.answers.Peek(1); err != nil {
		return nil, 0, beforeAnswer{err}
	}
	response, err := http.ReadResponse(c.answers, request)
	if err != nil {
		return nil, 0, c.unread(err)
	}
	defer response.Body.Close()
	if response.ContentLength > adri.MaxMessage {
		return nil, 0, errTooLarge
	}
	if answer, err = io.ReadAll(response.Body); err != nil {
		return nil, 0, c.unread(err)
	}
	c.broken = response.Close || c.answers.Buffered() > 0
	return answer, response.StatusCode, nil
}

// Errors of an answer.
var (
	errTooLarge = errors.New("more than 1 MiB")
	errNotHTTP  = errors.New("not an HTTP answer")
	errOther    = errors.New("about another person")
)

// beforeAnswer is an error on the network before anything was answered.
type beforeAnswer struct{ error }

func (e beforeAnswer) Unwrap() error { return e.error }

// unread says why an answer could not be read. The errors of net/http quote the answer.
func (c *Conn) unread(err error) error {
	var network net.Error
	switch {
	case c.limit.N <= 0:
		return errTooLarge
	case isCut(err), errors.As(err, &network):
		return err
	}
	return errNotHTTP
}

// exchangeError tells whose fault an exchange is.
func exchangeError(ctx context.Context, err error, served bool) *Error {
	switch {
	case ctx.Err() != nil:
		return fail(ctx, TimedOut, err)
	case errors.Is(err, errTooLarge), errors.Is(err, errNotHTTP):
		return &Error{Nonsense, err}
	}
	if _, before := errors.AsType[beforeAnswer](err); before && served {
		return &Error{Stale, err}
	}
	return &Error{Unreachable, err}
}

// isCut says whether err is the end of a connection that the network did not tell of.
func isCut(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// read reads an answer. A fault comes with a status of its own, so the message counts.
func (c *Conn) read(answer []byte, status int) (adri.Response, error) {
	found, err := adri.DecodeResponse(answer)
	fault, isFault := errors.AsType[*adri.Fault](err)
	switch {
	case isFault:
		return adri.Response{}, &Error{NoRights, fault}
	case err == nil && status == http.StatusOK:
		return found, nil
	}
	c.broken = true
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return adri.Response{}, &Error{Rejected, statusError(status)}
	case status >= http.StatusInternalServerError:
		return adri.Response{}, &Error{Unreachable, statusError(status)}
	case status != http.StatusOK:
		return adri.Response{}, &Error{Nonsense, statusError(status)}
	}
	return adri.Response{}, &Error{Nonsense, err}
}

// about says whether an answer is about the person asked for.
func about(r adri.Request, answer adri.Response) bool {
	return !slices.ContainsFunc(answer.Persons, func(p adri.Person) bool {
		return p.NIR != r.NIR && p.NIRAssure != r.NIR || p.Naissance != r.Naissance || p.Rang != r.Rang
	})
}

func statusError(status int) error {
	return fmt.Errorf("HTTP %d %s", status, strings.ToLower(http.StatusText(status)))
}
