package frontal_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// harm is what a brittle server does to one connection.
type harm string

// The harms. At a byte means at any: within the handshake of TLS, a command, a mail or an
// answer.
const (
	harmless      harm = "sans incident"
	refuses       harm = "refus"
	cutsAtByte    harm = "coupure"
	stallsAtByte  harm = "gel"
	cutsBeforeDot harm = "coupure avant le point final"
	cutsAfterDot  harm = "coupure après le point final"
	cutsAfterQuit harm = "coupure après QUIT"
)

// brittle stands between a daemon and one of the servers of the payer, and harms some of
// the connections. It ends the TLS of the one and begins that of the other, so that it
// sees the final dot of a mail.
type brittle struct {
	net.Listener
	server func() string // its address
	cert   tls.Certificate
	moment func() // called when a mail was taken and the sender does not know it yet

	live   sync.WaitGroup // connections
	healed atomic.Bool

	mu    sync.Mutex // protects the rest
	calm  *sync.Cond // told when busy falls to 0
	busy  int        // connections whose server may still be at work
	rng   *rand.Rand
	harms []harm
	done  map[harm]int
}

// newBrittle listens until the end of the test. One connection in three is harmed.
func newBrittle(t *testing.T, cert tls.Certificate, server func() string, seed uint64, moment func(), harms ...harm) *brittle {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &brittle{Listener: l, server: server, cert: cert, moment: moment, rng: rand.New(rand.NewPCG(seed, 1)), harms: harms, done: map[harm]int{}}
	b.calm = sync.NewCond(&b.mu)
	b.live.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			b.count(+1)
			b.live.Go(func() {
				defer b.count(-1)
				b.serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		b.live.Wait()
	})
	return b
}

func (b *brittle) count(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.busy += n; b.busy == 0 {
		b.calm.Broadcast()
	}
}

// settle waits until all that was under way has ended, at the server too. A connection
// that a killed process has begun may still come; it gets no further than its handshake.
func (b *brittle) settle() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.busy > 0 {
		b.calm.Wait()
	}
}

// next decides what is done to a connection, and at which byte.
func (b *brittle) next() (h harm, at int, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	h = harmless
	at, wait = 1<<b.rng.IntN(16), time.Duration(20+b.rng.IntN(200))*time.Millisecond // short and long ones alike
	at += b.rng.IntN(at)
	if b.rng.IntN(3) == 0 && !b.healed.Load() {
		h = b.harms[b.rng.IntN(len(b.harms))]
	}
	return h, at, wait
}

// did counts a harm that was done.
func (b *brittle) did(h harm) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done[h]++
}

func (b *brittle) serve(raw net.Conn) {
	h, at, wait := b.next()
	defer raw.Close()
	if h == refuses {
		b.did(h)
		abandon(raw)
		return
	}
	conn := &counted{Conn: raw, left: -1}
	if h == cutsAtByte || h == stallsAtByte {
		conn.left = at
		conn.strike = func() {
			b.did(h)
			if h == cutsAtByte {
				abandon(raw)
				return
			}
			time.Sleep(wait) // a network that is slow: nothing tells when it is not any more
		}
	}
	near := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{b.cert}, MinVersion: tls.VersionTLS12})
	if near.Handshake() != nil {
		return
	}
	far, err := tls.Dial("tcp", b.server(), &tls.Config{InsecureSkipVerify: true}) // on this machine, and ours
	if err != nil {
		return
	}
	b.join(near, far, h, func() { abandon(raw) })
}

// join passes on what both say until one has ended, and returns once the server has.
func (b *brittle) join(near, far *tls.Conn, h harm, cut func()) {
	talk := &talk{harm: h, cut: func() { b.did(h); cut() }, moment: b.moment}
	var both sync.WaitGroup
	both.Go(func() {
		talk.up(near, far)
		_ = far.CloseWrite() // the server ends what it is at
	})
	both.Go(func() {
		talk.down(far, near)
		_ = near.Close()
	})
	both.Wait()
	_, _ = io.Copy(io.Discard, far)
	_ = far.Close()
}

// talk is what is said on a connection.
type talk struct {
	harm   harm
	cut    func()
	moment func()
	last   atomic.Bool // what comes from the server next is not passed on
	mail   bool        // it follows DATA
	tail   []byte      // last bytes from the client
}

// up passes on what the client says.
func (t *talk) up(near, far *tls.Conn) {
	buffer := make([]byte, 1<<15)
	for {
		n, err := near.Read(buffer)
		said := buffer[:n]
		switch t.hear(said) {
		case "DATA":
			t.mail = true
		case "dot":
			t.mail = false
			if t.harm == cutsBeforeDot {
				_, _ = far.Write(said[:max(0, n-3)])
				t.cut()
				return
			}
			t.last.Store(t.harm == cutsAfterDot)
		case "QUIT":
			t.last.Store(t.harm == cutsAfterQuit)
		}
		if _, failed := far.Write(said); failed != nil || err != nil {
			return
		}
	}
}

// hear tells the words on which something hangs.
func (t *talk) hear(said []byte) string {
	t.tail = append(t.tail, said...)
	t.tail = t.tail[max(0, len(t.tail)-5):]
	switch {
	case t.mail && bytes.Equal(t.tail, []byte("\r\n.\r\n")):
		return "dot"
	case t.mail:
	case bytes.Equal(said, []byte("DATA\r\n")):
		return "DATA"
	case bytes.Equal(said, []byte("QUIT\r\n")):
		return "QUIT"
	}
	return ""
}

// down passes on what the server says.
func (t *talk) down(far, near *tls.Conn) {
	buffer := make([]byte, 1<<15)
	for {
		n, err := far.Read(buffer)
		if n > 0 && t.last.Load() {
			t.cut()
			return
		}
		if bytes.Contains(buffer[:n], []byte("queued")) { // as the SMTP library of the payer says it
			t.moment()
		}
		if _, failed := near.Write(buffer[:n]); failed != nil || err != nil {
			return
		}
	}
}

// counted strikes once so many bytes have gone either way; never where left is below 0.
type counted struct {
	net.Conn
	strike func()

	mu   sync.Mutex // protects left
	left int
}

func (c *counted) count(n int) {
	c.mu.Lock()
	struck := c.left >= 0 && c.left < n
	if c.left >= 0 {
		c.left -= n
	}
	c.mu.Unlock()
	if struck {
		c.strike()
	}
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.count(n)
	return n, err
}

func (c *counted) Write(b []byte) (int, error) {
	c.mu.Lock()
	most := len(b)
	if c.left >= 0 && c.left < most {
		most = c.left
	}
	c.mu.Unlock()
	n, err := c.Conn.Write(b[:most])
	c.count(len(b))
	if err == nil && n < len(b) {
		var rest int
		rest, err = c.Conn.Write(b[n:])
		n += rest
	}
	return n, err
}

// abandon ends a connection as a network that is gone does.
func abandon(conn net.Conn) {
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	_ = conn.Close()
}
