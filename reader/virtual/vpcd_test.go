package virtual

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"testing"
	"time"
)

// fakeVPCD is the driver's end of the protocol.
type fakeVPCD struct {
	listener net.Listener
	ended    chan error // what Serve returned
	cancel   context.CancelFunc
}

func serve(t *testing.T, card Card) *fakeVPCD {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	v := &fakeVPCD{listener, make(chan error, 1), cancel}
	go func() { v.ended <- Serve(ctx, listener.Addr().String(), card) }()
	t.Cleanup(func() {
		cancel()
		listener.Close()
	})
	return v
}

func (v *fakeVPCD) accept(t *testing.T) net.Conn {
	t.Helper()
	conn, err := v.listener.Accept()
	must(t, err)
	must(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	t.Cleanup(func() { conn.Close() })
	return conn
}

// tell sends a frame in two pieces, as vpcd does.
func tell(t *testing.T, conn net.Conn, body []byte) {
	t.Helper()
	var size [2]byte
	binary.BigEndian.PutUint16(size[:], uint16(len(body)))
	for _, piece := range [][]byte{size[:], body} {
		_, err := conn.Write(piece)
		must(t, err)
	}
}

// ask sends a frame and reads the answer, which must come in one write.
func ask(t *testing.T, conn net.Conn, body []byte) string {
	t.Helper()
	tell(t, conn, body)
	frame := make([]byte, 2+0xFFFF)
	_, err := io.ReadFull(conn, frame[:2])
	must(t, err)
	n := int(binary.BigEndian.Uint16(frame))
	_, err = io.ReadFull(conn, frame[2:2+n])
	must(t, err)
	return fmt.Sprintf("%X", frame[2:2+n])
}

func TestServe(t *testing.T) {
	v := serve(t, open(t, "medecin-secteur1"))
	conn := v.accept(t)
	const atr = "3BAC00402A001225006480000310009000"
	if got := ask(t, conn, []byte{vpcdATR}); got != atr {
		t.Errorf("answer to reset %s", got)
	}
	tell(t, conn, []byte{vpcdPowerOn}) // no answer
	if got := ask(t, conn, unhex(t, verifyRight)); got != "9000" {
		t.Errorf("VERIFY: %s", got)
	}
	if got := ask(t, conn, unhex(t, codeStatus)); got != "9000" {
		t.Errorf("status: %s", got)
	}
	for _, control := range []byte{vpcdReset, vpcdPowerOff, vpcdPowerOn} {
		ask(t, conn, unhex(t, verifyRight))
		tell(t, conn, []byte{control})
		if got := ask(t, conn, unhex(t, codeStatus)); got != "63C3" {
			t.Errorf("status after control %02X: %s", control, got)
		}
	}
	tell(t, conn, []byte{0x77}) // a control code that no one knows
	if got := ask(t, conn, nil); got != "6700" {
		t.Errorf("empty command: %s", got)
	}
	v.cancel()
	must(t, <-v.ended)
	if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the card is still there: %v", err)
	}
}

func TestServeEndsWithTheSlot(t *testing.T) {
	v := serve(t, open(t, "patient"))
	conn := v.accept(t)
	ask(t, conn, []byte{vpcdATR})
	conn.Close()
	if err := <-v.ended; err == nil {
		t.Error("no error when the slot dropped the connection")
	}
	addr := v.listener.Addr().String()
	v.listener.Close()
	if err := Serve(t.Context(), addr, open(t, "patient")); err == nil {
		t.Error("no error without a slot")
	}
}

func TestServeFaults(t *testing.T) {
	command := unhex(t, selectRoot)
	t.Run("yank", func(t *testing.T) {
		v := serve(t, WithFaults(open(t, "patient"), Fault{At: 2, Action: FaultYank}))
		conn := v.accept(t)
		ask(t, conn, command)
		tell(t, conn, command)
		if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the card is still there: %v", err)
		}
		must(t, <-v.ended)
	})
	t.Run("swap", func(t *testing.T) {
		other := open(t, "medecin-secteur1")
		v := serve(t, WithFaults(open(t, "patient"), Fault{At: 1, Action: FaultSwap, Card: other}))
		tell(t, v.accept(t), command)
		if got, want := ask(t, v.accept(t), []byte{vpcdATR}), fmt.Sprintf("%X", other.ATR()); got != want {
			t.Errorf("answer to reset %s, want %s", got, want)
		}
	})
	t.Run("delay", func(t *testing.T) {
		v := serve(t, WithFaults(open(t, "patient"), Fault{Action: FaultDelay, Delay: time.Millisecond}))
		if got := ask(t, v.accept(t), command); got != "9000" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("reset", func(t *testing.T) {
		v := serve(t, WithFaults(open(t, "patient"), Fault{Action: FaultReset}))
		if got := ask(t, v.accept(t), command); got != "6F00" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("mute", func(t *testing.T) {
		v := serve(t, WithFaults(open(t, "patient"), Fault{Action: FaultMute}))
		conn := v.accept(t)
		tell(t, conn, command)
		v.cancel()
		must(t, <-v.ended)
		if got, _ := io.ReadAll(conn); len(got) != 0 { // the connection may be reset
			t.Errorf("got % X", got)
		}
	})
	t.Run("ends during a delay", func(t *testing.T) {
		v := serve(t, WithFaults(open(t, "patient"), Fault{At: 2, Action: FaultDelay, Delay: time.Hour}))
		conn := v.accept(t)
		ask(t, conn, command)
		tell(t, conn, command)
		v.cancel()
		must(t, <-v.ended)
	})
}

// A frame holds 65,535 bytes at most: a longer answer keeps its status word.
func TestServeOversize(t *testing.T) {
	card, err := Open(Spec{Demonstration: true, Kind: KindHostile, Hostile: &Hostile{Imitates: KindVitale2, Manners: []Manner{Oversize}}}, nil)
	must(t, err)
	v := serve(t, card)
	got := ask(t, v.accept(t), unhex(t, "00B0820000"))
	if len(got) != 2*0xFFFF || got[len(got)-4:] != "9000" {
		t.Errorf("%d bytes", len(got)/2)
	}
}

func TestServeMuteCard(t *testing.T) {
	v := serve(t, open(t, "carte-muette"))
	conn := v.accept(t)
	if got := ask(t, conn, []byte{vpcdATR}); len(got)/2 <= 33 {
		t.Errorf("an answer to reset of %d bytes, which is a valid length", len(got)/2)
	}
}
