package doctor

import (
	"context"
	"strings"
	"time"
)

func printerIsThere(ctx context.Context, p *Patient) []Finding {
	var r struct {
		Printers []struct {
			Name string `json:"nom"`
		} `json:"imprimantes"`
		Why string `json:"probleme"`
	}
	if err := p.Ask(ctx, "print.printers", &r); err != nil {
		return unasked(err)
	}
	if len(r.Printers) == 0 {
		return one(amber("no printer: %s", r.Why).by("add one to the system, or print from the browser"))
	}
	names := make([]string, 0, len(r.Printers))
	for _, printer := range r.Printers {
		names = append(names, printer.Name)
	}
	return one(green("%s", strings.Join(names, ", ")))
}

// mailIsSet tells what is so in this version: nothing can be set.
func mailIsSet(context.Context, *Patient) []Finding {
	return one(amber("not configured: this version sends no lot by itself").by("agrafe lots b2 writes the file of a lot, agrafe papers prints what is posted"))
}

// forgotten is how long nothing was learned of versions before it is told.
const forgotten = 14 * 24 * time.Hour

func updateIsKnown(ctx context.Context, p *Patient) []Finding {
	s, err := p.snapshot(ctx)
	if err != nil {
		return unasked(err)
	}
	switch u := s.Update; {
	case u == nil:
		return one(green("nobody is asked for newer versions: update.enabled is off"))
	case u.Version != "":
		return one(amber("version %s is there since %s", u.Version, u.Published.Local().Format(time.DateOnly)).by("read %s and install it", u.Notes))
	case u.Problem != "" && (u.Asked == nil || p.Now().Sub(*u.Asked) > forgotten):
		return one(amber("%s", u.Problem).by("agrafe update check"))
	case u.Asked == nil:
		return one(green("newer versions were not asked for yet"))
	default:
		return one(green("no newer version on %s", u.Asked.Local().Format(time.DateOnly)))
	}
}
