package bridge

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

func TestCut(t *testing.T) {
	three, end := 3, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	card := state.Card{Reader: "a", State: state.CardCPS, Kind: "cps3", Serial: "S", Holder: &state.Holder{Nom: "N"}, Persons: 2, Expires: &end,
		PINTriesLeft: &three, EventCounter: 4, Read: true, Problem: &state.Error{Kind: state.PINBlocked}, Demo: true}
	presence := state.Card{Reader: "a", State: state.CardCPS, Kind: "cps3", EventCounter: 4, Read: true, Demo: true}
	full := state.Snapshot{Seq: 7, Service: state.Service{Up: true}, Readers: []state.Reader{{ID: "a"}}, Cards: []state.Card{card},
		Leases: []state.Lease{{Reader: "a"}}, Queue: state.Queue{Drafts: 1}, Developer: true}
	with := func(readers []state.Reader, cards []state.Card, leases []state.Lease, queue state.Queue) state.Snapshot {
		s := full
		s.Readers, s.Cards, s.Leases, s.Queue = readers, cards, leases, queue
		return s
	}
	events := []state.Event{{Type: state.EventService}, {Type: state.EventReader}, {Type: state.EventCard, Card: &card}, {Type: state.EventQueue},
		{Type: state.EventFSE}, {Type: state.EventLot}, {Type: state.EventLease}, {Type: state.EventJob}, {Type: "new"}}
	tests := []struct {
		name   string
		who    principal
		want   state.Snapshot
		card   *state.Card
		events []state.EventType
	}{
		{"nothing", principal{}, with([]state.Reader{}, []state.Card{}, []state.Lease{}, state.Queue{}), nil,
			[]state.EventType{state.EventService, state.EventJob}},
		{"readers", principal{scopes: []scope{scopeReaders}}, with(full.Readers, []state.Card{presence}, full.Leases, state.Queue{}), &presence,
			[]state.EventType{state.EventService, state.EventReader, state.EventCard, state.EventLease, state.EventJob}},
		{"cards", principal{scopes: []scope{scopeCards}}, with(full.Readers, full.Cards, full.Leases, state.Queue{}), &card,
			[]state.EventType{state.EventService, state.EventReader, state.EventCard, state.EventLease, state.EventJob}},
		{"fse", principal{scopes: []scope{scopeFSE}}, with([]state.Reader{}, []state.Card{}, []state.Lease{}, full.Queue), nil,
			[]state.EventType{state.EventService, state.EventQueue, state.EventFSE, state.EventLot, state.EventJob}},
		{"lots", principal{scopes: []scope{scopeLots}}, with([]state.Reader{}, []state.Card{}, []state.Lease{}, full.Queue), nil,
			[]state.EventType{state.EventService, state.EventQueue, state.EventLot, state.EventJob}},
		{"admin", principal{scopes: []scope{scopeAdmin}}, with([]state.Reader{}, []state.Card{}, []state.Lease{}, state.Queue{}), nil,
			[]state.EventType{state.EventService, state.EventJob}},
		{"all, a page", principal{scopes: allScopes}, full, &card,
			[]state.EventType{state.EventService, state.EventReader, state.EventCard, state.EventQueue, state.EventFSE, state.EventLot, state.EventLease, state.EventJob}},
		{"a local program", principal{scopes: allScopes, local: true}, full, &card,
			[]state.EventType{state.EventService, state.EventReader, state.EventCard, state.EventQueue, state.EventFSE, state.EventLot, state.EventLease, state.EventJob, "new"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, cutSnapshot(tt.who, full)); diff != "" {
				t.Errorf("snapshot: %s", diff)
			}
			var told []state.EventType
			for _, e := range events {
				got, ok := cutEvent(tt.who, e)
				if !ok {
					continue
				}
				told = append(told, e.Type)
				if e.Type != state.EventCard {
					continue
				}
				if diff := cmp.Diff(tt.card, got.Card); diff != "" {
					t.Errorf("card: %s", diff)
				}
			}
			if diff := cmp.Diff(tt.events, told); diff != "" {
				t.Errorf("events: %s", diff)
			}
			r := cutResult(tt.who, resyncResult{Events: events, Snapshot: &full}).(resyncResult)
			if diff := cmp.Diff(tt.want, *r.Snapshot); diff != "" || len(r.Events) != len(told) {
				t.Errorf("resync: %d events, %s", len(r.Events), diff)
			}
			if got := cutResult(tt.who, statusResult{Queue: full.Queue}).(statusResult); got.Queue != tt.want.Queue {
				t.Errorf("status: %+v", got.Queue)
			}
			l := cutResult(tt.who, readersResult{Readers: full.Readers, Cards: full.Cards}).(readersResult)
			if diff := cmp.Diff(tt.want.Cards, l.Cards); diff != "" {
				t.Errorf("readers: %s", diff)
			}
		})
	}
	if full.Cards[0].Serial != "S" || events[2].Card.Serial != "S" {
		t.Error("what was cut was changed")
	}
}
