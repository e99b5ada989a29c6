package daemon

import (
	"context"
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/rights"
	"github.com/agrafe-fse/agrafe/reader"
)

// lineIdle is how long a connection to the payer that nobody uses is kept, ours.
const lineIdle = 3 * time.Minute

// payer is what is kept of the payers' teleservice between two questions.
type payer struct {
	answers *rights.Cache
	idle    time.Duration

	mu    sync.Mutex // protects lines and what they hold; taken behind the desk's, before that of the codes
	lines map[pinKey]*line
}

// line is the way to the teleservice of one principal with one CPS. Like a code, it is
// nobody else's.
type line struct {
	turn  chan struct{} // holds one token: questions go one by one, and the second finds the connection of the first
	users int           // who ask or wait for their turn
	conn  *rights.Conn  // kept; nil while it is used, or if there is none
	end   *time.Timer   // of conn
	drops int           // times that connections of the key had to end
}

func newPayer() *payer {
	return &payer{answers: rights.NewCache(), idle: lineIdle, lines: make(map[pinKey]*line)}
}

// enter waits for the turn of the key. leave must be called.
func (p *payer) enter(ctx context.Context, key pinKey) (*line, error) {
	p.mu.Lock()
	l := p.lines[key]
	if l == nil {
		l = &line{turn: make(chan struct{}, 1)}
		p.lines[key] = l
	}
	l.users++
	p.mu.Unlock()
	select {
	case l.turn <- struct{}{}:
		return l, nil
	case <-ctx.Done():
		p.left(key, l)
		return nil, &reader.Error{Kind: reader.Busy, Op: "ask for rights", Err: ctx.Err()}
	}
}

func (p *payer) leave(key pinKey, l *line) {
	<-l.turn
	p.left(key, l)
}

func (p *payer) left(key pinKey, l *line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.users--
	p.tidy(key, l)
}

// tidy forgets a line that holds nothing, with the mutex held.
func (p *payer) tidy(key pinKey, l *line) {
	if l.users == 0 && l.conn == nil && p.lines[key] == l {
		delete(p.lines, key)
	}
}

// take returns the connection kept, nil if there is none, and what put is to be told.
func (p *payer) take(l *line) (conn *rights.Conn, drops int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if conn = l.conn; conn != nil {
		l.end.Stop()
		l.conn = nil
	}
	return conn, l.drops
}

// put keeps a connection for the next question, unless those of its key had to end since
// take, or it is of no more use.
func (p *payer) put(key pinKey, l *line, conn *rights.Conn, drops int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if drops != l.drops || !conn.Usable() {
		conn.Close()
		return
	}
	l.conn = conn
	l.end = time.AfterFunc(p.idle, func() { p.expire(key, l, conn) })
}

func (p *payer) expire(key pinKey, l *line, conn *rights.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.conn == conn {
		p.hangUp(l)
		p.tidy(key, l)
	}
}

func (p *payer) hangUp(l *line) {
	if l.conn != nil {
		l.end.Stop()
		l.conn.Close()
		l.conn = nil
	}
}

// drop ends the connections of the keys that match: those kept now, those in use when
// their question is over.
func (p *payer) drop(matches func(pinKey) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, l := range p.lines {
		if matches(key) {
			l.drops++
			p.hangUp(l)
			p.tidy(key, l)
		}
	}
}

// dropCard ends the connections made with a CPS that has left.
func (p *payer) dropCard(serial string) { p.drop(func(k pinKey) bool { return k.serial == serial }) }
