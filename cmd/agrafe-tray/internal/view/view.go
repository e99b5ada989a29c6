// Package view works out what the tray shows of what it knows of the service, and
// what it tells the user about.
//
// Its contract: it is pure. The same Seen gives the same View, so that a menu is
// changed only where it differs. No patient's name is in it; the holder of a CPS is.
package view

import (
	"fmt"
	"time"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/words"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Mood is what the icon says.
type Mood uint8

// The moods. The worst that is so is shown.
const (
	Off       Mood = iota // no service, or paused
	OK                    // nothing to do
	Working               // a card is being read
	Attention             // the user has to see to something
	Error                 // nothing can be billed: no readers, no journal
)

// Moods are all moods.
var Moods = []Mood{Off, OK, Working, Attention, Error}

func (m Mood) String() string { return [...]string{"off", "ok", "working", "attention", "error"}[m] }

// Link is how the tray and the service are.
type Link uint8

// The states of the link.
const (
	Down     Link = iota // no service to talk to
	Denied               // it does not talk to this user, who is not of its group
	Other                // it talks to the user of another session, who sits at the machine
	Refused              // it does not talk to this session, and can't say why
	Attached             // connected
)

// Seen is all that the tray knows.
type Seen struct {
	Now      time.Time
	Link     Link
	Paused   bool
	Port     int    // of the service
	PortBy   string // who has it while the service is down; "" if nobody
	Snapshot state.Snapshot
	Survey
}

// Survey is what is asked for now and then.
type Survey struct {
	Sites      []Site
	SitesFault string // why nobody new is let in
	TLS        TLS
	Late       state.LateCount
}

// Site is a web site that is let in.
type Site struct {
	Origin, Unicode string
	Policy          bool // by the administrator
}

// TLS is how wss is.
type TLS struct {
	Phase   string    // of its certificate: good, due or dead; "" if there is none
	Expires time.Time // of the same
	Fault   string
}

// View is what the tray shows.
type View struct {
	Mood  Mood
	State string
	Menu  []Section
}

// Section is a part of the menu, between two separators.
type Section []Item

// Item is one line of the menu.
type Item struct {
	Label   string
	Hint    string
	Act     Act // zero: only to be read
	Check   bool
	Checked bool
	Sub     []Item
}

// Do is what a click does.
type Do uint8

// What clicks do.
const (
	Nothing Do = iota
	OpenConsole
	Revoke
	ForgetCode
	CopySupport
	Diagnose
	ShowLogs
	Pause
	About
	Quit
)

// Act is what a click on one line does.
type Act struct {
	Do  Do
	Arg string // page of the console, reader, origin
}

// Of is what is shown of s.
func Of(s *Seen, c *words.Catalog) View {
	alerts := alerts(s, c)
	v := View{Mood: Off}
	v.State, v.Mood = headline(s, c, len(alerts) > 0)
	first := Section{{Label: v.State, Act: show(s)}}
	for _, a := range alerts {
		first = append(first, Item{Label: "⚠ " + a, Act: show(s)})
	}
	if u := s.Snapshot.Update; u != nil && u.Version != "" && s.Link == Attached {
		first = append(first, Item{Label: fmt.Sprintf(c.Alert.Update, u.Version), Act: show(s)})
	}
	v.Menu = []Section{first}
	if s.Link == Attached {
		v.Menu = append(v.Menu, readers(s, c), sessions(s, c), queue(s, c), Section{sites(s, c)})
	} else {
		v.Menu = append(v.Menu, nil, nil, nil, nil)
	}
	v.Menu = append(v.Menu, commands(s, c))
	return v
}

// show opens the console, where it can be: a line that only tells something would be
// greyed by the desktop, and hard to read.
func show(s *Seen) Act {
	if s.Link == Attached {
		return Act{Do: OpenConsole}
	}
	return Act{}
}

// headline is the first line, and the icon that goes with it.
func headline(s *Seen, c *words.Catalog, alerted bool) (string, Mood) {
	switch s.Link {
	case Down:
		if s.PortBy != "" {
			return fmt.Sprintf(c.State.PortTaken, s.Port, s.PortBy), Error
		}
		return c.State.Down, Off
	case Denied:
		return c.State.Denied, Off
	case Other:
		return c.State.Other, Off
	case Refused:
		return c.State.Refused, Off
	}
	mood := OK
	for _, card := range s.Snapshot.Cards {
		_, m := describe(card, s.Now, c)
		mood = max(mood, m)
	}
	switch {
	case s.Paused:
		return c.State.Paused, Off
	case s.Snapshot.Journal.Damaged:
		return c.State.Attention, Error
	case !s.Snapshot.Service.Up:
		return c.State.NoCards, Error
	case len(s.Snapshot.Readers) == 0:
		return c.State.NoReader, Error
	case alerted || mood == Attention || s.Snapshot.Queue.Rejects > 0:
		return c.State.Attention, Attention
	case mood == Working:
		return c.State.Working, Working
	}
	return c.State.Ready, OK
}

// alerts are what is wrong with the service itself.
func alerts(s *Seen, c *words.Catalog) (list []string) {
	if s.Link != Attached {
		return nil
	}
	j := s.Snapshot.Journal
	if j.Damaged {
		list = append(list, c.Alert.Journal)
	}
	if j.Backup != nil && j.Backup.Problem != nil {
		list = append(list, fmt.Sprintf(c.Alert.Backup, j.Backup.Problem.Message))
	}
	if !j.CodeNoted && !j.Damaged {
		list = append(list, c.Alert.RecoveryCode)
	}
	switch {
	case s.TLS.Phase == "dead":
		list = append(list, c.Alert.TLSExpired)
	case s.TLS.Phase == "due":
		list = append(list, fmt.Sprintf(c.Alert.TLSSoon, c.Date(s.TLS.Expires)))
	case s.TLS.Fault != "":
		list = append(list, c.Alert.TLSFault)
	}
	if s.SitesFault != "" {
		list = append(list, c.Alert.SitesRefused)
	}
	if s.Snapshot.Developer {
		list = append(list, c.Alert.Developer)
	}
	return list
}
