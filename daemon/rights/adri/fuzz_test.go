package adri_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
)

func corpus(f *testing.F) {
	f.Helper()
	files, err := filepath.Glob("testdata/*.xml")
	if err != nil || len(files) == 0 {
		f.Fatalf("no messages: %v", err)
	}
	for _, name := range files {
		message, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(message)
	}
}

// Whatever comes, the answer is one that can be written again, or a typed error.
func FuzzDecodeResponse(f *testing.F) {
	corpus(f)
	f.Fuzz(func(t *testing.T, message []byte) {
		r, err := adri.DecodeResponse(message)
		if err != nil {
			_, format := errors.AsType[*adri.FormatError](err)
			if _, fault := errors.AsType[*adri.Fault](err); !format && !fault {
				t.Fatalf("an error of its own kind: %v", err)
			}
			return
		}
		again, err := adri.EncodeResponse(r)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := adri.DecodeResponse(again); err != nil || !reflect.DeepEqual(back, r) {
			t.Fatalf("came back otherwise: %v", err)
		}
	})
}

func FuzzDecodeRequest(f *testing.F) {
	corpus(f)
	f.Fuzz(func(t *testing.T, message []byte) {
		r, err := adri.DecodeRequest(message)
		if err != nil {
			if _, ok := errors.AsType[*adri.FormatError](err); !ok {
				t.Fatalf("an error of its own kind: %v", err)
			}
			return
		}
		again, err := adri.EncodeRequest(r)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := adri.DecodeRequest(again); err != nil || back != r {
			t.Fatalf("came back otherwise: %v", err)
		}
	})
}
