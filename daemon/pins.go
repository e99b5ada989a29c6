package daemon

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/cps"
)

// pins keeps the codes that users typed, for as long as the policy allows. A
// code belongs to one principal and one card: another web page asks for its own.
type pins struct {
	cfg      PINConfig
	life     time.Duration
	prompter Prompter
	refusals cps.Refusals

	mu       sync.Mutex // protects sessions and what they hold
	sessions map[pinKey]*pinSession
}

// opCode names the operation in errors.
const opCode = "use the code porteur"

type pinKey struct{ principal, serial string }

// pinSession is a code that was typed. Times are read by the monotonic clock.
type pinSession struct {
	code    []byte
	expires time.Time
	used    []time.Time // signatures in the last minute
}

func newPins(cfg PINConfig, life time.Duration, p Prompter) *pins {
	return &pins{cfg: cfg, life: life, prompter: p, sessions: make(map[pinKey]*pinSession)}
}

// use gives the code of key to do, which shows it to the card: the session's, or
// one that the user is asked for. The code is forgotten if the card refuses it,
// and kept if the policy says so. do must not keep it.
func (s *pins) use(ctx context.Context, key pinKey, r PINRequest, do func(code []byte, lastTry bool) error) error {
	if code := s.take(key); code != nil {
		defer clear(code)
		return s.judge(key, nil, do(code, false))
	}
	answer, err := s.ask(ctx, r)
	if err != nil {
		return err
	}
	defer clear(answer.Code)
	return s.judge(key, answer.Code, do(answer.Code, answer.LastTry))
}

// judge draws the consequence of what the card said of the code: fresh is a code
// that was typed for this use.
func (s *pins) judge(key pinKey, fresh []byte, err error) error {
	switch reader.KindOf(err) {
	case reader.PINWrong, reader.PINBlocked:
		s.forget(key)
	}
	if err == nil && fresh != nil && s.cfg.Policy == PINSession {
		s.keep(key, fresh)
	}
	return err
}

func (s *pins) ask(ctx context.Context, r PINRequest) (PINAnswer, error) {
	if s.prompter == nil {
		return PINAnswer{}, reader.Fail(reader.PINRequired, opCode)
	}
	answer, err := s.prompter.AskPIN(ctx, r)
	if errors.Is(err, ErrDeclined) {
		return PINAnswer{}, &reader.Error{Kind: reader.PINRequired, Op: opCode, Err: err}
	}
	return answer, err
}

// take returns a copy of the code kept for key, nil if there is none, if its time
// is over, or if it has served too often in the last minute.
func (s *pins) take(key pinKey) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.sessions[key]
	if session == nil {
		return nil
	}
	now := time.Now()
	session.used = slices.DeleteFunc(session.used, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	if now.After(session.expires) || len(session.used) >= s.cfg.SignaturesPerMinute {
		s.drop(key)
		return nil
	}
	session.used = append(session.used, now)
	return bytes.Clone(session.code)
}

func (s *pins) keep(key pinKey, code []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(key)
	s.sessions[key] = &pinSession{code: bytes.Clone(code), expires: time.Now().Add(s.life)}
}

// forget wipes the code of key, and tells whether there was one.
func (s *pins) forget(key pinKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drop(key)
}

// drop is forget with the mutex held.
func (s *pins) drop(key pinKey) bool {
	session := s.sessions[key]
	if session == nil {
		return false
	}
	clear(session.code)
	delete(s.sessions, key)
	return true
}

// forgetCard wipes the codes of a card that was taken out.
func (s *pins) forgetCard(serial string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.sessions {
		if key.serial == serial {
			s.drop(key)
		}
	}
}

// forgetAll wipes every code.
func (s *pins) forgetAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.sessions {
		s.drop(key)
	}
}
