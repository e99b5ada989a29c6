package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/words"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// soon is how long before a CPS expires the user is told: it takes weeks to get the
// next one. The delay is ours.
const soon = 60 * 24 * time.Hour

// readers has a line for each reader with what is in it.
func readers(s *Seen, c *words.Catalog) (list Section) {
	for _, r := range s.Snapshot.Readers {
		text, _ := describe(cardIn(&s.Snapshot, r.ID), s.Now, c)
		list = append(list, Item{Label: fmt.Sprintf(c.Card.Line, r.Name, text), Act: show(s)})
	}
	return list
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
func describe(card state.Card, now time.Time, c *words.Catalog) (string, Mood) {
	var parts []string
	mood := OK
	attention := func(text string) { parts, mood = append(parts, text), Attention }
	switch card.State {
	case state.CardAbsent:
		return c.Card.Absent, OK
	case state.CardMute:
		return c.Card.Mute, Attention
	case state.CardVitale:
		parts = append(parts, c.Card.Vitale)
	case state.CardCPS:
		parts = append(parts, c.Card.CPS)
		if tries := card.PINTriesLeft; tries != nil && *tries == 0 {
			attention(c.Card.Blocked)
		} else if tries != nil && *tries == 1 {
			attention(c.Card.OneTry)
		}
		if end := card.Expires; end != nil && !now.Before(*end) {
			attention(c.Card.Expired)
		} else if end != nil && end.Sub(now) < soon {
			attention(fmt.Sprintf(c.Card.ExpiresOn, c.Date(*end)))
		}
	default:
		parts = append(parts, c.Card.Unknown)
	}
	switch {
	case card.CodeAwaited:
		attention(c.Card.TypeHere)
	case card.Problem != nil:
		attention(card.Problem.Message)
	case !card.Read:
		parts, mood = append(parts, c.Card.Reading), max(mood, Working)
	}
	text := strings.Join(parts, ", ")
	if card.Demo {
		text += " (" + c.Card.Demo + ")"
	}
	return text, mood
}

// sessions has, for each CPS, its holder and, while somebody's code is kept, what has it
// forgotten.
func sessions(s *Seen, c *words.Catalog) (list Section) {
	for _, card := range s.Snapshot.Cards {
		if card.State != state.CardCPS || card.Holder == nil {
			continue
		}
		line := c.Card.CPSOf
		if card.CodeKept {
			line = c.Card.CodeKept
		}
		list = append(list, Item{Label: fmt.Sprintf(line, card.Holder.Prenom, card.Holder.Nom), Act: show(s)})
		if card.CodeKept {
			list = append(list, Item{Label: c.Card.Forget, Act: Act{ForgetCode, card.Reader}})
		}
	}
	return list
}
