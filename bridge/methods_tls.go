package bridge

import (
	"errors"
	"io/fs"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/localca"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// tlsMethods is the care of wss while the service runs, for programs of this machine
// only. While it does not run, the command line does the same itself.
var tlsMethods = []method{
	{"tls.status", "Tells whether wss is answered, until when, and what browsers have to trust for it.",
		onlyLocal, slow, reads, nil, 1, with(tlsStatus)},
	{"tls.enable", "Answers wss; makes a certificate for it if there is none that is good for a month.",
		onlyLocal, slow, remembered, nil, 1, with(enableTLS)},
	{"tls.disable", "Answers wss no more, ends its connections and removes its certificate.",
		onlyLocal, slow, remembered, nil, 1, with(disableTLS)},
}

// tlsResult is how wss is on this machine.
type tlsResult struct {
	Address   string        `json:"adresse,omitempty"` // while it is answered
	Phase     localca.Phase `json:"phase,omitempty"`   // of the certificate; absent: there is none
	Expires   time.Time     `json:"expire,omitzero"`
	Authority string        `json:"autorite,omitempty"` // PEM, to be trusted by browsers
	File      string        `json:"fichier,omitempty"`  // where that is on this machine
	Fault     string        `json:"defaut,omitempty"`   // why wss is not answered though it should be
}

func tlsStatus(c call, _ none) (tlsResult, error) {
	d := &c.server.secure
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status(c.daemon.Config().State), nil
}

func enableTLS(c call, _ keyed) (tlsResult, error) {
	d, dir := &c.server.secure, c.daemon.Config().State
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server == nil {
		return tlsResult{}, stopping()
	}
	issued, _, err := localca.Ensure(dir, d.now())
	if err != nil {
		return tlsResult{}, err
	}
	d.open(issued, nil)
	return d.status(dir), nil
}

func disableTLS(c call, _ keyed) (none, error) {
	d, cfg := &c.server.secure, c.daemon.Config()
	if cfg.TLS.Enabled {
		return none{}, &state.Error{Kind: state.Denied, Code: "TLS_CONFIGURE",
			Message: "La configuration du service demande wss : retirez-y tls.enabled, puis relancez le service."}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shut()
	return none{}, localca.Remove(cfg.State)
}

// status is how the door is, and the certificate in dir.
func (d *secureDoor) status(dir string) tlsResult {
	r := tlsResult{Address: d.address}
	if d.fault != nil {
		r.Fault = d.fault.Error()
	}
	issued, err := localca.Load(dir)
	switch {
	case err == nil:
		r.Phase, r.Expires = issued.Phase(d.now()), issued.Expires()
		r.Authority, r.File = string(issued.PEM()), localca.CAFile(dir)
	case r.Fault == "" && !errors.Is(err, fs.ErrNotExist):
		r.Fault = err.Error()
	}
	return r
}

func stopping() error {
	return &state.Error{Kind: state.Offline, Code: "ARRET", Message: "Le service s'arrête.", Retryable: true}
}
