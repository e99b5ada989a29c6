package frontal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/seal"
)

// Certificates of another key, or not those of the routing table, are made anew.
func TestThePayersCertificatesFollowTheKey(t *testing.T) {
	all := map[string]payer{testPayer: {"01", "999"}, "01011@011.01.rss.test": {"01", "011"}}
	fresh := func(t *testing.T) (*keys, string) {
		dir := t.TempDir()
		k, err := openKeys(madeOnce())
		if err == nil {
			err = k.openPayers(dir, all)
		}
		if err != nil {
			t.Fatal(err)
		}
		return k, dir
	}
	remove := func(_ *keys, folder string) error { return os.Remove(filepath.Join(folder, testPayer+".pem")) }
	tests := []struct {
		name   string
		change func(*keys, string) error
		kept   bool
	}{
		{"nothing", func(*keys, string) error { return nil }, true},
		{"another key", func(k *keys, _ string) error { k.payers = cards().key; return nil }, false},
		{"one is missing", remove, false},
		{"one has another name", func(_ *keys, folder string) error {
			return os.Rename(filepath.Join(folder, testPayer+".pem"), filepath.Join(folder, "01998@998.01.rss.test.pem"))
		}, false},
		{"one too many", func(_ *keys, folder string) error { return os.WriteFile(filepath.Join(folder, "x.pem"), nil, 0o600) }, false},
		{"damaged", func(_ *keys, folder string) error {
			return os.WriteFile(filepath.Join(folder, "01011@011.01.rss.test.pem"), []byte("x"), 0o600)
		}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k, dir := fresh(t)
			folder := filepath.Join(dir, payersDir)
			before, err := os.ReadFile(filepath.Join(folder, testPayer+".pem"))
			if err == nil {
				err = test.change(k, folder)
			}
			if err == nil {
				err = k.openPayers(dir, all)
			}
			if err != nil {
				t.Fatal(err)
			}
			after, err := os.ReadFile(filepath.Join(folder, testPayer+".pem"))
			if err != nil || (string(before) == string(after)) != test.kept {
				t.Errorf("kept %v, want %v, %v", string(before) == string(after), test.kept, err)
			}
			for address, p := range all {
				cert, err := seal.Folder{Dir: folder, Demonstration: true}.Certificate(p.regime, p.organisme, start)
				if err != nil || !k.payers.PublicKey.Equal(cert.PublicKey) {
					t.Errorf("%s: not of the key, %v", address, err)
				}
			}
			if names, err := os.ReadDir(folder); err != nil || len(names) != len(all) {
				t.Errorf("%d files, %v", len(names), err)
			}
		})
	}
}

func TestTheFolder(t *testing.T) {
	dir := madeOnce()
	for _, name := range []string{authorityFile, authorityKey, serverKey, payersKey, passwordFile} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", name, info.Mode())
		}
	}
	all, err := payers()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 1000 {
		t.Errorf("%d payers", len(all))
	}
	folder := seal.Folder{Dir: filepath.Join(dir, payersDir), Demonstration: true}
	for address, p := range all {
		if _, err := folder.Certificate(p.regime, p.organisme, start); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}
