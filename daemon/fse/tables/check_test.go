package tables

import "testing"

func TestEmbeddedTablesAreSound(t *testing.T) {
	for _, p := range Check(Default()) {
		t.Errorf("%s:%d %s %s", p.Table, p.Ligne, p.Code, p.Message)
	}
}
