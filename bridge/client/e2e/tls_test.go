//go:build chromium

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/chromium"
	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/bridge/localca"
	"github.com/agrafe-fse/agrafe/daemon"
)

// S33: a page reaches the daemon by wss in a browser whose user trusts the machine's
// authority, and not in one that trusts another machine's.
func TestS33Chromium(t *testing.T) {
	p := newPractice(t, func(c *daemon.Config) { c.TLS.Port = 0 })
	client, err := local.DialSocket(t.Context(), p.cfg.ControlSocket(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var on struct {
		Address   string `json:"adresse"`
		Authority string `json:"autorite"`
	}
	if err := client.Call(t.Context(), "tls.enable", nil, &on); err != nil {
		t.Fatal(err)
	}
	other, _, err := localca.Ensure(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(on.Address, "wss://"), ":")
	tests := []struct {
		name  string
		url   string
		trust []byte
		want  string
	}{
		{"trusted", on.Address, []byte(on.Authority), "open"},
		{"trusted, by name", "wss://localhost:" + port, []byte(on.Authority), "open"},
		{"trusted, IPv6", "wss://[::1]:" + port, []byte(on.Authority), "open"},
		{"another machine's", on.Address, other.PEM(), "DAEMON_ABSENT"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := chromium.Start(t, chromium.Options{Sites: sites(), Trust: tt.trust})
			grant(b)
			tab := b.Open(listed)
			script := strings.Replace(p.connected(""), fmt.Sprintf("ws://%s", p.addr), tt.url, 1)
			want(t, "connect", chromium.Eval[string](tab, script), tt.want)
			if tt.want == "open" {
				want(t, "who", chromium.Eval[string](tab, `return (await agrafe.call("origins.me")).origin`), listed)
			}
		})
	}
}
