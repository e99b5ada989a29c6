package virtual

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLog(t *testing.T) {
	card, log := Record(WithFaults(open(t, "medecin-secteur1"), Fault{At: 5, Action: FaultYank}))
	for _, c := range []string{"0020000104 31323334", "00200001", "00B09D0039", "00240001 08 3132333431323334"} {
		card.Transmit(unhex(t, c))
	}
	exchange(card, unhex(t, "00B09D0039"))
	want := []Exchange{
		{Command: unhex(t, "0020000104 FFFFFFFF"), Status: 0x9000},
		{Command: unhex(t, "00200001"), Status: 0x9000},
		{Command: unhex(t, "00B09D0039"), Length: 57, Status: 0x9000},
		{Command: unhex(t, "0024000108 FFFFFFFFFFFFFFFF"), Status: 0x6D00},
		{Command: unhex(t, "00B09D0039")},
	}
	if diff := cmp.Diff(want, log.Exchanges()); diff != "" {
		t.Error(diff)
	}
	if log.Count() != len(want) {
		t.Errorf("count %d", log.Count())
	}
	log.Clear()
	if log.Count() != 0 {
		t.Error("not cleared")
	}
}
