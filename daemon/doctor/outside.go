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
	return one(green("%s", strings.Join(names, ", ")).naming(Printer, names...))
}

// mailIsSet tells how lots leave and returns come in. It dials nothing: the service
// says what its last exchange with a server has given.
func mailIsSet(ctx context.Context, p *Patient) []Finding {
	s, err := p.snapshot(ctx)
	if err != nil {
		return unasked(err)
	}
	m := s.Mail
	if m == nil || !m.Configured {
		return one(amber("not configured: no lot leaves by itself").by("set [mail] in the configuration; agrafe lots b2 writes the file of a lot"))
	}
	var list []Finding
	if m.Problem != nil {
		list = append(list, red("%s", m.Problem.Message).by("agrafe mail check"))
	}
	if m.Offline {
		list = append(list, amber("no mail server was reached for ten minutes").by("check the network; under systemd see agrafed.service for what it may reach"))
	}
	if m.Undecided > 0 {
		list = append(list, amber("%d lots of which nobody knows whether they left, or that were refused", m.Undecided).by("agrafe lots decide, agrafe returns fetch"))
	}
	if len(list) > 0 {
		return list
	}
	return one(green("%s, %s; last lot sent %s, last look for returns %s", m.Environment, m.SMTP, at(m.LastSent), at(m.LastFetch)))
}

// at is a moment of this run of the service.
func at(t *time.Time) string {
	if t == nil {
		return "not since the service started"
	}
	return t.Local().Format(time.DateTime)
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
		since := ""
		if u.Published != nil {
			since = " since " + u.Published.Local().Format(time.DateOnly)
		}
		return one(amber("version %s is there%s", u.Version, since).by("read %s and install it", u.Notes))
	case u.Problem != "" && (u.Asked == nil || p.Now().Sub(*u.Asked) > forgotten):
		return one(amber("%s", u.Problem).by("agrafe update check"))
	case u.Asked == nil:
		return one(green("newer versions were not asked for yet"))
	default:
		return one(green("no newer version on %s", u.Asked.Local().Format(time.DateOnly)))
	}
}
