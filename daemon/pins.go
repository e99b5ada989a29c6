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
	changed  func(serial string) // told, without mu, that a code of a card is kept or no longer

	mu       sync.Mutex // protects the fields below and what they hold
	sessions map[pinKey]*pinSession
	shown    map[*typed]struct{} // codes that are being asked for or shown to a card
}

// opCode names the operation in errors.
const opCode = "use the code porteur"

type pinKey struct{ principal, serial string }

// pinSession is a code that was typed. Times are read by the monotonic clock.
type pinSession struct {
	code []byte
	used []time.Time // signatures in the last minute
	end  *time.Timer // wipes the code when its time is over
}

// typed is a code that a card is being shown. ended says that its key was
// forgotten meanwhile: the code is not kept then.
type typed struct {
	key   pinKey
	ended bool
}

func newPins(cfg PINConfig, life time.Duration, p Prompter) *pins {
	return &pins{cfg: cfg, life: life, prompter: p, changed: func(string) {}, sessions: make(map[pinKey]*pinSession), shown: make(map[*typed]struct{})}
}

// use gives the code of key to do, which shows it to the card: the session's, or
// one that the user is asked for. The code is forgotten if the card refuses it,
// and kept if the policy says so. do must not keep it.
func (s *pins) use(ctx context.Context, key pinKey, r PINRequest, do func(code []byte, lastTry bool) error) error {
	if code := s.take(key); code != nil {
		defer clear(code)
		err := do(code, false)
		s.judge(key, err)
		return err
	}
	one := s.begin(key)
	defer s.drop(one)
	answer, err := s.ask(ctx, r)
	if err != nil {
		return err
	}
	defer clear(answer.Code)
	err = do(answer.Code, answer.LastTry)
	s.judge(key, err)
	if err == nil && s.cfg.Policy == PINSession {
		s.keep(one, answer.Code)
	}
	return err
}

// judge forgets the code of key if the card has refused it.
func (s *pins) judge(key pinKey, err error) {
	switch reader.KindOf(err) {
	case reader.PINWrong, reader.PINBlocked:
		s.forget(key)
	}
}

func (s *pins) ask(ctx context.Context, r PINRequest) (PINAnswer, error) {
	if s.prompter == nil {
		return PINAnswer{}, nobody
	}
	answer, err := s.prompter.AskPIN(ctx, r)
	switch {
	case errors.Is(err, ErrNobody):
		return PINAnswer{}, nobody
	case errors.Is(err, ErrDeclined):
		return PINAnswer{}, &reader.Error{Kind: reader.PINRequired, Op: opCode, Err: err}
	}
	return answer, err
}

// begin notes that a code of key is about to be asked for.
func (s *pins) begin(key pinKey) *typed {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := &typed{key: key}
	s.shown[one] = struct{}{}
	return one
}

func (s *pins) drop(one *typed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.shown, one)
}

// take returns a copy of the code kept for key, nil if there is none or if it has
// served too often in the last minute.
func (s *pins) take(key pinKey) []byte {
	code, wiped := s.copyOf(key)
	if wiped {
		s.changed(key.serial)
	}
	return code
}

func (s *pins) copyOf(key pinKey) (code []byte, wiped bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.sessions[key]
	if session == nil {
		return nil, false
	}
	now := time.Now()
	session.used = slices.DeleteFunc(session.used, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	if len(session.used) >= s.cfg.SignaturesPerMinute {
		return nil, s.wipe(key)
	}
	session.used = append(session.used, now)
	return bytes.Clone(session.code), false
}

// keep makes a code that was just used a session.
func (s *pins) keep(one *typed, code []byte) {
	if s.begun(one, code) {
		s.changed(one.key.serial)
	}
}

// begun makes the session, and tells whether its key was not forgotten meanwhile.
func (s *pins) begun(one *typed, code []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one.ended {
		return false
	}
	s.wipe(one.key)
	session := &pinSession{code: bytes.Clone(code), used: []time.Time{time.Now()}}
	session.end = time.AfterFunc(s.life, func() { s.expire(one.key, session) })
	s.sessions[one.key] = session
	return true
}

// expire wipes a session whose time is over, unless another has taken its place.
func (s *pins) expire(key pinKey, session *pinSession) {
	s.mu.Lock()
	wiped := s.sessions[key] == session && s.wipe(key)
	s.mu.Unlock()
	if wiped {
		s.changed(key.serial)
	}
}

// keeps says whether anybody's code of a card is kept.
func (s *pins) keeps(serial string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.sessions {
		if key.serial == serial {
			return true
		}
	}
	return false
}

// wipe ends the session of key, if there is one, with the mutex held.
func (s *pins) wipe(key pinKey) bool {
	session := s.sessions[key]
	if session == nil {
		return false
	}
	session.end.Stop()
	clear(session.code)
	delete(s.sessions, key)
	return true
}

// forget wipes the code of key, and tells whether there was one.
func (s *pins) forget(key pinKey) bool { return s.forgetWhere(func(k pinKey) bool { return k == key }) }

// forgetSerial wipes everybody's code of a card, and tells whether there was one.
func (s *pins) forgetSerial(serial string) bool {
	return s.forgetWhere(func(k pinKey) bool { return k.serial == serial })
}

// forgetCard wipes the codes of a card that was taken out: nobody is told what is shown
// of a card that has left.
func (s *pins) forgetCard(serial string) {
	s.wipeWhere(func(k pinKey) bool { return k.serial == serial })
}

// forgetAll wipes every code.
func (s *pins) forgetAll() { s.forgetWhere(func(pinKey) bool { return true }) }

// forgetWhere wipes the codes whose keys match, and tells whether there were any.
func (s *pins) forgetWhere(matches func(pinKey) bool) bool {
	serials := s.wipeWhere(matches)
	for _, serial := range serials {
		s.changed(serial)
	}
	return len(serials) > 0
}

// wipeWhere is forgetWhere without telling; it returns the cards of the codes.
func (s *pins) wipeWhere(matches func(pinKey) bool) (serials []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for one := range s.shown {
		one.ended = one.ended || matches(one.key)
	}
	for key := range s.sessions {
		if matches(key) && s.wipe(key) {
			serials = append(serials, key.serial)
		}
	}
	return serials
}
