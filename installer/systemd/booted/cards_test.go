//go:build booted

package booted

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/installer/rig"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/testdata"
)

// policy is how pcsc-lite 2 has its two actions decided without a rule: only users of
// an active session may (org.debian.pcsc-lite.policy of its sources). Debian 12 has
// pcsc-lite 1.9, which asks nobody; polkitd, and our rule in it, are the same.
const policy = `<?xml version="1.0" encoding="UTF-8"?>
<policyconfig>
  <action id="org.debian.pcsc-lite.access_pcsc"><defaults><allow_any>no</allow_any><allow_inactive>no</allow_inactive><allow_active>yes</allow_active></defaults></action>
  <action id="org.debian.pcsc-lite.access_card"><defaults><allow_any>no</allow_any><allow_inactive>no</allow_inactive><allow_active>yes</allow_active></defaults></action>
</policyconfig>
`

// pcscPolicy is where it belongs.
const pcscPolicy = "/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy"

// polkit asks polkitd as pcscd does, with the rule and without it.
func polkit(t *testing.T) {
	const rule, away = "/etc/polkit-1/rules.d/50-agrafe.rules", "/etc/polkit-1/50-agrafe.rules.away"
	if err := os.WriteFile(pcscPolicy, []byte(policy), 0o644); err != nil {
		t.Fatal(err)
	}
	rig.Do(t, "systemctl", "restart", "polkit.service")
	other := rig.Do(t, "sh", "-c", "setpriv --reuid=65534 --regid=65534 --clear-groups sleep 60 >/dev/null 2>&1 & echo $!")
	for _, action := range []string{"access_pcsc", "access_card"} {
		allowed := func(pid string) bool {
			_, code := rig.Try(t, "pkcheck", "--action-id", "org.debian.pcsc-lite."+action, "--process", strings.TrimSpace(pid))
			return code == 0
		}
		service := fmt.Sprint(mainPID(t))
		if !allowed(service) {
			t.Errorf("%s: the service is denied", action)
		}
		if allowed(other) {
			t.Errorf("%s: another user's process is let in", action)
		}
		if err := os.Rename(rule, away); err != nil {
			t.Fatal(err)
		}
		rig.Do(t, "systemctl", "restart", "polkit.service")
		if allowed(service) {
			t.Errorf("%s: the service is let in without the rule", action)
		}
		if err := os.Rename(away, rule); err != nil {
			t.Fatal(err)
		}
		rig.Do(t, "systemctl", "restart", "polkit.service")
	}
	rig.Do(t, "kill", strings.TrimSpace(other))
}

// readers: the service reaches the real pcscd out of its sandbox, and reads a card.
func readers(t *testing.T) {
	spec, err := virtual.Load(testdata.Cards(), "patient")
	if err != nil {
		t.Fatal(err)
	}
	card, err := virtual.Open(*spec, virtual.NewKeyring())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error)
	go func() { served <- virtual.Serve(ctx, "127.0.0.1:35963", card) }() // vpcd's port
	defer func() { cancel(); <-served }()
	var out string
	for limit := time.Now().Add(15 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if out = agrafe(t, "readers"); strings.Contains(out, "vitale") {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("no Vitale in:\n%s", out)
		}
	}
	t.Log(out)
	for limit := time.Now().Add(15 * time.Second); property(t, "StatusText") != "on 127.0.0.1:17373, 2 readers"; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("systemd is told %q", property(t, "StatusText"))
		}
	}
}
