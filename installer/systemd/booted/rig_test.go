//go:build booted

package booted

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/installer/rig"
)

const (
	socket = "/run/agrafe/control.sock"
	seat   = "/run/systemd/seats/seat0"
)

func agrafe(t *testing.T, args ...string) string {
	t.Helper()
	return rig.Do(t, "/opt/agrafe/agrafe", args...)
}

// property is one of the service's, as systemd has it.
func property(t *testing.T, name string) string {
	t.Helper()
	return strings.TrimSpace(rig.Do(t, "systemctl", "show", "--value", "--property="+name, "agrafed.service"))
}

func mainPID(t *testing.T) int {
	t.Helper()
	pid, err := strconv.Atoi(property(t, "MainPID"))
	if err != nil || pid == 0 {
		t.Fatalf("no main process: %d, %v", pid, err)
	}
	return pid
}

// dial connects to the service, which may take until a moment from now.
func dial(t *testing.T) *local.Client {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := local.DialSocket(t.Context(), socket, nil)
		if err == nil {
			return c
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
}

// create makes n drafts and returns their ids.
func create(t *testing.T, c *local.Client, n int) (ids []string) {
	t.Helper()
	for range n {
		var f struct {
			ID string `json:"id"`
		}
		if err := c.Call(t.Context(), "fse.create", map[string]any{"facture": map[string]any{"mode": "degrade"}}, &f); err != nil || f.ID == "" {
			t.Fatalf("fse.create: %q, %v", f.ID, err)
		}
		ids = append(ids, f.ID)
	}
	return ids
}

// kept fails unless all FSE are there.
func kept(t *testing.T, c *local.Client, ids []string) {
	t.Helper()
	for _, id := range ids {
		if err := c.Call(t.Context(), "fse.get", map[string]any{"id": id}, nil); err != nil {
			t.Fatalf("fse.get %s of %d: %v", id, len(ids), err)
		}
	}
}

// day is where the FSE of the first boot are noted.
const day = "/out/day"

func note(t *testing.T, ids []string) {
	t.Helper()
	if err := os.WriteFile(day, []byte(strings.Join(ids, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

func noted(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(day)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

// tree is what there is but the policy of pcscd, which these tests write themselves.
func tree(t *testing.T) map[string]string {
	t.Helper()
	return rig.Tree(t, pcscPolicy)
}
