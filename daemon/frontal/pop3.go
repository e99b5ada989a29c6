package frontal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Bounds of a POP3 session.
const (
	maxCommand = 512 // bytes of a line
	maxErrors  = 10  // refused commands before the end
)

// pop3 serves the mailboxes (RFC 1939, CAPA of RFC 2449).
type pop3 struct {
	frontal  *Frontal
	listener net.Listener
	slots    chan struct{} // one for each session

	mu    sync.Mutex // protects what follows
	conns map[net.Conn]bool
	ended bool
	wait  sync.WaitGroup
}

func newPOP3(f *Frontal, l net.Listener) *pop3 {
	return &pop3{frontal: f, listener: l, slots: make(chan struct{}, maxSessions), conns: map[net.Conn]bool{}}
}

// serve answers until close.
func (p *pop3) serve() error {
	for {
		conn, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("cannot serve POP3: %w", err)
		}
		select {
		case p.slots <- struct{}{}:
			if !p.begin(conn) {
				conn.Close()
				return nil
			}
		default:
			conn.Close()
		}
	}
}

// begin starts a session, unless the server has ended.
func (p *pop3) begin(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return false
	}
	p.conns[conn] = true
	p.wait.Go(func() {
		s := &popSession{frontal: p.frontal, conn: conn, r: bufio.NewReaderSize(conn, maxCommand), w: bufio.NewWriter(conn)}
		s.run()
		p.mu.Lock()
		delete(p.conns, conn)
		p.mu.Unlock()
		<-p.slots
	})
	return true
}

// close ends the server and its sessions: what they have marked is not deleted.
func (p *pop3) close() {
	p.mu.Lock()
	p.ended = true
	_ = p.listener.Close() // it may be closed already
	for conn := range p.conns {
		_ = conn.Close()
	}
	p.mu.Unlock()
	p.wait.Wait()
}

// popSession is one connection: before the login box is nil.
type popSession struct {
	frontal *Frontal
	conn    net.Conn
	r       *bufio.Reader
	w       *bufio.Writer
	user    string
	box     *mailbox
	mails   []stored
	deleted map[int]bool // by number, from 1
	errors  int
}

// errQuit ends a session.
var errQuit = errors.New("quit")

func (s *popSession) run() {
	defer func() {
		s.free()
		_ = s.conn.Close()
	}()
	s.ok("frontal de démonstration")
	for s.errors < maxErrors {
		// Before the first Flush too: it waits for the client's part of the handshake.
		if s.conn.SetDeadline(time.Now().Add(patience)) != nil || s.w.Flush() != nil {
			return
		}
		text, err := s.r.ReadSlice('\n')
		if err != nil { // a line that is too long too: what follows it is not a command
			return
		}
		verb, argument, _ := strings.Cut(strings.TrimRight(string(text), "\r\n"), " ")
		if err := s.command(strings.ToUpper(verb), argument); err != nil {
			_ = s.w.Flush()
			return
		}
	}
	_ = s.w.Flush()
}

// free gives the mailbox back.
func (s *popSession) free() {
	if s.box != nil {
		s.box.close()
		s.box = nil
	}
}

func (s *popSession) ok(text string) { fmt.Fprintf(s.w, "+OK %s\r\n", text) }

func (s *popSession) refuse(text string) {
	s.errors++
	fmt.Fprintf(s.w, "-ERR %s\r\n", text)
}

// command answers one command. Its error ends the session.
func (s *popSession) command(verb, argument string) error {
	switch verb {
	case "QUIT":
		return s.quit()
	case "NOOP":
		s.ok("")
		return nil
	case "CAPA":
		s.ok("")
		s.list([]string{"USER", "TOP", "UIDL", "RESP-CODES", "PIPELINING"})
		return nil
	}
	if s.box == nil {
		s.enter(verb, argument)
		return nil
	}
	return s.transaction(verb, argument)
}

// enter answers before the login.
func (s *popSession) enter(verb, argument string) {
	switch verb {
	case "USER":
		s.user = argument
		s.ok("")
	case "PASS":
		if !s.frontal.login(s.user, argument) {
			s.refuse("[AUTH] wrong user or password")
			return
		}
		box := s.frontal.boxes[s.user]
		mails, free, err := box.open()
		switch {
		case err != nil:
			s.refuse("[SYS/TEMP] cannot open the mailbox")
		case !free:
			s.refuse("[IN-USE] another session has the mailbox")
		default:
			s.box, s.mails, s.deleted = box, mails, map[int]bool{}
			s.ok(fmt.Sprintf("%d messages", len(mails)))
		}
	default:
		s.refuse("log in first")
	}
}

