package bridge

import (
	"bufio"
	"net"
	"net/http"
)

// wiping is a ResponseWriter whose connection leaves nothing of what was read in the
// buffer of its reader. The codes that programs answer pass there, masked with a key that
// stands beside them.
type wiping struct{ http.ResponseWriter }

// Hijack gives the connection with a reader of its own: the server's would go on to read
// past us.
func (w wiping) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, buffers, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil || buffers.Reader.Buffered() > 0 { // which the upgrader refuses
		return c, buffers, err
	}
	wiped := wipingConn{c}
	return wiped, bufio.NewReadWriter(bufio.NewReader(wiped), buffers.Writer), nil
}

// wipingConn clears the buffer that it is to read into: a bufio.Reader asks for more when
// it has given everything, and then lends the whole of it. A reader of messages asks as
// soon as it has handed one on.
type wipingConn struct{ net.Conn }

func (c wipingConn) Read(p []byte) (int, error) {
	clear(p)
	return c.Conn.Read(p)
}
