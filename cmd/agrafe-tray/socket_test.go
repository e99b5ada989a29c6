package main

import (
	"testing"

	"github.com/agrafe-fse/agrafe/bridge/local"
)

func TestControlPlace(t *testing.T) {
	installed, err := local.InstalledSocket()
	if err != nil {
		t.Fatal(err)
	}
	for given, want := range map[control]string{"": installed, "/tmp/other.sock": "/tmp/other.sock"} {
		if got, err := given.place(); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", given, got, err, want)
		}
	}
}
