package cps_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/cps"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/cardtest"
	"github.com/agrafe-fse/agrafe/testdata"
)

// code is that of the virtual cards.
const code = cardtest.Code

// typed is a code as Verify takes it.
func typed(code string) *cps.Command {
	c := new(cps.Command)
	c.SetCode([]byte(code))
	return c
}

// insert puts c in a reader and returns its Owner.
func insert(t testing.TB, c virtual.Card) *reader.Owner {
	t.Helper()
	_, o := plug(t, c)
	return o
}

// plug is insert, with the readers.
func plug(t testing.TB, c virtual.Card) (*virtual.Readers, *reader.Owner) {
	t.Helper()
	r := virtual.NewReaders("lecteur")
	if err := r.Insert("lecteur", c); err != nil {
		t.Fatal(err)
	}
	o := reader.NewOwner(r, "lecteur")
	t.Cleanup(o.Close)
	return r, o
}

// do runs f in one transaction.
func do(o *reader.Owner, f func(*reader.Tx, reader.Family) error) (reader.Trace, error) {
	return o.Do(context.Background(), reader.Job{Op: "test", Run: func(tx *reader.Tx) error {
		return f(tx, reader.Identify(tx.ATR()))
	}})
}

// on runs f in one transaction with c, inserted for it.
func on(t testing.TB, c virtual.Card, f func(*reader.Tx, reader.Family) error) (reader.Trace, error) {
	t.Helper()
	return do(insert(t, c), f)
}

// generations are the cards that are driven.
var generations = []string{"medecin-secteur1", "medecin-cps4"}

