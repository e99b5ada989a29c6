package tables

import "testing"

func TestEmbeddedTablesLoad(t *testing.T) {
	if _, err := defaultSet(); err != nil {
		t.Fatal(err)
	}
}
