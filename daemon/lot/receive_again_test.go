package lot

import (
	"fmt"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// What brought only a problem is read again when the same content is understood later.
func TestReadAgain(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, list := sentFSE(t, b, 1)
	in := noemieFile(pays(l, list[0], noemie.PartAMO, 2100, 260620))
	unread := in
	unread.Kind, unread.Returns, unread.Destinataire, unread.Demonstration, unread.Problem = DeliveryUnreadable, nil, "", false, "Illisible."
	first := receive(t, b, unread)
	again := receive(t, b, in)
	if again.ID != first.ID || again.Seq != first.Seq || again.Problem != "" || again.Kind != DeliveryNoemie || again.Applied != 1 || again.Pieces != 1 {
		t.Errorf("%+v", again)
	}
	for _, in := range []Incoming{in, unread} {
		if d, known, err := b.Receive(t.Context(), "service", in); err != nil || !known || d.Returns != 1 {
			t.Errorf("%+v, known %t, %v", d, known, err)
		}
	}
	if _, content, err := b.Content(again.ID); err != nil || string(content) != string(in.Content) {
		t.Error(err)
	}
	verify(t, b)
}

// A delivery that can't be taken in does not keep the others from it.
func TestResumeGoesOn(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, list := sentFSE(t, b, 1)
	broken := &Delivery{ID: digest([]byte("1")), Kind: DeliveryNoemie, Received: time.Time{}, Returns: 1, Lists: 1}
	if err := b.keepPart(t.Context(), "service", broken.ID, keyDelivery(broken.ID), deliveryChange{New: broken}); err != nil {
		t.Fatal(err)
	}
	in := noemieFile(pays(l, list[0], noemie.PartAMO, 2100, 260620))
	if err := b.keepIncoming(t.Context(), "service", in.idOf(), &in); err != nil {
		t.Fatal(err)
	}
	if err := b.ResumeDeliveries(t.Context()); err == nil {
		t.Error("nobody hears of the one that fails")
	}
	if s := stateOf(t, b, list[0].ID); s != fse.PayeePartiellement {
		t.Errorf("FSE %s", s)
	}
	if d, err := b.Delivery(in.idOf()); err != nil || d.unfinished() {
		t.Error(fmt.Sprint(d.Done), err)
	}
}
