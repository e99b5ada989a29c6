package daemon

import (
	"unsafe"

	"github.com/agrafe-fse/agrafe/daemon/secret"
	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/cps"
)

// codePage is the one page of memory that codes are in. Each is there once, as the
// command that shows it to a card, from when it was typed until it is wiped: nothing is
// copied from it. Whoever uses it holds the mutex of the pins.
type codePage struct {
	page *secret.Page // nil once closed
	free []*cps.Command
	used map[*code]struct{}
}

// code is one code. Its fields are protected by the mutex of the pins, the digits by
// showing.
type code struct {
	key     pinKey
	command *cps.Command  // in the page; nil once it is wiped
	showing int           // cards that are shown it just now: it must not change meanwhile
	ended   bool          // it is to be shown to no card any more
	wiped   chan struct{} // closed when it is wiped
}

func newCodePage() (*codePage, error) {
	page, err := secret.NewPage()
	if err != nil {
		return nil, err
	}
	p := &codePage{page: page, used: make(map[*code]struct{})}
	const size = int(unsafe.Sizeof(cps.Command{}))
	for data := page.Bytes(); len(data) >= size; data = data[size:] {
		p.free = append(p.free, (*cps.Command)(data))
	}
	return p, nil
}

// take makes room for a code of key.
func (p *codePage) take(key pinKey) (*code, error) {
	if p.page == nil || len(p.free) == 0 { // the daemon stops, or hundreds of programs ask at once
		return nil, reader.Fail(reader.Busy, opCode)
	}
	last := len(p.free) - 1
	c := &code{key: key, command: p.free[last], wiped: make(chan struct{})}
	p.free = p.free[:last]
	p.used[c] = struct{}{}
	return c, nil
}

// end has c shown to no card any more and wipes it: at once, or when the card that is
// looking at it has seen it. A code that changed on its way would cost a try.
func (p *codePage) end(c *code) {
	c.ended = true
	if c.showing > 0 || c.command == nil {
		return
	}
	c.command.Wipe()
	p.free = append(p.free, c.command)
	c.command = nil
	delete(p.used, c)
	close(c.wiped)
}

// showing is closed when a code that has ended is wiped, nil if all are.
func (p *codePage) showing() <-chan struct{} {
	for c := range p.used {
		if c.ended {
			return c.wiped
		}
	}
	return nil
}

// close gives the page back, unless a card is still looking at a code: the page goes
// with the process then.
func (p *codePage) close() {
	if p.page != nil && len(p.used) == 0 {
		p.page.Free()
		p.page, p.free = nil, nil
	}
}

// show gives the command of c to f, which shows it to a card and keeps nothing of it.
// It fails with PINRequired if the code has ended meanwhile.
func (s *pins) show(c *code, f func(*cps.Command) error) error {
	s.mu.Lock()
	if c.ended {
		s.mu.Unlock()
		return reader.Failf(reader.PINRequired, opCode, "the code was forgotten meanwhile")
	}
	c.showing++
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if c.showing--; c.ended {
			s.page.end(c)
		}
	}()
	return f(c.command)
}
