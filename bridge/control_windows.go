package bridge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"github.com/agrafe-fse/agrafe/bridge/local"
)

// maxUnnamed is how many connections of one session may be open that have not sent
// their first byte, before which Windows does not tell who they are. One more is closed.
const maxUnnamed = 16

// How long receive waits after a failure, at first and at most: that of net/http.
const (
	minAcceptWait = 5 * time.Millisecond
	maxAcceptWait = time.Second
)

// controlPipe is the named pipe of local programs. Its connections come with who is at
// the other end: those whose user can't be told are closed.
type controlPipe struct {
	net.Listener
	log    *slog.Logger
	named  chan *pipeConn
	closed chan struct{}
	once   sync.Once

	mu      sync.Mutex     // protects unnamed
	unnamed map[uint32]int // by session
}

// listenControl opens the pipe that stands for the socket at path. It fails if there is
// one of that name, be it another daemon's or a stranger's: the first instance of a pipe
// is whose it is (FILE_CREATE of NtCreateNamedPipeFile).
func listenControl(path string, log *slog.Logger) (net.Listener, error) {
	rights, err := pipeRights()
	if err != nil {
		return nil, fmt.Errorf("cannot open the control pipe: %w", err)
	}
	name := local.PipeName(path)
	if err := freePipe(name); err != nil {
		return nil, err
	}
	l, err := winio.ListenPipe(name, &winio.PipeConfig{SecurityDescriptor: rights, InputBufferSize: 64 << 10, OutputBufferSize: 64 << 10})
	if err != nil {
		return nil, fmt.Errorf("cannot open the control pipe: %w", err)
	}
	p := &controlPipe{Listener: l, log: log, named: make(chan *pipeConn), closed: make(chan struct{}), unnamed: make(map[uint32]int)}
	go p.receive()
	return p, nil
}

// freePipe fails if somebody serves a pipe, and says so. That nobody does by the time it
// is opened is the system's to see.
func freePipe(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	c, err := winio.DialPipeAccess(ctx, name, local.ClientAccess)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		_ = c.Close()
	}
	return fmt.Errorf("cannot open %s: another program has it, maybe an agrafed that runs already", name)
}

// pipeRights is who may open the pipe, in SDDL: the system, the administrators, this
// user and those who have logged on at this machine, none of them over the network.
// This user owns it, by which clients know the service.
func pipeRights() (string, error) {
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return "", err
	}
	sid := me.User.Sid.String()
	return "O:" + sid + "D:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;" + sid + ")" +
		"(A;;0x" + strconv.FormatUint(local.ClientAccess, 16) + ";;;IU)", nil
}

// receive takes connections until the pipe is closed. What fails, memory or handles that
// have run out, fails again at once: it waits longer each time, and tells of the first.
func (p *controlPipe) receive() {
	defer close(p.closed)
	var wait time.Duration
	for {
		c, err := p.Listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err == nil:
			wait = 0
			go p.name(c)
		default:
			if wait == 0 {
				p.log.Error("cannot take connections of the control pipe; trying again", "error", err)
			}
			wait = min(max(2*wait, minAcceptWait), maxAcceptWait)
			time.Sleep(wait)
		}
	}
}

// name waits for the first byte of c, finds out who sent it, and hands c on.
func (p *controlPipe) name(c net.Conn) {
	one, err := p.wait(c)
	if err == nil {
		select {
		case p.named <- one:
			return
		case <-p.closed:
		}
	}
	_ = c.Close()
}

func (p *controlPipe) wait(c net.Conn) (*pipeConn, error) {
	handle := windows.Handle(c.(interface{ Fd() uintptr }).Fd())
	session, err := pipeSession(handle)
	if err != nil || !p.enter(session) {
		return nil, errors.New("cannot tell who asks")
	}
	defer p.leave(session)
	first := make([]byte, 1)
	if err := c.SetReadDeadline(time.Now().Add(headerTimeout)); err != nil {
		return nil, err
	}
	if _, err := c.Read(first); err != nil {
		return nil, err
	}
	member, err := pipeMember(handle)
	if err != nil {
		return nil, err
	}
	return &pipeConn{Conn: c, first: first, program: program{owner: sessionOwner(session, member), member: member}}, nil
}

func (p *controlPipe) enter(session uint32) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.unnamed[session] >= maxUnnamed {
		return false
	}
	p.unnamed[session]++
	return true
}

func (p *controlPipe) leave(session uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.unnamed[session]--; p.unnamed[session] == 0 {
		delete(p.unnamed, session)
	}
}

// Accept returns the next connection whose user is known.
func (p *controlPipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.named:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close ends the pipe.
func (p *controlPipe) Close() (err error) {
	p.once.Do(func() { err = p.Listener.Close() })
	return err
}

// pipeConn is a connection with its first byte, which has been read, before the others.
type pipeConn struct {
	net.Conn
	first   []byte
	program program
}

func (c *pipeConn) Read(b []byte) (int, error) {
	if len(c.first) == 0 || len(b) == 0 {
		return c.Conn.Read(b)
	}
	n := copy(b, c.first)
	c.first = c.first[n:]
	return n, nil
}

// peerContext notes who is at the other end of a control connection.
func peerContext(ctx context.Context, c net.Conn) context.Context {
	return withProgram(socketContext(ctx, c), c.(*pipeConn).program)
}