// transaction answers after the login.
func (s *popSession) transaction(verb, argument string) error {
	switch verb {
	case "STAT":
		count, size := s.stat()
		s.ok(fmt.Sprintf("%d %d", count, size))
	case "RSET":
		clear(s.deleted)
		s.ok("")
	case "LIST":
		s.each(argument, func(_ int, m stored) string { return strconv.FormatInt(m.size, 10) })
	case "UIDL":
		s.each(argument, func(_ int, m stored) string { return strings.TrimSuffix(m.name, ".eml") })
	case "DELE":
		if number, found := s.number(argument); found {
			s.deleted[number] = true
			s.ok("")
		}
	case "RETR":
		return s.retrieve(argument, -1)
	case "TOP":
		number, lines, _ := strings.Cut(argument, " ")
		n, err := strconv.Atoi(lines)
		if err != nil || n < 0 {
			s.refuse("TOP takes a number and a count of lines")
			return nil
		}
		return s.retrieve(number, n)
	default:
		s.refuse("unknown command")
	}
	return nil
}

func (s *popSession) stat() (count int, size int64) {
	for i, m := range s.mails {
		if !s.deleted[i+1] {
			count++
			size += m.size
		}
	}
	return count, size
}

// number reads the number of a mail that is there; it answers when there is none.
func (s *popSession) number(argument string) (int, bool) {
	n, err := strconv.Atoi(argument)
	if err != nil || n < 1 || n > len(s.mails) || s.deleted[n] {
		s.refuse("no such message")
		return 0, false
	}
	return n, true
}

// each answers LIST and UIDL, for one mail or all.
func (s *popSession) each(argument string, tell func(int, stored) string) {
	if argument != "" {
		if n, found := s.number(argument); found {
			s.ok(fmt.Sprintf("%d %s", n, tell(n, s.mails[n-1])))
		}
		return
	}
	var lines []string
	for i, m := range s.mails {
		if !s.deleted[i+1] {
			lines = append(lines, fmt.Sprintf("%d %s", i+1, tell(i+1, m)))
		}
	}
	s.ok(fmt.Sprintf("%d messages", len(lines)))
	s.list(lines)
}

func (s *popSession) list(lines []string) {
	for _, l := range lines {
		s.w.WriteString(l + "\r\n") // a bufio.Writer keeps its error for Flush
	}
	s.w.WriteString(".\r\n")
}

// retrieve sends a mail; with n of 0 or more its headers and n lines. A reader that
// is slow has its time for each mail.
func (s *popSession) retrieve(argument string, n int) error {
	number, found := s.number(argument)
	if !found {
		return nil
	}
	raw, err := s.box.read(s.mails[number-1])
	if err != nil {
		s.refuse("[SYS/TEMP] cannot read the message")
		return nil
	}
	s.ok("")
	body := false
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimRight(line, "\r\n")
		if body && n >= 0 {
			if n == 0 {
				break
			}
			n--
		}
		body = body || line == ""
		if strings.HasPrefix(line, ".") {
			line = "." + line
		}
		if _, err := io.WriteString(s.w, line+"\r\n"); err != nil {
			return err
		}
	}
	_, err = s.w.WriteString(".\r\n")
	return err
}

// quit deletes what was marked. The mailbox is free before the answer: a client that
// has it may come again.
func (s *popSession) quit() error {
	var gone []stored
	for i, m := range s.mails {
		if s.deleted[i+1] {
			gone = append(gone, m)
		}
	}
	var err error
	if len(gone) > 0 {
		err = s.box.remove(gone)
	}
	s.free()
	if err != nil {
		s.refuse("[SYS/TEMP] some deleted messages not removed")
		return errQuit
	}
	s.ok("")
	return errQuit
}

// serveUntil closes the server when ctx ends.
func (p *pop3) serveUntil(ctx context.Context) error {
	stop := context.AfterFunc(ctx, p.close)
	defer stop()
	err := p.serve()
	p.close()
	return err
}
