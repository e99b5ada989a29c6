package mail

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// secret asks for the password, which the caller wipes.
func (s Server) secret() ([]byte, error) {
	secret, err := s.Password()
	switch {
	case err != nil:
		return nil, &Error{Kind: KindLogin, Err: err}
	case len(secret) == 0 || bytes.ContainsFunc(secret, control):
		clear(secret)
		return nil, &Error{Kind: KindLogin, Err: errors.New("the password is empty or has characters that cannot be typed")}
	}
	return secret, nil
}

// mechanism is the best way to log in among those that the server offers: SCRAM does
// not show the password. The library wants it as a string, which can't be wiped.
func mechanism(offered string, s Server) (smtp.Auth, error) {
	ways := map[string]bool{}
	for way := range strings.FieldsSeq(strings.ToUpper(offered)) {
		ways[way] = true
	}
	if !ways["SCRAM-SHA-256"] && !ways["PLAIN"] && !ways["LOGIN"] {
		return nil, &Error{Kind: KindLogin, Err: errors.New("the server offers none of SCRAM-SHA-256, PLAIN and LOGIN")}
	}
	secret, err := s.secret()
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	switch { // in clear only to this machine: Server.check and link.open see to it
	case ways["SCRAM-SHA-256"]:
		return &scram{Auth: smtp.ScramSHA256Auth(s.User, string(secret))}, nil
	case ways["PLAIN"]:
		return smtp.PlainAuth("", s.User, string(secret), s.host(), true), nil
	}
	return smtp.LoginAuth(s.User, string(secret), s.host(), true), nil
}

// Bounds of the rounds of SCRAM: RFC 7677 wants 4096 at least, and a server must not
// keep us busy.
const minRounds, maxRounds = 4096, 1_000_000

var (
	errRounds   = errors.New("the server asks for too few or too many rounds of SCRAM")
	errUnproved = errors.New("the server did not prove that it knows the password")
)

// scram holds the server to the order of RFC 5802, which the library leaves to it: a
// welcome without a proof is none, nor is a proof before the challenge.
type scram struct {
	smtp.Auth
	said int
}

func (a *scram) Next(challenge []byte, more bool) ([]byte, error) {
	a.said++
	switch {
	case a.said == 1 && more && len(challenge) == 0:
	case a.said == 2 && more && bytes.HasPrefix(challenge, []byte("r=")):
		if !rounds(challenge) {
			return nil, &Error{Kind: KindSecurity, Err: errRounds}
		}
	case a.said == 3 && more && bytes.HasPrefix(challenge, []byte("v=")):
	case a.said == 4 && !more:
	default:
		return nil, &Error{Kind: KindSecurity, Err: errUnproved}
	}
	answer, err := a.Auth.Next(challenge, more)
	if err != nil && a.said == 3 {
		return nil, &Error{Kind: KindSecurity, Err: errUnproved}
	}
	return answer, err
}

// rounds tells whether the challenge asks for as many as can be done.
func rounds(challenge []byte) bool {
	fields := strings.Split(string(challenge), ",")
	if len(fields) < 3 {
		return false
	}
	n, err := strconv.Atoi(strings.TrimPrefix(fields[2], "i="))
	return err == nil && n >= minRounds && n <= maxRounds
}
