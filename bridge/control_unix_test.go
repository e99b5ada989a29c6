//go:build unix

package bridge

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestControlSocket(t *testing.T) {
	r := start(t)
	path := r.cfg.ControlSocket()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != os.ModeSocket|(0o777&^controlMask) {
		t.Errorf("mode %v", info.Mode())
	}
	c := r.dialControl(t)
	c.alive()
	c.call("fse.get", `{"id":"none"}`)
	if want := fmt.Sprintf("principal=uid:%d", os.Getuid()); !strings.Contains(r.log.String(), want) {
		t.Errorf("no %s in the log", want)
	}
	r.stop()
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("the socket is left behind (%v)", err)
	}
}
