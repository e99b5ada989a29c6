package view

import (
	"fmt"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/words"
)

// queue counts what waits, each line opening the console where it is.
func queue(s *Seen, c *words.Catalog) Section {
	q, w := s.Snapshot.Queue, &c.Queue
	at := func(label, page string) Item { return Item{Label: label, Act: Act{OpenConsole, page}} }
	return Section{
		at(c.Count(q.ToSign, w.ToSign1, w.ToSign), "fse"),
		at(c.Count(q.Papers, w.Papers1, w.Papers), "papiers"),
		at(c.Count(q.Lots+q.Closed, w.Lots1, w.Lots), "lots"),
		at(c.Count(q.Rejects, w.Rejects1, w.Rejects), "rejets"),
	}
}

// sites lists who is let in. What a policy lets in, only the administrator shuts out.
func sites(s *Seen, c *words.Catalog) Item {
	item := Item{Label: c.Menu.Sites}
	for _, site := range s.Sites {
		if site.Policy {
			item.Sub = append(item.Sub, Item{Label: fmt.Sprintf(c.Menu.PolicySite, site.Origin)})
		} else {
			item.Sub = append(item.Sub, Item{Label: fmt.Sprintf(c.Menu.Revoke, site.Origin), Act: Act{Revoke, site.Origin}})
		}
	}
	if len(s.Sites) == 0 {
		item.Sub = []Item{{Label: c.Menu.NoSite}}
	}
	return item
}

// commands are always there; those that need the service can be clicked while it can.
func commands(s *Seen, c *words.Catalog) Section {
	diagnose := Act{}
	if s.Link == Attached {
		diagnose.Do = Diagnose
	}
	return Section{
		{Label: c.Menu.Open, Act: show(s)},
		{Label: c.Menu.Support, Act: Act{Do: CopySupport}},
		{Label: c.Menu.Diagnostics, Act: diagnose},
		{Label: c.Menu.Logs, Act: Act{Do: ShowLogs}},
		{Label: c.Menu.Pause, Act: Act{Do: Pause}, Check: true, Checked: s.Paused},
		{Label: c.Menu.About, Act: Act{Do: About}},
		{Label: c.Menu.Quit, Hint: c.Menu.QuitHint, Act: Act{Do: Quit}},
	}
}
