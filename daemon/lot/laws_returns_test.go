package lot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// send tries to send a closed lot, with any end.
func (w *shop) send(t *rapid.T, id string) error {
	ctx := context.Background()
	l, err := w.b.Lot(id)
	if err != nil || l.State != fse.LotClos {
		return err
	}
	_, file, err := w.b.File(id)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(file)
	l, err = w.b.BeginDispatch(ctx, "service", id, Dispatch{MessageID: MessageID(id, hex.EncodeToString(sum[:]), "exemple.test"), To: payer, File: hex.EncodeToString(sum[:])})
	end := rapid.SampledFrom([]DispatchState{DispatchSent, DispatchSent, DispatchSent, DispatchSent, DispatchNone, DispatchUndecided, DispatchRefused, DispatchBegun}).Draw(t, "end")
	if err != nil || end == DispatchBegun {
		return err
	}
	_, err = w.b.EndDispatch(ctx, "service", id, l.Dispatch.MessageID, DispatchEnd{State: end, By: ByServer})
	return err
}

// bounce has the message of a lot come back.
func (w *shop) bounce(id string) error {
	l, err := w.b.Lot(id)
	if err != nil || l.Dispatch == nil {
		return err
	}
	_, err = w.b.Bounced(context.Background(), "service", l.Dispatch.MessageID, "revenu")
	return err
}

// answer has a payer say anything of an FSE or of its lot.
func (w *shop) answer(t *rapid.T, id string) error {
	f, err := w.b.Get(alice, id)
	if err != nil || f.Lot == "" {
		return err
	}
	l, err := w.b.Lot(f.Lot)
	if err != nil || l.Closed == nil {
		return err
	}
	r := drawReturn(t, []FSE{f}, []Lot{l, l})
	in := noemieFile(r)
	in.Destinataire = l.NumeroAM
	w.answers++
	in.Content = fmt.Append(nil, w.answers)
	_, _, err = w.b.Receive(context.Background(), "service", in)
	return err
}

// settle does what somebody does about what waits.
func (w *shop) settle(t *rapid.T, step, id string) error {
	open, _, err := w.b.ReturnsWhere(ReturnFilter{Waiting: true}, "", 1)
	if err != nil || len(open) == 0 {
		return err
	}
	if step == "dismiss" {
		_, err = w.b.Dismiss(context.Background(), alice, open[0].ID, "vu", Call{})
	} else if f, failed := w.b.Get(alice, id); open[0].Numero == "" && failed == nil && f.Lot != "" {
		_, err = w.b.ReconcileLot(context.Background(), alice, open[0].ID, f.Lot, Call{})
	} else {
		_, err = w.b.Reconcile(context.Background(), alice, open[0].ID, id, Call{})
	}
	return err
}

// arrive has an FSE come to a state by what its payer says.
func (w *shop) arrive(t *rapid.T, id string, kind noemie.Kind) {
	f, err := w.b.Get(alice, id)
	if err != nil || !wasSent(f.State) {
		return
	}
	l, err := w.b.Lot(f.Lot)
	if err != nil {
		t.Fatal(err)
	}
	in := noemieFile(about(l, f, kind, noemie.PartAMO, 260620))
	in.Destinataire = l.NumeroAM
	if _, _, err := w.b.Receive(context.Background(), "service", in); err != nil {
		t.Fatal(err)
	}
}

// checkReturns compares what stands of FSE and lots with the returns about them, and what
// is counted with what there is.
func (w *shop) checkReturns(t *rapid.T, all map[string]FSE, lots []Lot) {
	undecided, sent := 0, 0
	byID := map[string]*Lot{}
	for i := range lots {
		l := &lots[i]
		byID[l.ID] = l
		if l.undecided() != "" {
			undecided++
		}
		if l.State == fse.LotTransmis {
			sent++
		}
	}
	open, _, err := w.b.ReturnsWhere(ReturnFilter{Waiting: true}, "", 10_000)
	if q := w.b.Queue(); err != nil || q.ToSettle != len(open) || q.Undecided != undecided || q.Sent != sent {
		t.Fatalf("%+v; %d to settle, %d undecided, %d sent, %v", q, len(open), undecided, sent, err)
	}
	for id, f := range all {
		l := byID[f.Lot]
		switch {
		case l == nil:
			continue
		case wasSent(f.State) == toSend(l.State):
			t.Fatalf("an FSE is %s in a lot that is %s", f.State, l.State)
		case !wasSent(f.State):
			continue
		}
		found, _, err := w.b.ReturnsWhere(ReturnFilter{FSE: id}, "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		var rs []*Return
		var before []Effect
		for i := range found {
			rs = append(rs, &found[i])
			before = append(before, found[i].Effect)
		}
		got, want := verdict{f.State, f.Received, f.Reject}, judge(&f, l, rs)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(verdict{})); diff != "" {
			t.Fatalf("an FSE is not what its returns say: -want +got\n%s", diff)
		}
		for i, r := range rs {
			if r.Kind != ReturnByHand && r.Effect != before[i] {
				t.Fatalf("a return that says %s is %s, and stands as %s", r.Says, r.Effect, before[i])
			}
		}
	}
}
