package main

import (
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// What a lot is on its way, and what somebody has to do about it.
func TestSendingTold(t *testing.T) {
	sent := time.Date(2026, 6, 16, 12, 0, 0, 0, time.Local)
	tests := []struct {
		name    string
		lot     state.Lot
		sending string
		advice  string // "" for none
	}{
		{"asked of nobody", state.Lot{}, "", ""},
		{"waits", state.Lot{Dispatch: &state.Dispatch{State: "en-attente", Problem: "p"}}, "tried again", "also after the service was stopped"},
		{"undecided", state.Lot{Dispatch: &state.Dispatch{State: "indecis", Problem: "p"}}, "UNDECIDED", "lots decide x --sent, or --not-sent"},
		{"refused", state.Lot{Dispatch: &state.Dispatch{State: "refuse", Problem: "p"}}, "REFUSED", "lots decide x --not-sent, agrafe lots send x"},
		{"refused in words", state.Lot{Dispatch: &state.Dispatch{State: "refuse", Problem: "p", Reply: "550 5.1.1 … user unknown"}}, "REFUSED", "the server said: 550 5.1.1 … user unknown"},
		{"sent", state.Lot{Sent: &sent, Dispatch: &state.Dispatch{State: "parti", Problem: "p"}}, "sent 16/06/2026", ""},
		{"came back", state.Lot{Sent: &sent, Dispatch: &state.Dispatch{State: "rebond", Problem: "p"}}, "CAME BACK", "lots decide x --sent, or --not-sent"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.lot.ID = "x"
			var out strings.Builder
			writeProblems(&out, []state.Lot{test.lot})
			if got := sending(test.lot); got != test.sending || (out.Len() == 0) != (test.advice == "") || !strings.Contains(out.String(), test.advice) {
				t.Errorf("%q, %q", got, out.String())
			}
		})
	}
}
