package main

import (
	"fmt"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// mood is what the icon says.
type mood uint8

// The moods, told apart by shape as well as colour.
const (
	moodOff       mood = iota // no service
	moodOK                    // readers there, nothing to do
	moodWorking               // a card is being read
	moodAttention             // a card that the user must see to
	moodError                 // no card service, no reader
)

// view is all that the tray shows, worked out from a snapshot.
type view struct {
	mood  mood
	state string   // the first line
	cards []string // one line for each reader
	queue []string // what waits for the user
}

// look works the view out; s is nil while the service can't be reached.
func look(s *state.Snapshot, c *catalog) view {
	switch {
	case s == nil:
		return view{mood: moodOff, state: c.Down}
	case !s.Service.Up:
		return view{mood: moodError, state: c.NoService}
	case len(s.Readers) == 0:
		return view{mood: moodError, state: c.NoReader}
	}
	v := view{mood: moodOK, state: c.Ready}
	for _, r := range s.Readers {
		line, m := describe(cardIn(s, r.ID), c)
		v.cards = append(v.cards, r.Name+" : "+line)
		v.mood = max(v.mood, m)
	}
	switch v.mood {
	case moodWorking:
		v.state = c.Working
	case moodAttention:
		v.state = c.Attention
	}
	if n := s.Queue.ToSign; n > 0 {
		v.queue = append(v.queue, fmt.Sprintf(c.ToSign, n))
	}
	if n := s.Queue.Lots + s.Queue.Closed; n > 0 {
		v.queue = append(v.queue, fmt.Sprintf(c.Lots, n))
	}
	return v
}

func cardIn(s *state.Snapshot, reader string) state.Card {
	for _, card := range s.Cards {
		if card.Reader == reader {
			return card
		}
	}
	return state.Card{State: state.CardAbsent, Read: true}
}

// describe says what card is, and what it means for the icon.
func describe(card state.Card, c *catalog) (string, mood) {
	line, m := c.Unknown, moodOK
	switch card.State {
	case state.CardAbsent:
		return c.Absent, moodOK
	case state.CardMute:
		return c.Mute, moodAttention
	case state.CardVitale:
		line = c.Vitale
	case state.CardCPS:
		line = c.CPS
		if card.Holder != nil {
			line += " " + card.Holder.Prenom + " " + card.Holder.Nom
		}
		if card.PINTriesLeft != nil && *card.PINTriesLeft < 2 {
			m = moodAttention
		}
	}
	switch {
	case card.Problem != nil:
		line, m = line+", "+card.Problem.Message, moodAttention
	case !card.Read:
		line, m = line+", "+c.Reading, moodWorking
	}
	if card.Demo {
		line += " (" + c.Demo + ")"
	}
	return line, m
}
