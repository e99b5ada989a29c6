package key

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// vectors were made by a program of another language from the descriptions of code.go and secret.go, and of BIP 173.
var vectors = []struct {
	name, root, code, store, identity string
}{{
	name: "zeros",
	root: "0000000000000000000000000000000000000000",
	code: "00006-0000C-0000A-0000R-0000Y-0000M-0000J-0000N-0BQ3Q", store: "5028d6d0ce810e892de0013e67f3b5c958731fbf8513270bdec85c2abdea3673",
	identity: "AGE-SECRET-KEY-1E0SGA83PRRF7XNT5TV2LL83N8MFK2LWVR4ZGE44NVJWAZGJV5FFQNNANKM",
}, {
	name: "ones",
	root: "ffffffffffffffffffffffffffffffffffffffff",
	code: "ZZZZ6-ZZZZC-ZZZZA-ZZZZR-ZZZZY-ZZZZM-ZZZZJ-ZZZZN-PR0MS", store: "34d17a88c0bc997aa6db8d3f9ccfb9f7fe3d1694da697724d94d1e5570ee754c",
	identity: "AGE-SECRET-KEY-1FVFTHZDCQR7P50476HYT53RH580XVV7CD97U7DN05GUW7F065KXS2QVZRW",
}, {
	name: "counting",
	root: "000102030405060708090a0b0c0d0e0f10111213",
	code: "000GW-40R4Z-0M30Z-E209A-185GA-R38EJ-1W81H-24GK2-R9XKK", store: "ffefdfd6b1b41f4e0b1082b054a7485beddd06e462c620a34425285ac232ae82",
	identity: "AGE-SECRET-KEY-165FRKLNHXS0XDFSWD56QD4KHN7FSL86TK67EZNJZ7JVJUT2WFASSHN5FKT",
}}

func TestVectors(t *testing.T) {
	for _, tt := range vectors {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Recover(tt.code)
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(s.root[:]); got != tt.root {
				t.Errorf("root = %s, want %s", got, tt.root)
			}
			store := s.Store()
			if got := hex.EncodeToString(store[:]); got != tt.store {
				t.Errorf("store key = %s, want %s", got, tt.store)
			}
			if got := s.Identity().String(); got != tt.identity {
				t.Errorf("identity = %s, want %s", got, tt.identity)
			}
			if got := s.Code(); got != tt.code {
				t.Errorf("code = %s, want %s", got, tt.code)
			}
		})
	}
}

func drawRoot(t *rapid.T) root {
	return root(rapid.SliceOfN(rapid.Byte(), rootLen, rootLen).Draw(t, "root"))
}

func TestCodeAsPeopleTypeIt(t *testing.T) {
	habits := []struct {
		name string
		typo func(string) string
	}{
		{"as shown", func(s string) string { return s }},
		{"small letters", strings.ToLower},
		{"spaces", func(s string) string { return strings.ReplaceAll(s, "-", " ") }},
		{"nothing between", func(s string) string { return strings.ReplaceAll(s, "-", "") }},
		{"a line break", func(s string) string { return s[:29] + "\r\n" + s[30:] + "\n" }},
		{"O for 0", func(s string) string { return strings.ReplaceAll(s, "0", "O") }},
		{"l for 1", func(s string) string { return strings.ReplaceAll(s, "1", "l") }},
		{"I for 1", func(s string) string { return strings.ReplaceAll(s, "1", "I") }},
		{"long dashes", func(s string) string { return strings.ReplaceAll(s, "-", " – ") }},
	}
	for _, tt := range habits {
		t.Run(tt.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				r := drawRoot(t)
				got, err := parseCode(tt.typo(r.code()))
				if err != nil || got != r {
					t.Fatalf("parseCode = another root, %v", err)
				}
			})
		})
	}
}

// wantGroup fails unless code is refused with the group, counted from 0, named.
func wantGroup(t rapid.TB, code []byte, g int) {
	t.Helper()
	_, err := Recover(string(code))
	e, ok := err.(*Error)
	if !ok || e.Kind != Mistyped || e.Group != g+1 {
		t.Fatalf("Recover = %v, want an error in group %d", err, g+1)
	}
}

// TestEverySingleErrorIsFound tries every other character at every place of a code: 1 395 errors each.
func TestEverySingleErrorIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := []byte(drawRoot(t).code())
		for i, right := range code {
			if right == '-' {
				continue
			}
			for _, wrong := range []byte(alphabet + "U*é") {
				if wrong == right {
					continue
				}
				code[i] = wrong
				wantGroup(t, code, i/(groupLen+1))
			}
			code[i] = right
		}
	})
}

func TestEverySwapInAGroupIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := []byte(drawRoot(t).code())
		for g := range groups {
			group := code[g*(groupLen+1):][:groupLen]
			for i := range group {
				for k := range i {
					if group[i] == group[k] {
						continue
					}
					group[i], group[k] = group[k], group[i]
					wantGroup(t, code, g)
					group[i], group[k] = group[k], group[i]
				}
			}
		}
	})
}

func TestEverySwapOfGroupsIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := strings.Split(drawRoot(t).code(), "-")
		for i := range fields {
			for k := range i {
				fields[i], fields[k] = fields[k], fields[i]
				wantGroup(t, []byte(strings.Join(fields, "-")), k)
				fields[i], fields[k] = fields[k], fields[i]
			}
		}
	})
}

func TestACharacterTooManyOrTooFew(t *testing.T) {
	code := vectors[2].code
	for i := range code {
		if code[i] == '-' {
			continue
		}
		g := i / (groupLen + 1)
		wantGroup(t, []byte(code[:i]+code[i+1:]), g)
		wantGroup(t, []byte(code[:i]+"7"+code[i:]), g)
	}
	for _, bad := range []string{"", "-", code[:29], code + "-00006", strings.ReplaceAll(code, "-", "")[1:]} {
		wantGroup(t, []byte(bad), -1)
	}
}

// TestNinthGroup: two errors in one group that its check character misses meet the code's own digest.
func TestNinthGroup(t *testing.T) {
	missed := 0
	for a := range len(alphabet) {
		for b := range len(alphabet) {
			code := []byte(vectors[0].code)
			code[0], code[1] = alphabet[a], alphabet[b]
			if _, err := parseCode(string(code)); err == nil && (a != 0 || b != 0) {
				missed++
			}
		}
	}
	if missed != 0 {
		t.Errorf("%d of 1023 double errors are not found", missed)
	}
}

func TestSecretPrintsAsAWord(t *testing.T) {
	s, err := Recover(vectors[2].code)
	if err != nil {
		t.Fatal(err)
	}
	const want = "[journal key]"
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(verb, s); got != want {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	if b, err := s.MarshalText(); err != nil || !bytes.Equal(b, []byte(want)) {
		t.Errorf("MarshalText = %q, %v", b, err)
	}
}

func FuzzRecover(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.code)
	}
	f.Add("")
	f.Add(strings.Repeat("é", 45))
	f.Fuzz(func(t *testing.T, typed string) {
		s, err := Recover(typed)
		if err != nil {
			if KindOf(err) != Mistyped {
				t.Errorf("Recover = %v, want Mistyped", err)
			}
			return
		}
		again, err := Recover(s.Code())
		if err != nil || again.root != s.root {
			t.Errorf("the code of an accepted code is refused: %v", err)
		}
	})
}
