package main

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// configNowhere writes a configuration whose service is nowhere, with a port.
func configNowhere(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), fmt.Appendf(nil, "state = \"/nonexistent/agrafe\"\nport = %s\n", args[1]), 0o600))
}

// What this test binary knows of its making is a moment that is past, or nothing.
func TestBuilt(t *testing.T) {
	if at := built(); at.After(time.Now()) {
		t.Errorf("made on %v", at)
	}
}
