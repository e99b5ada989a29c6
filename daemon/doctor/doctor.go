// Package doctor looks at all that has to be in order for a workstation to make FSE,
// and says of each thing that is not what mends it.
//
// Its contract:
//
//   - A check is a small function in one table. It changes nothing, asks nobody on the
//     network, and ends within its time: one that does not (a share that hangs) is
//     told as such and left behind.
//   - What only the service's user may see, the service looks at; what belongs to the
//     user's session, the command line does. Both run this package.
//   - Findings name no patient, no holder of a card, no code. They may name web sites,
//     readers, printers, users and folders of this machine; sites, printers and users are
//     listed in Names, for who shows findings to strangers.
package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Grade is how a thing is.
type Grade string

// The grades. Red is what keeps somebody from working, or from noticing a loss.
const (
	Green Grade = "vert"
	Amber Grade = "orange"
	Red   Grade = "rouge"
)

// Finding is what a check has found. Every one that is red says what mends it.
type Finding struct {
	Check string `json:"controle"`
	Grade Grade  `json:"couleur"`
	Text  string `json:"constat"`
	Mend  string `json:"remede,omitempty"` // a command or a click

	// Names are what stands in the texts, or could stand in a log beside them, and tells
	// whose machine this is. They are for whoever shows the finding to strangers.
	Names []Name `json:"-"`
}

// Name is a name that a finding came upon.
type Name struct {
	Kind NameKind
	Text string
}

// NameKind is what a name is of.
type NameKind uint8

// The kinds of names.
const (
	User       NameKind = iota + 1
	Printer             // as the system calls it
	Folder              // a path that the practice has set
	Host                // a machine
	Site                // an origin that the user has let in
	ListedSite          // one that the administrator's policy lists
)

// Side is who looks.
type Side uint8

// The sides.
const (
	Service Side = iota + 1 // the service, as its own user
	Session                 // the command line, in the user's session
)

// Ask calls a method of the service, without parameters.
type Ask func(ctx context.Context, method string, result any) error

// Patient is the workstation that is looked at.
type Patient struct {
	Config    daemon.Config
	ConfigErr error // why Config is the default one and not that of the file

	Ask          Ask                       // nil: the service does not answer
	Down         error                     // why it does not
	Version      string                    // of the program that looks
	Built        time.Time                 // when that was made; zero: not known
	Running      string                    // version of the service
	LastRecorded func() (time.Time, error) // of the journal's last record; nil: not known on this side

	Machine
}

// probeTime is how long one check may take. All run at the same time.
const probeTime = time.Second

// Examine runs the checks of a side, and returns what they found in the order of the
// table. While the service does not answer, the session also looks at what it can see
// of the service's.
func Examine(ctx context.Context, side Side, p *Patient) []Finding {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	var todo []check
	for _, c := range checks {
		stands := side == Session && c.side == Service && p.Ask == nil
		if (c.side == side || stands) && (p.Ask != nil || !c.asks) {
			todo = append(todo, c)
		}
	}
	return runAll(ctx, todo, p)
}

func runAll(ctx context.Context, todo []check, p *Patient) []Finding {
	results := make([]chan []Finding, len(todo))
	for i, c := range todo {
		results[i] = make(chan []Finding, 1)
		go func() { results[i] <- c.look(ctx, p) }()
	}
	var all []Finding
	for i, c := range todo {
		found := []Finding{amber("no answer in time: %v", probeTime)}
		select {
		case found = <-results[i]:
		case <-ctx.Done():
			select { // it may have come at the same moment
			case found = <-results[i]:
			default:
			}
		}
		for _, f := range found {
			f.Check = c.name
			all = append(all, f)
		}
	}
	return all
}

// look runs the check. One that has a fault of its own is told as such: the others are
// needed most when something is out of order.
func (c check) look(ctx context.Context, p *Patient) (found []Finding) {
	defer func() {
		if fault := recover(); fault != nil {
			found = one(amber("this check has failed by a fault of its own (%T)", fault).by("report it with: agrafe diagnostics"))
		}
	}()
	return c.run(ctx, p)
}

// Merge puts the findings of both sides in the order of the table.
func Merge(lists ...[]Finding) []Finding {
	var all []Finding
	for _, c := range checks {
		for _, list := range lists {
			for _, f := range list {
				if f.Check == c.name {
					all = append(all, f)
				}
			}
		}
	}
	return all
}

// Of is what of list the checks of a side have found.
func Of(side Side, list []Finding) (found []Finding) {
	for _, c := range checks {
		for _, f := range list {
			if f.Check == c.name && c.side == side {
				found = append(found, f)
			}
		}
	}
	return found
}

// Count is how many findings have a grade.
func Count(list []Finding, g Grade) (n int) {
	for _, f := range list {
		if f.Grade == g {
			n++
		}
	}
	return n
}

func green(format string, args ...any) Finding {
	return Finding{Grade: Green, Text: fmt.Sprintf(format, args...)}
}

func amber(format string, args ...any) Finding {
	return Finding{Grade: Amber, Text: fmt.Sprintf(format, args...)}
}

func red(format string, args ...any) Finding {
	return Finding{Grade: Red, Text: fmt.Sprintf(format, args...)}
}

// by says what mends it.
func (f Finding) by(format string, args ...any) Finding {
	f.Mend = fmt.Sprintf(format, args...)
	return f
}

// naming says what of its texts are names.
func (f Finding) naming(kind NameKind, list ...string) Finding {
	for _, text := range list {
		f.Names = append(f.Names, Name{kind, text})
	}
	return f
}

func one(f Finding) []Finding { return []Finding{f} }

// unasked is what a check finds when the service does not answer its question.
func unasked(err error) []Finding {
	return one(amber("the service could not tell: %v", err))
}

// snapshot is what front ends show.
func (p *Patient) snapshot(ctx context.Context) (s state.Snapshot, err error) {
	err = p.Ask(ctx, "system.snapshot", &s)
	return s, err
}
