package bridge

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// raw is a connection past the upgrade and the hello on which any bytes can be
// sent.
type raw struct {
	net.Conn
	in *bufio.Reader
}

func (r *rig) raw(t *testing.T) raw {
	t.Helper()
	c, err := net.Dial("tcp", r.addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	request := upgradeTo("/v1", "Host: "+r.addr(), "Authorization: Bearer "+r.token(t),
		"Sec-WebSocket-Extensions: permessage-deflate")
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(c)
	answer, err := http.ReadResponse(in, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v %v", answer, err)
	}
	if answer.Header.Get("Sec-WebSocket-Extensions") != "" {
		t.Error("an extension was agreed on")
	}
	return raw{c, in}
}

// closeCode reads frames until the close, and returns its code.
func (r raw) closeCode(t *testing.T) int {
	t.Helper()
	for {
		var head [2]byte
		if _, err := io.ReadFull(r.in, head[:]); err != nil {
			t.Fatalf("no close frame: %v", err)
		}
		size := uint64(head[1] & 0x7F)
		switch size {
		case 126:
			var n uint16
			_ = binary.Read(r.in, binary.BigEndian, &n)
			size = uint64(n)
		case 127:
			_ = binary.Read(r.in, binary.BigEndian, &size)
		}
		payload := make([]byte, size)
		if _, err := io.ReadFull(r.in, payload); err != nil {
			t.Fatal(err)
		}
		if head[0]&0x70 != 0 {
			t.Errorf("a frame with reserved bits: %x", head)
		}
		if head[0]&0x0F == 8 && size == 0 {
			return websocket.CloseNoStatusReceived
		} else if head[0]&0x0F == 8 {
			return int(binary.BigEndian.Uint16(payload))
		}
	}
}

// masked is a frame with this first byte, masked with zeros.
func masked(first byte, payload string) string {
	size := []byte{byte(len(payload))}
	switch {
	case len(payload) > 0xFFFF:
		size = binary.BigEndian.AppendUint64([]byte{127}, uint64(len(payload)))
	case len(payload) > 125:
		size = binary.BigEndian.AppendUint16([]byte{126}, uint16(len(payload)))
	}
	size[0] |= 0x80
	return string(append([]byte{first}, size...)) + "\x00\x00\x00\x00" + payload
}

func TestS11BadFrames(t *testing.T) {
	r := start(t)
	const call = `{"jsonrpc":"2.0","id":1,"method":"system.ping"}`
	tests := []struct {
		name  string
		bytes string
		want  int
	}{
		{"one byte too long", masked(0x81, strings.Repeat(" ", maxFrame+1)), websocket.CloseMessageTooBig},
		{"announced too long", string([]byte{0x81, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}), websocket.CloseMessageTooBig},
		{"longer than can be", string([]byte{0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0}), websocket.CloseMessageTooBig},
		{"too long in fragments", masked(0x01, strings.Repeat(" ", maxFrame)) + masked(0x80, " "), websocket.CloseMessageTooBig},
		{"unmasked", string([]byte{0x81, byte(len(call))}) + call, websocket.CloseProtocolError},
		{"binary", masked(0x82, call), websocket.CloseUnsupportedData},
		{"binary in fragments", masked(0x02, call[:9]) + masked(0x80, call[9:]), websocket.CloseUnsupportedData},
		{"compressed", masked(0xC1, call), websocket.CloseProtocolError},
		{"reserved bit 2", masked(0xA1, call), websocket.CloseProtocolError},
		{"reserved opcode", masked(0x83, call), websocket.CloseProtocolError},
		{"continuation of nothing", masked(0x80, call), websocket.CloseProtocolError},
		{"a second start", masked(0x01, call) + masked(0x81, call), websocket.CloseProtocolError},
		{"ping in fragments", masked(0x09, "x"), websocket.CloseProtocolError},
		{"long ping", masked(0x89, strings.Repeat("x", 126)), websocket.CloseProtocolError},
		{"close of one byte", masked(0x88, "x"), websocket.CloseNoStatusReceived},
		{"close with a bad code", masked(0x88, "\x03\xEC"), websocket.CloseProtocolError},
		{"close", masked(0x88, "\x03\xE8"), websocket.CloseNormalClosure},
	}
	other := r.dial(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := r.raw(t)
			_, _ = io.WriteString(c, tt.bytes) // it may be closed before all of it is written
			if got := c.closeCode(t); got != tt.want {
				t.Errorf("closed with %d, want %d", got, tt.want)
			}
		})
	}
	other.alive()
}

func TestS11LongestFrameIsRead(t *testing.T) {
	c := start(t).dial(t)
	const head, tail = `{"jsonrpc":"2.0","id":1,"method":"system.ping","params":{"echo":"`, `"}}`
	c.send(head + strings.Repeat("x", maxFrame-len(head)-len(tail)) + tail)
	if m := c.answer(); m.Error != nil || len(m.Result) < maxFrame-200 {
		t.Errorf("the answer has %d bytes", len(m.Result))
	}
}

