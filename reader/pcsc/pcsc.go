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
//     each connection.
//   - GetStatusChange keeps reader names in a global map without a count of
//     their users: one Watch at a time may wait.
//   - A context outlives its service as a dead handle that claims to be valid:
//     none is kept from one connection to the next.
//   - The library panics on an empty command and on an unknown protocol, and
//     allocates 64 KiB for each answer; both stop here.
package pcsc

import (
	"errors"

	"github.com/ebfe/scard"

	"github.com/agrafe-fse/agrafe/reader"
)

// Transport is the machine's PC/SC stack.
type Transport struct {
	hints chan struct{}
}

var _ reader.Transport = (*Transport)(nil)

// New returns the machine's PC/SC stack. It needs no running service.
func New() *Transport {
	t := &Transport{hints: make(chan struct{}, 1)}
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
	ctx, err := scard.EstablishContext()
	if err != nil {
		return nil, typed(err)
	}
	l, err := connect(ctx, name)
	if err != nil {
		_ = ctx.Release()
		return nil, err
	}
	return l, nil
}

func connect(ctx *scard.Context, name string) (*link, error) {
	card, err := ctx.Connect(name, scard.ShareShared, scard.ProtocolAny)
	if err != nil {
		return nil, typed(err)
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
	return &link{ctx: ctx, card: card, atr: status.Atr}, nil
}

// link is a connected card, with the context of its connection.
type link struct {
	ctx  *scard.Context
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

func (l *link) Close() error {
	err := typed(l.card.Disconnect(scard.LeaveCard))
	_ = l.ctx.Release() // it fails with the service, which is no concern any more
	return err
}

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
	scard.ErrSecurityViolation:  reader.ServiceDown, // the same, and pcscd that is being started or killed (seen)
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
	// Its words go into the log; nobody goes by them.
	return reader.Failf(reader.Internal, "", "the smart-card service failed in a way that is not known here: %s", err)
}
