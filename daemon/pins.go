package daemon

import (
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
	page     *codePage
	asked    map[*code]struct{} // codes that are being asked for or shown to a card for the first time
	sessions map[pinKey]*pinSession
}

// opCode names the operation in errors.
const opCode = "use the code porteur"

type pinKey struct{ principal, serial string }

// pinSession is a code that was typed. Times are read by the monotonic clock.
type pinSession struct {
	code *code
	used []time.Time // signatures in the last minute
	end  *time.Timer // wipes the code when its time is over
}

func newPins(cfg PINConfig, life time.Duration, p Prompter) (*pins, error) {
	page, err := newCodePage()
	if err != nil {
		return nil, err
	}
	return &pins{cfg: cfg, life: life, prompter: p, changed: func(string) {}, page: page,
		asked: make(map[*code]struct{}), sessions: make(map[pinKey]*pinSession)}, nil
}

// use gives the code of key to do, which shows it to the card: the session's, or
// one that the user is asked for. The code is forgotten if the card refuses it,
// and kept if the policy says so. do is given nil where the user types the code on
// the reader.
func (s *pins) use(ctx context.Context, key pinKey, r PINRequest, do func(c *code, lastTry bool) error) error {
	if r.Pinpad {
		answer, err := s.ask(ctx, r)
		if err != nil {
			return err
		}
		clear(answer.Code) // none is wanted
		return do(nil, answer.LastTry)
	}
	if c := s.take(key); c != nil {
		err := do(c, false)
		s.judge(key, err)
		return err
	}
	c, err := s.begin(key)
	if err != nil {
		return err
	}
	defer s.drop(c)
	lastTry, err := s.fill(ctx, r, c)
	if err != nil {
		return err
	}
	err = do(c, lastTry)
	s.judge(key, err)
	if err == nil && s.cfg.Policy == PINSession {
		s.keep(c)
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

// fill has the user asked for c.
func (s *pins) fill(ctx context.Context, r PINRequest, c *code) (lastTry bool, err error) {
	answer, err := s.ask(ctx, r)
	defer clear(answer.Code)
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.ended {
		c.command.SetCode(answer.Code)
	}
	return answer.LastTry, nil
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

// begin makes room for a code of key, which is about to be asked for.
func (s *pins) begin(key pinKey) (*code, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.page.take(key)
	if err == nil {
		s.asked[c] = struct{}{}
	}
	return c, err
}

// drop ends what begin began; a code that was not kept is wiped.
func (s *pins) drop(c *code) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.asked, c)
	if session := s.sessions[c.key]; session == nil || session.code != c {
		s.page.end(c)
	}
}

// take returns the code kept for key, nil if there is none or if it has served too
// often in the last minute.
func (s *pins) take(key pinKey) *code {
	c, wiped := s.kept(key)
	if wiped {
		s.changed(key.serial)
	}
	return c
}

func (s *pins) kept(key pinKey) (c *code, wiped bool) {
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
	return session.code, false
}

// keep makes a code that was just used a session.
func (s *pins) keep(c *code) {
	if s.begun(c) {
		s.changed(c.key.serial)
	}
}

// begun makes the session, and tells whether its key was not forgotten meanwhile.
func (s *pins) begun(c *code) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ended {
		return false
	}
	s.wipe(c.key)
	session := &pinSession{code: c, used: []time.Time{time.Now()}}
	session.end = time.AfterFunc(s.life, func() { s.expire(session) })
	s.sessions[c.key] = session
	return true
}

// expire wipes a session whose time is over, unless another has taken its place.
func (s *pins) expire(session *pinSession) {
	key := session.code.key
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

// has says whether the code of key is kept.
func (s *pins) has(key pinKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[key] != nil
}

// wipe ends the session of key, if there is one, with the mutex held.
func (s *pins) wipe(key pinKey) bool {
	session := s.sessions[key]
	if session == nil {
		return false
	}
	session.end.Stop()
	s.page.end(session.code)
	delete(s.sessions, key)
	return true
}
