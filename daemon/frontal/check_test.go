package frontal

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/seal"
)

// What is wrong in an invoice is refused by the ARL, the other ones are paid.
func TestAWrongInvoiceIsRefused(t *testing.T) {
	good := bill{numero: 1, amo: 2100, tiers: true}
	total := func(field string, cents int64) func(map[string]any) {
		return func(c map[string]any) {
			c["prix"].(map[string]any)["total"].(map[string]any)[field] = cents
		}
	}
	foreign, untested, login := newIssuer("TEST Autre"), newIssuer("Autre"), cards()
	login.sign = login.auth
	tests := []struct {
		name   string
		change func(map[string]any)
		by     *issuer
		damage bool
		want   string
	}{
		{"another number", func(c map[string]any) { c["numero"] = "000000003" }, nil, false, "(numéro)"},
		{"no number", func(c map[string]any) { c["numero"] = "x" }, nil, false, "(numéro)"},
		{"another professional", func(c map[string]any) {
			c["facture"] = map[string]any{"professionnel": map[string]any{"numeroAM": doctor, "remplace": map[string]any{"numeroAM": "991000023"}}}
		}, nil, false, "(professionnel)"},
		{"another payer", func(c map[string]any) { c["prix"].(map[string]any)["destinataire"] = map[string]any{"regime": "02"} }, nil, false, "(organisme)"},
		{"other fees", total("honoraires", 1), nil, false, "(honoraires)"},
		{"another AMO part", total("amo", 2101), nil, false, "(part AMO)"},
		{"another AMC part", total("amc", 1), nil, false, "(part AMC)"},
		{"no demonstration", func(c map[string]any) { c["demonstration"] = false }, nil, false, "le contenu du sceau n'est pas lisible"},
		{"another format", func(c map[string]any) { c["format"] = "x" }, nil, false, "le contenu du sceau n'est pas lisible"},
		{"another authority", nil, &foreign, false, "le sceau n'est pas d'une carte de test connue"},
		{"no card of test", nil, &untested, false, "le sceau n'est pas d'une carte de test connue"},
		{"the key for logins", nil, &login, false, "le sceau n'est pas d'une carte de test connue"},
		{"damaged", nil, nil, true, "le sceau n'est pas valable"},
	}
	r := newRig(t, "")
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bad := bill{numero: 2, amo: 2100, tiers: true, change: test.change}
			file, contents := sampleFile(i+1, good, bad)
			seals := cards().seal(t, contents...)
			if test.by != nil {
				seals[1] = test.by.seal(t, contents[1])[0]
			}
			if test.damage {
				seals[1][len(seals[1])-1] ^= 1
			}
			if err := r.deliver(r.enclosed(fmt.Sprintf("%d@agrafe.test", i), file, seals), testPayer); err != nil {
				t.Fatal(err)
			}
			all, _ := returned(t, r.fetch())
			want := []string{"0 ARL positif 0", "2 ARL négatif 0", "1 payé AMO 2100"}
			if i > 0 { // the good invoice was in the first lot
				want = []string{"0 ARL positif 0", "1 ARL négatif 0", "2 ARL négatif 0"}
			}
			if diff := cmp.Diff(want, kinds(all)); diff != "" {
				t.Fatal(diff)
			}
			label := all[len(want)-1].Libelles
			if i == 0 {
				label = all[1].Libelles
			}
			if len(label) != 1 || label[0].Code != "DEMO" || !strings.HasPrefix(label[0].Texte, "DEMONSTRATION : ") || !strings.Contains(label[0].Texte, test.want) {
				t.Errorf("%+v, want %s", label, test.want)
			}
		})
	}
}

func TestALotWithoutItsSealsIsRefused(t *testing.T) {
	r := newRig(t, "")
	for i, count := range []int{0, 1, 3} {
		file, contents := sampleFile(i+1, bill{numero: 1, amo: 2100, tiers: true}, bill{numero: 2, amo: 2100, tiers: true})
		seals := cards().seal(t, append(contents, contents[0])...)[:count]
		if err := r.deliver(r.enclosed(fmt.Sprintf("%d@agrafe.test", i), file, seals), testPayer); err != nil {
			t.Fatal(err)
		}
		all, _ := returned(t, r.fetch())
		if diff := cmp.Diff([]string{"0 ARL négatif 0"}, kinds(all)); diff != "" {
			t.Errorf("%d seals: %s", count, diff)
		}
	}
	for _, e := range r.Ledger() {
		if !e.Rejected || e.Planned != FateRefused {
			t.Errorf("%+v", e)
		}
	}
}

