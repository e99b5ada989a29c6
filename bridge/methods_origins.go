package bridge

import (
	"errors"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// changesOrigins is how a change of the list may fail.
var changesOrigins = []state.Kind{state.NotFound, state.DiskFull}

// originMethods is who a page is here and, for programs of this machine only, who
// is let in.
var originMethods = []method{
	{"origins.me", "Tells the caller who it is here and what it may do.",
		open, quick, reads, nil, 1, with(originsMe)},
	{"origins.list", "Lists the sites that are let in or were revoked, with their pages.",
		onlyLocal, quick, reads, nil, 1, with(listOrigins)},
	{"origins.allow", "Lets the pages of a site in without a dialog; each brings its own key.",
		onlyLocal, slow, remembered, changesOrigins, 1, with(allowOrigin)},
	{"origins.revoke", "Shuts out a site or one of its pages; its connections end at once.",
		onlyLocal, slow, remembered, changesOrigins, 1, with(revokeOrigin)},
	{"pair.open", "Lets pages ask to be paired for two minutes, and ends a cool-down.",
		onlyLocal, quick, remembered, nil, 1, with(openPairing)},
	{"console.open", "Gives an address that opens the console in a browser of this machine, once, within a minute.",
		onlyLocal, quick, remembered, nil, 1, with(openConsole)},
	{"console.await", "Waits until a browser has come to an address of console.open, as long as that is good.",
		onlyLocal, slow, reads, nil, 1, with(awaitConsole)},
}

type meResult struct {
	Principal string       `json:"principal"`
	Origin    trust.Origin `json:"origin,omitzero"` // of a web page
	KeyID     trust.KeyID  `json:"keyId,omitempty"`
	Scopes    []scope      `json:"scopes"`
}

func originsMe(c call, _ none) (meResult, error) {
	return meResult{Principal: c.who.name, Origin: c.who.origin, KeyID: c.who.key, Scopes: c.who.scopes}, nil
}

type originsResult struct {
	Origins []trust.Listing `json:"origins"`
	Pairing string          `json:"pairing"`         // the mode of the configuration
	Open    bool            `json:"open"`            // whether pages may ask to be paired now
	Locked  bool            `json:"locked"`          // by the administrator's policy
	Dev     bool            `json:"developer"`       // http origins of this machine may be let in
	Fault   string          `json:"fault,omitempty"` // why nobody, or nobody new, is let in
}

func listOrigins(c call, _ none) (originsResult, error) {
	s := c.server
	list, locked := s.book.List()
	r := originsResult{Origins: list, Pairing: c.daemon.Config().Origins.Pairing, Locked: locked,
		Open: s.pairings.Opened() && !locked, Dev: s.book.Dev()}
	if err := s.book.Fault(); err != nil {
		r.Fault = err.Error()
	}
	return r, nil
}

type allowParams struct {
	Origin string   `json:"origin"`
	Scopes []string `json:"scopes"`
	keyed
}

func allowOrigin(c call, p allowParams) (none, error) {
	o, err := trust.ParseOrigin(p.Origin)
	if err != nil {
		return none{}, originFailure(err)
	}
	scopes, err := trust.ParseScopes(p.Scopes)
	if err != nil {
		return none{}, &state.Error{Kind: state.Invalid, Code: "DROITS", Path: "scopes", Err: err,
			Message: "Les droits possibles sont readers, cards, fse, lots et admin ; il en faut au moins un."}
	}
	if err := c.server.book.Allow(o, scopes); err != nil {
		return none{}, originFailure(err)
	}
	c.server.review()
	return none{}, nil
}

type revokeParams struct {
	Origin string      `json:"origin"`
	KeyID  trust.KeyID `json:"keyId,omitempty"` // of one page; absent: of all
	keyed
}

func revokeOrigin(c call, p revokeParams) (none, error) {
	o, err := trust.ParseOrigin(p.Origin)
	if err == nil {
		err = c.server.revoke(o, p.KeyID)
	}
	return none{}, originFailure(err)
}

// originFailure is err as callers are told it.
func originFailure(err error) error {
	if bad, ok := errors.AsType[*trust.OriginError](err); ok {
		e := &state.Error{Kind: state.Invalid, Code: "ORIGINE", Path: "origin", Err: err,
			Message: "Une origine s'écrit comme le navigateur l'écrit : https://, l'hôte en minuscules, et le port s'il n'est pas 443."}
		if bad.Hint != "" {
			e.Message += " Essayez " + bad.Hint + "."
		}
		return e
	}
	switch {
	case errors.Is(err, trust.ErrUnknown):
		return &state.Error{Kind: state.NotFound, Code: "SITE_INCONNU", Err: err, Message: "Ce site ou cette page n'est pas dans la liste."}
	case errors.Is(err, trust.ErrLocked):
		return &state.Error{Kind: state.Denied, Code: "LISTE_VERROUILLEE", Err: err, Message: "L'administrateur du poste a verrouillé la liste des sites."}
	case errors.Is(err, trust.ErrFull):
		return &state.Error{Kind: state.Denied, Code: "LISTE_PLEINE", Err: err, Message: "La liste des sites est pleine : révoquez-en."}
	}
	return err
}

type openResult struct {
	Seconds int `json:"seconds"` // for which pages may ask
}

func openPairing(c call, _ keyed) (openResult, error) {
	life, ok := c.server.pairings.Open()
	if _, locked := c.server.book.List(); !ok || locked {
		return openResult{}, &state.Error{Kind: state.Denied, Code: "LISTE_VERROUILLEE",
			Message: "L'administrateur du poste a verrouillé la liste des sites."}
	}
	return openResult{Seconds: int(life.Seconds())}, nil
}
