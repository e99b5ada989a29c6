//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// helloP50 is the target of P2, in ms.
const helloP50 = 5

// measureHello is P2: from the first packet of the connection to the last byte of
// the hello, with a CPS and a Vitale in. The floor greets with as many bytes.
func measureHello(ctx context.Context, b *bench) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := b.openStand(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if _, err := s.insertRead(ctx, 0, doctor, state.CardCPS); err != nil {
		return err
	}
	if _, err := s.insertRead(ctx, 1, patient, state.CardVitale); err != nil {
		return err
	}
	echo, addr, err := b.startEcho(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, echo.stop()) }()

	_, hello, err := greet(ctx, "ws://"+s.addr()+"/v1", s.header)
	if err != nil {
		return err
	}
	if err := whole(hello); err != nil {
		return err
	}
	bare := fmt.Sprintf("ws://%s/hello?size=%d", addr, len(hello))
	var took, floor []float64
	for range b.times(200, 1000) {
		t, _, err := greet(ctx, "ws://"+s.addr()+"/v1", s.header)
		if err != nil {
			return err
		}
		f, _, err := greet(ctx, bare, nil)
		if err != nil {
			return err
		}
		took, floor = append(took, t), append(floor, f)
	}
	b.keep("P2", "hello", took)
	b.keep("P2", "hello floor", floor)
	r := row{Target: "P2", Measure: "upgrade → hello, p50", Value: median(took), Unit: "ms",
		Note: fmt.Sprintf("TCP connection included; hello of %d bytes, 2 readers, 2 cards", len(hello))}
	b.add(r.beside("bare greeting", median(floor)).atMost(helloP50))
	r = row{Target: "P2", Measure: "upgrade → hello, p99", Value: quantile(took, 0.99), Unit: "ms"}
	b.add(r.beside("bare greeting", quantile(floor, 0.99)))
	return nil
}

// greet connects, takes the first frame and leaves; took is in ms.
func greet(ctx context.Context, url string, header http.Header) (took float64, first []byte, err error) {
	from := monotonic()
	ws, err := connect(ctx, url, header)
	if err != nil {
		return 0, nil, err
	}
	defer ws.Close()
	_, first, err = ws.ReadMessage()
	return ms(monotonic() - from), first, err
}

// whole makes sure that the hello shows both cards.
func whole(frame []byte) error {
	var message struct {
		Params local.Hello `json:"params"`
	}
	if err := json.Unmarshal(frame, &message); err != nil {
		return err
	}
	read := 0
	for _, c := range message.Params.Snapshot.Cards {
		if c.Read && c.Problem == nil && c.State != state.CardAbsent {
			read++
		}
	}
	if read != 2 {
		return fmt.Errorf("cannot measure the hello: it shows %d cards of 2", read)
	}
	return nil
}

// decode reads one JSON value.
func decode(r io.Reader, v any) error { return json.NewDecoder(r).Decode(v) }
