package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// pcscdSocket is where pcscd listens unless PCSCLITE_CSOCK_NAME says otherwise
// (pcscd(8)).
const pcscdSocket = "/run/pcscd/pcscd.comm"

// cardServiceIsUp believes the service; if it has no card service, or does not answer,
// the socket is knocked at.
func cardServiceIsUp(ctx context.Context, p *Patient) []Finding {
	detail := ""
	if p.Ask != nil {
		s, err := p.snapshot(ctx)
		if err != nil {
			return unasked(err)
		}
		if s.Service.Up {
			return one(green("the card service answers"))
		}
		detail = s.Service.Detail
	}
	if runtime.GOOS != "linux" {
		return one(amber("the card service is not up: %s", detail).by("start the system's service for smart cards"))
	}
	path := p.Env("PCSCLITE_CSOCK_NAME")
	if path == "" {
		path = p.at(pcscdSocket)
	}
	switch err := p.Dial(ctx, "unix", path); {
	case errors.Is(err, fs.ErrNotExist):
		return one(red("there is no pcscd: its socket %s is missing", path).by("sudo apt install pcscd && sudo systemctl enable --now pcscd.socket"))
	case errors.Is(err, syscall.ECONNREFUSED):
		return one(red("pcscd has died and left its socket").by("sudo systemctl restart pcscd.socket pcscd"))
	case errors.Is(err, fs.ErrPermission):
		return one(red("the socket of pcscd lets this user not in").by("sudo chmod 666 %s, which is how it should be", path))
	case err != nil:
		return one(red("pcscd does not answer: %v", err).by("sudo systemctl restart pcscd.socket pcscd"))
	case p.Ask != nil:
		return one(red("pcscd listens, and the service can't use it: %s", detail).by("see polkit below, then: sudo systemctl restart pcscd"))
	}
	return one(green("pcscd listens"))
}

// Where polkit looks for rules (polkit(8)), and where polkitd is.
var (
	ruleFolders = []string{"/etc/polkit-1/rules.d", "/run/polkit-1/rules.d", "/usr/local/share/polkit-1/rules.d", "/usr/share/polkit-1/rules.d"}
	polkitds    = []string{"/usr/lib/polkit-1/polkitd", "/usr/libexec/polkitd", "/usr/libexec/polkit-1/polkitd"}
)

// pcscAction is what pcsc-lite 2 asks polkit about.
const pcscAction = "org.debian.pcsc-lite.access_pcsc"

// polkitLetsIn looks for the rule that lets the service's user use pcscd. That it may
// proves it; the folder of rules is closed to most users.
func polkitLetsIn(ctx context.Context, p *Patient) []Finding {
	if runtime.GOOS != "linux" {
		return nil
	}
	if p.Ask != nil {
		if s, err := p.snapshot(ctx); err == nil && s.Service.Up {
			return one(green("the service may use the card service"))
		}
	}
	if !slices.ContainsFunc(polkitds, p.exists) {
		return one(green("no polkit here: pcscd asks nobody"))
	}
	closed := false
	for _, folder := range ruleFolders {
		found, err := ruleIn(p.at(folder))
		if found {
			return one(green("a rule in %s lets the service's user in", folder))
		}
		closed = closed || errors.Is(err, fs.ErrPermission)
	}
	if closed {
		return one(amber("the rules of polkit are closed to this user").by("sudo agrafe doctor"))
	}
	return one(red("no rule of polkit lets the service's user use pcscd").by("sudo agrafe install writes it"))
}

func ruleIn(folder string) (found bool, err error) {
	list, err := os.ReadDir(folder)
	if err != nil {
		return false, err
	}
	for _, e := range list {
		text, readErr := os.ReadFile(filepath.Join(folder, e.Name()))
		if readErr != nil {
			err = readErr
			continue
		}
		if strings.HasSuffix(e.Name(), ".rules") && strings.Contains(string(text), `"agrafe"`) && strings.Contains(string(text), pcscAction) {
			return true, nil
		}
	}
	return false, err
}

func readersAreThere(ctx context.Context, p *Patient) []Finding {
	s, err := p.snapshot(ctx)
	if err != nil {
		return unasked(err)
	}
	switch n := len(s.Readers); {
	case n == 0 && len(p.Config.Readers) > 0:
		return one(red("no reader whose name begins as `readers` of the configuration says").by("plug it in, or correct `readers`"))
	case n == 0 && !s.Service.Up:
		return one(amber("no reader is seen while the card service is down"))
	case n == 0:
		return one(red("no reader").by("plug one in; if it is: look at its cable, and for its driver (sudo apt install libccid)"))
	case n == 1:
		return one(amber("one reader: %s; a CPS and a Vitale need two", s.Readers[0].Name).by("plug another one in"))
	}
	names := make([]string, 0, len(s.Readers))
	for _, r := range s.Readers {
		names = append(names, r.Name)
	}
	return one(green("%d readers: %s", len(names), strings.Join(names, ", ")))
}

// soon is how long before a CPS expires it is told: the next one takes weeks.
const soon = 60 * 24 * time.Hour

func cardsAreGood(ctx context.Context, p *Patient) []Finding {
	s, err := p.snapshot(ctx)
	if err != nil {
		return unasked(err)
	}
	var found []Finding
	cps := false
	for _, c := range s.Cards {
		if c.State != state.CardAbsent {
			found = append(found, cardIsGood(p, c)...)
		}
		cps = cps || c.State == state.CardCPS
	}
	if !cps {
		found = append(found, amber("no CPS in a reader: nothing can be signed").by("put the CPS in"))
	}
	return found
}

func cardIsGood(p *Patient, c state.Card) (found []Finding) {
	name := strings.TrimSpace(string(c.State) + " " + c.Kind)
	if c.Demo {
		name += " (demonstration)"
	}
	add := func(f Finding) { found = append(found, f) }
	if c.Problem != nil {
		add(red("%s in %s: %s", name, c.Reader, c.Problem.Message).by("take it out and put it in again"))
	}
	switch c.State {
	case state.CardMute:
		add(red("a card in %s does not answer", c.Reader).by("turn it round, clean its chip"))
	case state.CardUnknown:
		add(amber("a card in %s is neither a CPS nor a Vitale", c.Reader))
	}
	if t := c.PINTriesLeft; t != nil && *t == 0 {
		add(red("%s in %s is blocked", name, c.Reader).by("have its issuer unblock it (ANS, or with the code de déblocage)"))
	} else if t != nil && *t < 3 {
		add(amber("%s in %s: %d tries of its code left", name, c.Reader, *t))
	}
	if e := c.Expires; e != nil && !p.Now().Before(*e) {
		add(red("%s in %s expired on %s", name, c.Reader, e.Format(time.DateOnly)).by("order another one"))
	} else if e != nil && e.Sub(p.Now()) < soon {
		add(amber("%s in %s expires on %s", name, c.Reader, e.Format(time.DateOnly)).by("order the next one now"))
	}
	if len(found) == 0 {
		add(green("%s in %s", name, c.Reader))
	}
	return found
}
