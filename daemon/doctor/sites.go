package doctor

import (
	"context"
	"strings"
	"time"
)

// sites is the part of origins.list that is looked at.
type sites struct {
	Origins []struct {
		Origin  string `json:"origin"`
		Policy  bool   `json:"policy"`
		Revoked bool   `json:"revoked"`
	} `json:"origins"`
	Pairing string `json:"pairing"`
	Locked  bool   `json:"locked"`
	Dev     bool   `json:"developer"`
	Fault   string `json:"fault"`
}

// allowed are the sites that may come in, the console, which is ours, left out.
func (s sites) allowed() (list []string) {
	for _, o := range s.Origins {
		if !o.Revoked && strings.HasPrefix(o.Origin, "https://") {
			list = append(list, o.Origin)
		}
	}
	return list
}

// named are all of them, as names of f. Which number each has depends on their order,
// the same on both sides.
func (s sites) named(f Finding) Finding {
	for _, o := range s.Origins {
		if kind := Site; strings.HasPrefix(o.Origin, "https://") {
			if o.Policy {
				kind = ListedSite
			}
			f = f.naming(kind, o.Origin)
		}
	}
	return f
}

func originsAreListed(ctx context.Context, p *Patient) (found []Finding) {
	var s sites
	if err := p.Ask(ctx, "origins.list", &s); err != nil {
		return unasked(err)
	}
	if s.Fault != "" {
		found = append(found, red("%s", s.Fault).by("correct that file; the service reads it again by itself"))
	}
	if s.Dev {
		found = append(found, amber("pages of this machine's own servers may be let in").by("take origins.dev out of the configuration, unless you develop"))
	}
	switch list := s.allowed(); {
	case len(list) == 0 && s.Locked:
		found = append(found, amber("no site may connect, and the list is locked").by("name sites in %s", p.Config.Origins.Policy))
	case len(list) == 0:
		found = append(found, green("no site is paired yet: it asks by itself, in its page"))
	default:
		found = append(found, green("%d site(s) may connect", len(list)))
	}
	found[0] = s.named(found[0])
	return found
}

func certificateIsGood(ctx context.Context, p *Patient) []Finding {
	var t struct {
		Address string    `json:"adresse"`
		Phase   string    `json:"phase"`
		Expires time.Time `json:"expire"`
		Fault   string    `json:"defaut"`
	}
	if err := p.Ask(ctx, "tls.status", &t); err != nil {
		return unasked(err)
	}
	until := t.Expires.Local().Format(time.DateOnly)
	switch {
	case t.Fault != "":
		return one(red("%s", t.Fault).by("agrafe tls enable, or agrafe tls disable if Safari is not used"))
	case t.Phase == "":
		return one(green("wss is off: only Safari needs it"))
	case t.Phase == "dead":
		return one(red("the certificate of wss was good until %s", until).by("agrafe tls enable"))
	case t.Phase == "due":
		return one(amber("the certificate of wss is good until %s", until).by("agrafe tls enable"))
	}
	return one(green("wss is answered; its certificate is good until %s", until))
}
