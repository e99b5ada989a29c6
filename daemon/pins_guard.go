package daemon

import (
	"context"
	"log/slog"
	"sync"
)

// guard knows what keeps the codes in memory from being as safe as they should be. It
// says each thing once in the log, and as long as it is so to who asks.
type guard struct {
	log     *slog.Logger
	absence func(ctx context.Context, left func(), working func(error))
	memory  []string // French

	mu    sync.Mutex // protects blind
	blind string     // French; why nobody is seen to leave, "" if they are
}

func newGuard(deps Deps, page error) *guard {
	g := &guard{log: deps.Log, absence: deps.Absence}
	if deps.Absence == nil {
		g.blind = "Ni la mise en veille ni le verrouillage de la session n’effacent le code gardé sur ce système."
	}
	if page != nil {
		g.log.Warn("the code is kept in memory that may be swapped", "error", page)
		g.memory = append(g.memory, "Le système a refusé de verrouiller la mémoire où le code est gardé : elle peut être écrite sur le disque d’échange.")
	}
	if deps.Exposed != nil {
		g.log.Warn("the memory of this process is not protected", "error", deps.Exposed)
		g.memory = append(g.memory, "La mémoire du service n’a pas pu être protégée des autres programmes de son compte.")
	}
	return g
}

// watch calls left when the user leaves, until ctx ends.
func (g *guard) watch(ctx context.Context, left func()) {
	if g.absence != nil {
		g.absence(ctx, func() { g.log.Info("the user has left: codes forgotten"); left() }, g.sees)
	}
}

// sees notes whether it is noticed that the user leaves.
func (g *guard) sees(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	blind := ""
	if err != nil {
		blind = "La mise en veille ou le verrouillage de la session peut ne pas effacer le code gardé : logind ne répond pas ou refuse."
	}
	if blind != "" && g.blind == "" {
		g.log.Warn("suspend or lock may not have codes forgotten", "error", err)
	}
	g.blind = blind
}

// CodeFaults says in French what keeps the codes in memory from being as safe as they
// should be. It is empty where all is well.
func (d *Daemon) CodeFaults() []string {
	d.guard.mu.Lock()
	defer d.guard.mu.Unlock()
	list := append([]string{}, d.guard.memory...)
	if d.guard.blind != "" {
		list = append(list, d.guard.blind)
	}
	return list
}
