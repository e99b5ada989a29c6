// Package pcsc reaches the readers through the operating system's PC/SC stack:
// pcscd on Linux, the Smart Card service on Windows, CryptoTokenKit on macOS.
// It is the only importer of github.com/ebfe/scard and, on Linux and macOS, the
// only package of the product that needs cgo.
//
// Its contract is that of reader.Transport. What it adds is what the library and
// the services leave to their callers:
//
//   - A PC/SC context on which somebody waits makes its other calls wait too, the
//     end of a transaction among them: the Watch has one of its own and so has
//     each reader, which only its Owner uses.
//   - GetStatusChange keeps reader names in a global map without a count of
//     their users: one Watch at a time may wait.
//   - A context outlives its service as a dead handle that claims to be valid:
//     it is dropped at the first failure and made again at the next call.
//   - The library panics on an empty command and on an unknown protocol, and
//     allocates 64 KiB for each answer; both stop here.
package pcsc

import (
	"errors"
	"sync"

	"github.com/ebfe/scard"

	"github.com/agrafe-fse/agrafe/reader"
)

// Transport is the machine's PC/SC stack.
type Transport struct {
	hints chan struct{}

	mu       sync.Mutex // protects contexts; not held during a call of the service
	contexts map[string]*scard.Context
}

var _ reader.Transport = (*Transport)(nil)

// New returns the machine's PC/SC stack. It needs no running service.
func New() *Transport {
	t := &Transport{hints: make(chan struct{}, 1), contexts: make(map[string]*scard.Context)}
	watchService(t.hint)
	return t
}

// Hints receives a value when the service's socket appears, where the system
// can tell.
func (t *Transport) Hints() <-chan struct{} { return t.hints }

func (t *Transport) hint() {
	select {
	case t.hints <- struct{}{}:
	default:
	}
}

// Connect opens the card in the named reader, shared.
func (t *Transport) Connect(name string) (reader.Link, error) {
	card, err := t.connect(name)
	if reader.KindOf(err) == reader.ServiceDown {
		card, err = t.connect(name) // the context was of a service that has restarted since
	}
	if err != nil {
		return nil, err
	}
	status, err := card.Status()
	if err != nil {
		_ = card.Disconnect(scard.LeaveCard)
		return nil, typed(err)
	}
	if p := card.ActiveProtocol(); p != scard.ProtocolT0 && p != scard.ProtocolT1 {
		_ = card.Disconnect(scard.LeaveCard)
		return nil, reader.Failf(reader.CardMute, "", "no transmission protocol")
	}
	return &link{card: card, atr: status.Atr}, nil
}

func (t *Transport) connect(name string) (*scard.Card, error) {
	ctx, err := t.context(name)
	if err != nil {
		return nil, err
	}
	card, err := ctx.Connect(name, scard.ShareShared, scard.ProtocolAny)
	if err != nil {
		err = typed(err)
		if k := reader.KindOf(err); k == reader.ServiceDown || k == reader.NoReader {
			t.drop(name, ctx)
		}
		return nil, err
	}
	return card, nil
}

func (t *Transport) context(name string) (*scard.Context, error) {
	t.mu.Lock()
	ctx := t.contexts[name]
	t.mu.Unlock()
	if ctx != nil {
		return ctx, nil
	}
	ctx, err := scard.EstablishContext()
	if err != nil {
		return nil, typed(err)
	}
	t.mu.Lock()
	t.contexts[name] = ctx
	t.mu.Unlock()
	return ctx, nil
}

func (t *Transport) drop(name string, ctx *scard.Context) {
	t.mu.Lock()
	if t.contexts[name] == ctx {
		delete(t.contexts, name)
	}
	t.mu.Unlock()
	_ = ctx.Release()
}

// link is a connected card.
type link struct {
	card *scard.Card
	atr  []byte
}

func (l *link) ATR() []byte { return l.atr }

func (l *link) Begin() error { return typed(l.card.BeginTransaction()) }

func (l *link) Reconnect() error {
	return typed(l.card.Reconnect(scard.ShareShared, scard.ProtocolAny, scard.LeaveCard))
}

func (l *link) Transmit(command []byte) ([]byte, error) {
	if len(command) == 0 {
		return nil, reader.Failf(reader.Internal, "", "an empty command")
	}
	answer, err := l.card.Transmit(command)
	if err != nil {
		return nil, typed(err)
	}
	if len(answer) < 2 { // some drivers report so a card that left during the command
		return nil, reader.Fail(reader.CardRemoved, "")
	}
	return append(make([]byte, 0, len(answer)), answer...), nil
}

func (l *link) End(reset bool) error {
	disposition := scard.LeaveCard
	if reset {
		disposition = scard.ResetCard
	}
	return typed(l.card.EndTransaction(disposition))
}

func (l *link) Close() error { return typed(l.card.Disconnect(scard.LeaveCard)) }

// kinds gives each PC/SC code that a caller may act on its kind.
var kinds = map[scard.Error]reader.Kind{
	scard.ErrNoService:          reader.ServiceDown,
	scard.ErrServiceStopped:     reader.ServiceDown,
	scard.ErrCommError:          reader.ServiceDown, // pcscd died during the call
	scard.ErrInternalError:      reader.ServiceDown, // so do some calls report it
	scard.ErrInvalidHandle:      reader.ServiceDown, // the handle was of a service that is gone
	scard.ErrShutdown:           reader.ServiceDown,
	scard.ErrSystemCancelled:    reader.ServiceDown,
	scard.ErrNoAccess:           reader.ServiceDown, // polkit, on pcsc-lite 2
	scard.ErrUnknownReader:      reader.NoReader,
	scard.ErrReaderUnavailable:  reader.NoReader,
	scard.ErrNoReadersAvailable: reader.NoReader,
	scard.ErrNoSmartcard:        reader.NoCard,
	scard.ErrRemovedCard:        reader.CardRemoved,
	scard.ErrNotTransacted:      reader.CardRemoved, // what a yank gives for the first 400 ms
	scard.ErrNotReady:           reader.CardMute,
	scard.ErrUnresponsiveCard:   reader.CardMute,
	scard.ErrUnpoweredCard:      reader.CardMute,
	scard.ErrUnsupportedCard:    reader.CardMute,
	scard.ErrProtoMismatch:      reader.CardMute,
	scard.ErrResetCard:          reader.CardReset,
	scard.ErrSharingViolation:   reader.Busy,
	scard.ErrTimeout:            reader.Canceled,
	scard.ErrCancelled:          reader.Canceled,
}

// typed turns an error of the library into a *reader.Error without the code.
func typed(err error) error {
	if err == nil {
		return nil
	}
	if code, ok := errors.AsType[scard.Error](err); ok {
		if kind, known := kinds[code]; known {
			return reader.Fail(kind, "")
		}
	}
	return reader.Failf(reader.Internal, "", "the smart-card service failed in a way not known here (%s)", err)
}