func TestSignatureVerifiesWithTheCardsCertificate(t *testing.T) {
	for _, name := range generations {
		t.Run(name, func(t *testing.T) {
			message := make([]byte, 200)
			for i := range message {
				message[i] = byte(i)
			}
			digest := sha256.Sum256(message)
			var sign, auth *x509.Certificate
			var signature, proof []byte
			_, err := on(t, cardtest.Open(t, name), func(tx *reader.Tx, f reader.Family) error {
				c, err := cps.Open(tx, f)
				if err != nil {
					return err
				}
				sign, auth = certificates(t, c)
				if _, err := c.Verify(typed(code), new(cps.Refusals), false); err != nil {
					return err
				}
				if signature, err = c.Signer().Sign(message); err != nil {
					return err
				}
				proof, err = c.Authenticate(digest)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := rsa.VerifyPKCS1v15(sign.PublicKey.(*rsa.PublicKey), crypto.SHA256, digest[:], signature); err != nil {
				t.Errorf("signature: %v", err)
			}
			if err := rsa.VerifyPKCS1v15(auth.PublicKey.(*rsa.PublicKey), crypto.SHA256, digest[:], proof); err != nil {
				t.Errorf("authentication: %v", err)
			}
		})
	}
}

func certificates(t testing.TB, c *cps.Card) (sign, auth *x509.Certificate) {
	t.Helper()
	files, err := c.CertificateFiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		cert, err := c.Certificate(f)
		if err != nil {
			t.Fatal(err)
		}
		switch f.Label {
		case cps.LabelSign:
			sign = cert
		case cps.LabelAuth:
			auth = cert
		}
	}
	if sign == nil || auth == nil {
		t.Fatalf("certificates listed: %v", files)
	}
	return sign, auth
}

// The number of commands is the speed of the product with a real card: serial,
// state of the code, code, hash algorithm, hash, key, signature, GET RESPONSE.
func TestCommandsOfASignature(t *testing.T) {
	const first, further = 8, 3
	messages := [][]byte{make([]byte, 150), make([]byte, 64), make([]byte, 1)}
	trace, err := on(t, cardtest.Open(t, "medecin-secteur1"), func(tx *reader.Tx, f reader.Family) error {
		c, err := cps.Open(tx, f)
		if err != nil {
			return err
		}
		if _, err := c.Verify(typed(code), new(cps.Refusals), false); err != nil {
			return err
		}
		s := c.Signer()
		for i, m := range messages {
			if _, err := s.Sign(m); err != nil {
				return err
			}
			if want := first + i*further; tx.Trace().Commands != want {
				t.Errorf("after signature %d: %d commands, want %d", i+1, tx.Trace().Commands, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if trace.Commands != first+2*further {
		t.Errorf("trace: %d commands", trace.Commands)
	}
}

// Whatever its length, a message is hashed as SHA-256 says, part on the host and
// part on the card.
func TestSignAnyLength(t *testing.T) {
	c := cardtest.Open(t, "medecin-secteur1")
	var key *rsa.PublicKey
	rapid.Check(t, func(rt *rapid.T) {
		message := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(rt, "message")
		var signature []byte
		_, err := on(t, c, func(tx *reader.Tx, f reader.Family) error {
			c, err := cps.Open(tx, f)
			if err != nil {
				return err
			}
			if key == nil {
				sign, _ := certificates(t, c)
				key = sign.PublicKey.(*rsa.PublicKey)
			}
			tx.ResetAtEnd()
			if _, err := c.Verify(typed(code), new(cps.Refusals), false); err != nil {
				return err
			}
			signature, err = c.Signer().Sign(message)
			return err
		})
		if err != nil {
			rt.Fatal(err)
		}
		digest := sha256.Sum256(message)
		if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); err != nil {
			rt.Fatalf("%d bytes: %v", len(message), err)
		}
	})
}

func TestVerify(t *testing.T) {
	tests := []struct {
		name    string
		card    string
		code    string
		lastTry bool
		kind    reader.Kind // Internal: no error
		tries   int
		left    int // tries left on the card afterwards
	}{
		{"right code", "medecin-secteur1", "1234", false, reader.Internal, 0, 3},
		{"wrong code costs one try", "medecin-secteur1", "9999", false, reader.PINWrong, 2, 2},
		{"too short is not sent", "medecin-secteur1", "123", false, reader.PINWrong, 3, 3},
		{"letters are not sent", "medecin-secteur1", "12a4", false, reader.PINWrong, 3, 3},
		{"last try is not taken unasked", "medecin-dernier-essai", "1234", false, reader.PINLastTry, 0, 1},
		{"last try with consent", "medecin-dernier-essai", "1234", true, reader.Internal, 0, 3},
		{"last try, wrong", "medecin-dernier-essai", "9999", true, reader.PINBlocked, 0, 0},
		{"blocked card is sent nothing", "medecin-code-bloque", "1234", true, reader.PINBlocked, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := cardtest.Open(t, tt.card)
			_, err := on(t, c, func(tx *reader.Tx, f reader.Family) error {
				tx.ResetAtEnd()
				c, err := cps.Open(tx, f)
				if err == nil {
					_, err = c.Verify(typed(tt.code), new(cps.Refusals), tt.lastTry)
				}
				return err
			})
			if tt.kind == reader.Internal && err != nil {
				t.Fatal(err)
			}
			if e := reader.AsError(err); tt.kind != reader.Internal && (e.Kind != tt.kind || e.Tries != tt.tries) {
				t.Errorf("Verify = %v, want %v with %d tries", err, tt.kind, tt.tries)
			}
			if got := pinState(t, c); got.Tries != tt.left || got.Blocked != (tt.left == 0) {
				t.Errorf("state afterwards: %+v, want %d tries", got, tt.left)
			}
		})
	}
}

func pinState(t testing.TB, c virtual.Card) (state cps.PINState) {
	t.Helper()
	_, err := on(t, c, func(tx *reader.Tx, f reader.Family) error {
		c, err := cps.Open(tx, f)
		if err == nil {
			state, err = c.PIN()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func TestARefusedCodeIsNotSentAgain(t *testing.T) {
	var refusals cps.Refusals
	c := cardtest.Open(t, "medecin-secteur1")
	try := func(code string) error {
		_, err := on(t, c, func(tx *reader.Tx, f reader.Family) error {
			tx.ResetAtEnd()
			c, err := cps.Open(tx, f)
			if err == nil {
				_, err = c.Verify(typed(code), &refusals, false)
			}
			return err
		})
		return err
	}
	for range 5 {
		if err := try("9999"); reader.KindOf(err) != reader.PINWrong {
			t.Fatalf("wrong code: %v", err)
		}
	}
	if got := pinState(t, c); got.Tries != 2 {
		t.Errorf("%d tries left after the same wrong code five times, want 2", got.Tries)
	}
	if err := try("1234"); err != nil {
		t.Errorf("right code afterwards: %v", err)
	}
}

func TestForeignSessionIsReported(t *testing.T) {
	o := insert(t, cardtest.Open(t, "medecin-secteur1"))
	open := func(reset bool) (ours bool) {
		_, err := do(o, func(tx *reader.Tx, f reader.Family) error {
			c, err := cps.Open(tx, f)
			if err == nil {
				ours, err = c.Verify(typed(code), new(cps.Refusals), false)
			}
			if reset {
				tx.ResetAtEnd()
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return ours
	}
	if !open(false) {
		t.Error("first session: not reported as ours")
	}
	if open(true) {
		t.Error("code left verified: reported as ours")
	}
	if !open(true) {
		t.Error("after a reset: not reported as ours")
	}
}

func TestSignatureNeedsTheCode(t *testing.T) {
	_, err := on(t, cardtest.Open(t, "medecin-secteur1"), func(tx *reader.Tx, f reader.Family) error {
		c, err := cps.Open(tx, f)
		if err == nil {
			_, err = c.Signer().Sign([]byte("x"))
		}
		return err
	})
	if reader.KindOf(err) != reader.PINRequired {
		t.Errorf("Sign without code: %v, want PINRequired", err)
	}
}

func TestSituations(t *testing.T) {
	var list []cps.Situation
	_, err := on(t, cardtest.Open(t, "medecin-secteur1"), func(tx *reader.Tx, f reader.Family) error {
		c, err := cps.Open(tx, f)
		if err != nil {
			return err
		}
		if _, err := c.Situations(); reader.KindOf(err) != reader.PINRequired {
			t.Errorf("Situations without code: %v, want PINRequired", err)
		}
		if _, err := c.Verify(typed(code), new(cps.Refusals), false); err != nil {
			return err
		}
		list, err = c.Situations()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(s cps.Situation) bool { return s.NumeroAM == "991000015" })
	if len(list) != 2 || i != 0 || list[0].Specialite != "01" || list[0].Convention != 1 || list[0].Exercice != "L" {
		t.Errorf("situations: %+v", list)
	}
}

func TestOpenWhereverTheCardWasLeft(t *testing.T) {
	for name, select1 := range map[string][]byte{
		"in the PKCS#15 application": {0x00, 0xA4, 0x09, 0x0C, 0x06, 0x3F, 0x00, 0x00, 0x01, 0x50, 0x31},
		"on another file":            {0x00, 0xA4, 0x09, 0x0C, 0x04, 0x3F, 0x00, 0x2F, 0x00},
		"in the root":                {0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00},
	} {
		t.Run(name, func(t *testing.T) {
			var want, got string
			_, err := on(t, cardtest.Open(t, "medecin-secteur1"), func(tx *reader.Tx, f reader.Family) error {
				c, err := cps.Open(tx, f)
				if err != nil {
					return err
				}
				want = c.Serial()
				if _, err := tx.Transmit(select1); err != nil {
					return err
				}
				if c, err = cps.OpenSerial(tx, f, want); err == nil {
					got = c.Serial()
				}
				return err
			})
			if err != nil || got != want || len(want) < 18 {
				t.Errorf("serial %q, then %q, %v", want, got, err)
			}
		})
	}
}

func TestOpenSerialRefusesAnotherCard(t *testing.T) {
	_, err := on(t, cardtest.Open(t, "medecin-bis"), func(tx *reader.Tx, f reader.Family) error {
		_, err := cps.OpenSerial(tx, f, "8025000001000000000")
		return err
	})
	if reader.KindOf(err) != reader.CardChanged {
		t.Errorf("another card: %v, want CardChanged", err)
	}
}

func TestUndrivenCards(t *testing.T) {
	for name, kind := range map[string]reader.Kind{
		"cps2ter":        reader.Unsupported,
		"carte-inconnue": reader.Unsupported,
		"patient":        reader.Unsupported,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := on(t, cardtest.Open(t, name), func(tx *reader.Tx, f reader.Family) error {
				_, err := cps.Open(tx, f)
				return err
			})
			if reader.KindOf(err) != kind {
				t.Errorf("Open: %v, want %v", err, kind)
			}
		})
	}
}

// S26: whatever a card answers, every operation ends, in bounded memory, with a
// typed error.
func TestS26HostileCard(t *testing.T) {
	spec, err := virtual.Load(testdata.Cards(), "hostile-cps")
	if err != nil {
		t.Fatal(err)
	}
	for _, manner := range spec.Hostile.Manners {
		t.Run(string(manner), func(t *testing.T) {
			one := *spec
			hostile := *spec.Hostile
			hostile.Manners = []virtual.Manner{manner}
			one.Hostile = &hostile
			c, err := virtual.Open(one, virtual.TestKeyring())
			if err != nil {
				t.Fatal(err)
			}
			trace, err := on(t, c, func(tx *reader.Tx, f reader.Family) error {
				_, openErr := cps.Open(tx, reader.FamilyCPS3)
				if reader.AsError(openErr).Kind == reader.Internal && openErr != nil {
					t.Errorf("Open: %v, want a typed error", openErr)
				}
				return openErr
			})
			if trace.Commands > 1000 || trace.Received > 1<<20 {
				t.Errorf("%d commands, %d bytes, %v", trace.Commands, trace.Received, err)
			}
		})
	}
}