// A mail that names no lot has no answer; it is counted, and why is logged.
func TestAnUnreadableFileHasNoAnswer(t *testing.T) {
	r := newRig(t, "")
	file, contents := sampleFile(1, bill{numero: 1, amo: 2100, tiers: true})
	seals := cards().seal(t, contents...)
	to, err := b2.NewDestinataire("01", "016", "011")
	if err != nil {
		t.Fatal(err)
	}
	forA011 := func(marked bool) []byte {
		other := file
		other.Destinataire, other.Demonstration = to, marked
		other.Lots = []b2.Lot{file.Lots[0]}
		other.Lots[0].Organisme = "011"
		data, err := b2.Encode(other)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	whole := r.enclosed("x@agrafe.test", file, seals)
	tests := []struct {
		name, want, to string
		raw            []byte
	}{
		{"no demonstration", "démonstration", "01011@011.01.rss.test", r.mail("1@x", "011", seal.Contents{File: forA011(false), Seals: seals, Demonstration: true})},
		{"another organism", "autre organisme", testPayer, r.mail("2@x", "999", seal.Contents{File: forA011(true), Seals: seals, Demonstration: true})},
		{"for another payer", "pas chiffrée", "01011@011.01.rss.test", r.mail("6@x", "999", seal.Contents{File: forA011(true), Demonstration: true})},
		{"no B2", "B2", testPayer, r.mail("3@x", "999", seal.Contents{File: []byte("x"), Demonstration: true})},
		{"truncated", "enveloppe", testPayer, whole[:len(whole)/2]},
		{"no envelope", "enveloppe", testPayer, []byte("Message-ID: <4@x>\r\n\r\nBonjour\r\n")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := r.deliver(test.raw, test.to); err != nil {
				t.Fatal(err)
			}
			r.stop()
			text, err := os.ReadFile(filepath.Join(r.dir, ledgerFile))
			if err != nil {
				t.Fatal(err)
			}
			r.start()
			lines := strings.Split(strings.TrimSpace(string(text)), "\n")
			if last := lines[len(lines)-1]; !strings.Contains(last, `"probleme":`) || !strings.Contains(last, test.want) {
				t.Errorf("%s, want %s", last, test.want)
			}
		})
	}
	if mails := r.fetch(); len(mails) != 0 || r.Counts().Unreadable != len(tests) || len(r.Ledger()) != 0 {
		t.Errorf("%d answers, %+v", len(mails), r.Counts())
	}
}

// Neither the ledger nor the log holds who was treated or who signed.
func TestTheLedgerHoldsNoIdentity(t *testing.T) {
	r := newRig(t, "rejet 50 %")
	r.bill(1, bill{numero: 1, amo: 2100, tiers: true, change: func(c map[string]any) {
		c["facture"].(map[string]any)["beneficiaire"] = map[string]any{"nir": "297022A02077878", "nom": "ADRTROIS", "prenom": "DOMINIQUE"}
	}})
	r.stop()
	text, err := os.ReadFile(filepath.Join(r.dir, ledgerFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"297022A02077878", "297022A020778", "ADRTROIS", "DOMINIQUE", "MEDECIN DE TEST", r.keys.password} {
		if bytes.Contains(text, []byte(secret)) {
			t.Error("an identity or the password is in the ledger")
		}
	}
}

func TestOpenSigners(t *testing.T) {
	dir := t.TempDir()
	if _, err := openSigners(dir); err == nil {
		t.Error("a folder without authority is used")
	}
	card := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cards().sign.Raw})
	if err := os.WriteFile(filepath.Join(dir, "carte.pem"), card, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openSigners(dir); err == nil {
		t.Error("a card is taken for an authority")
	}
	any, err := openSigners("")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"TEST": true, "TEST Agrafe": true, "Agrafe TEST": false, "": false, "TESTS": false} {
		cert := &x509.Certificate{}
		cert.Issuer.Organization = []string{name}
		if any.trust(cert, time.Time{}) != want {
			t.Errorf("%q: trusted %v", name, !want)
		}
	}
}
