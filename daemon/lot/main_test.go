package lot

import (
	"flag"
	"os"
	"testing"
)

// TestMain keeps the laws short where nobody asks for more: -rapid.checks=1000 is the
// long form.
func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if !asked {
		if err := flag.Set("rapid.checks", "10"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