// A frame that is no JSON we take gets a typed error, and the connection lives.
func TestS12HostileJSON(t *testing.T) {
	c := start(t).dial(t)
	ping := func(echo string) string {
		return `{"jsonrpc":"2.0","id":1,"method":"system.ping","params":{"echo":` + echo + `}}`
	}
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tests := []struct {
		name  string
		frame string
		code  int
	}{
		{"deepest", ping(nested(maxDepth - 2)), 0},
		{"one deeper", ping(nested(maxDepth - 1)), codeParse},
		{"100 000 deep", strings.Repeat("[", 100_000), codeParse},
		{"100 000 deep in objects", strings.Repeat(`{"":`, 60_000), codeParse},
		{"duplicate name in the call", `{"jsonrpc":"2.0","id":1,"id":2,"method":"system.ping"}`, codeParse},
		{"duplicate name in the parameters", ping(`{"a":1,"a":1}`), codeParse},
		{"duplicate name by escape", ping(`{"a":1,"\u0061":1}`), codeParse},
		{"NaN", ping(`NaN`), codeParse},
		{"Infinity", ping(`-Infinity`), codeParse},
		{"hexadecimal", ping(`0x10`), codeParse},
		{"leading zero", ping(`01`), codeParse},
		{"huge exponent", ping(`1e999999999`), 0},
		{"100 000 digits", ping(strings.Repeat("9", 100_000)), 0},
		{"huge number where one is read", `{"jsonrpc":"2.0","id":1,"method":"lease.acquire","params":{"reader":"a","seconds":` + strings.Repeat("9", 100_000) + `}}`, codeParams},
		{"bad UTF-8", ping("\"\xff\""), codeParse},
		{"bad UTF-8 in a name", ping("{\"\xc0\x80\":1}"), codeParse},
		{"half a surrogate", ping(`"\ud800"`), codeParse},
		{"raw control character", ping("\"\x01\""), codeParse},
		{"single quotes", `{'jsonrpc':'2.0'}`, codeParse},
		{"as many elements as fit", "[" + strings.Repeat("0,", maxFrame/2-2) + "0]", codeParse},
		{"as many empty objects as fit", "[" + strings.Repeat("{},", maxFrame/3-2) + "{}]", codeParse},
		{"many names", ping("{" + names(24_000) + "}"), codeParse},
		{"many members in the call", "{" + names(24_000) + "}", codeParse},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c.t = t
			c.send(tt.frame)
			m := c.answer()
			code := 0
			if m.Error != nil {
				code = m.Error.Code
			}
			if code != tt.code || len(m.text) > len(tt.frame)+1000 {
				t.Errorf("the answer is %.300s", m.text)
			}
		})
	}
	c.t = t
	c.alive()
}

// names is n different members.
func names(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"`)
		b.WriteString(string([]byte{byte('a' + i%26), byte('a' + i/26%26), byte('a' + i/676%26), byte('a' + i/17576)}))
		b.WriteString(`":0`)
	}
	return b.String()
}

// Reading hostile frames allocates in proportion to their length.
func TestS12MemoryIsBounded(t *testing.T) {
	frames := map[string]string{
		"elements": "[" + strings.Repeat("0,", maxFrame/2-2) + "0]",
		"depth":    strings.Repeat("[", maxFrame),
		"members":  "{" + names(24_000) + "}",
		"digits":   strings.Repeat("9", maxFrame),
		"escapes":  `"` + strings.Repeat(`\u0000`, maxFrame/6-1) + `"`,
	}
	for name, frame := range frames {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _ = parse([]byte(frame))
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 32*maxFrame {
				t.Errorf("%d bytes allocated for %d", used, len(frame))
			}
		})
	}
}

// A client that stops reading is closed; meanwhile the others are served.
func TestS13ClientThatStopsReading(t *testing.T) {
	r := start(t, "medecin-secteur1")
	stuck, other := r.raw(t), r.dial(t)
	other.settled(r)
	gone := make(chan error, 1)
	go func() { // asks for much and reads nothing
		frame := masked(0x81, `{"jsonrpc":"2.0","id":1,"method":"system.ping","params":{"echo":"`+strings.Repeat("x", 200_000)+`"}}`)
		for {
			if _, err := io.WriteString(stuck, frame); err != nil {
				gone <- err
				return
			}
		}
	}()
	worst := time.Duration(0)
	for {
		begun := time.Now()
		other.alive()
		if err := r.readers.Remove("A"); err != nil {
			t.Fatal(err)
		}
		other.event()
		worst = max(worst, time.Since(begun))
		if err := r.readers.Insert("A", virtualCard(t, "carte-inconnue")); err != nil {
			t.Fatal(err)
		}
		other.event()
		select {
		case err := <-gone:
			if errors.Is(err, io.ErrShortWrite) || worst > starving {
				t.Errorf("%v; another client waited for %v", err, worst)
			}
			return
		default:
		}
	}
}

// A client that is too slow for the events is told to start again.
func TestS13ClientTooSlowForEvents(t *testing.T) {
	r := start(t)
	c := r.dial(t)
	c.settled(r)
	slow, events := r.daemon.Hello()
	defer events.Close()
	other := r.dial(t)
	for range eventQueue + 10 {
		other.mustCall("lease.steal", `{"reader":"a","seconds":10}`, nil)
	}
	n := 0
	for range events.Events() {
		n++
	}
	if n != eventQueue {
		t.Errorf("%d events since %d before the end", n, slow.Seq)
	}
	c.alive()
}
