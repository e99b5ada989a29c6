package doctor

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"syscall"

	"github.com/agrafe-fse/agrafe/daemon"
)

// serviceAnswers looks at nothing: whether there is somebody to ask is known by now.
func serviceAnswers(_ context.Context, p *Patient) []Finding {
	if p.Ask == nil {
		return one(red("the service does not answer: %v", p.Down).by("agrafe start (not installed yet: sudo agrafe install)"))
	}
	return one(green("the service answers"))
}

func sameVersion(_ context.Context, p *Patient) []Finding {
	if p.Version != p.Running {
		return one(red("the service is version %s, this program %s", p.Running, p.Version).by("agrafe restart"))
	}
	return one(green("version %s", p.Version))
}

func configIsRead(_ context.Context, p *Patient) []Finding {
	if p.ConfigErr != nil {
		return one(red("%v", p.ConfigErr).by("correct %s, then: agrafe restart", daemon.ConfigFile()))
	}
	return one(green("the configuration can be used"))
}

// portIsOurs looks whether web pages reach the service at its port, and if not, who
// is there.
func portIsOurs(ctx context.Context, p *Patient) []Finding {
	port := p.Config.Port
	if p.Ask != nil {
		var s struct {
			Address string `json:"adresse"`
		}
		if err := p.Ask(ctx, "system.status", &s); err != nil {
			return unasked(err)
		}
		_, at, _ := net.SplitHostPort(s.Address)
		if port != 0 && at != strconv.Itoa(port) {
			return one(red("the service is on port %s, the configuration says %d", at, port).by("agrafe restart"))
		}
		return one(green("the service has port %s", at))
	}
	if port == 0 {
		return one(green("any free port, as the configuration says"))
	}
	err := p.Dial(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return one(green("port %d is free", port))
	case err != nil:
		return one(amber("port %d could not be looked at: %v", port, err))
	}
	return one(portTaken(p, port))
}

func portTaken(p *Patient, port int) Finding {
	h, err := p.Holder(p.Root, port)
	other := "stop that program, or set another port in the configuration and in the web pages"
	switch {
	case err != nil:
		return red("port %d is taken by a program that could not be found: %v", port, err).by("%s", other)
	case h.PID == 0:
		return red("port %d is taken by a program of user %s", port, h.User).by("sudo agrafe doctor names it; %s", other).naming(User, h.User)
	case strings.HasPrefix(h.Program, "agrafed"):
		return red("port %d is taken by an agrafed (pid %d) that this user can't ask", port, h.PID).by("agrafe restart; or name its configuration with --config")
	}
	return red("port %d is taken by %s (pid %d, user %s)", port, h.Program, h.PID, h.User).by("%s", other).naming(User, h.User)
}
