package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// A method takes an idempotency key exactly when it changes something, and may
// then fail with duplicate.
func TestEveryChangeTakesAKey(t *testing.T) {
	for _, m := range methods {
		_, keys := reflect.Zero(m.params).Interface().(interface{ key() string })
		if changes := m.changes != reads; keys != changes {
			t.Errorf("%s: changes %s, takes a key: %v", m.name, m.changes, keys)
		}
		if m.runs == long && m.changes != remembered {
			t.Errorf("%s is a job and not remembered", m.name)
		}
	}
}

// Over the wire: the repetition of a call gives its first result and does nothing,
// and the same key with other parameters is a duplicate, whatever the method.
func TestRepetitionsOverTheWire(t *testing.T) {
	r := start(t, "medecin-secteur1")
	c := r.dial(t)
	c.settled(r)
	r.typing(t)
	p := principal{name: "local", scopes: allScopes, local: true}
	ids := r.created(t, p, 5)
	signed, lotID := r.signedFSE(t, p)
	theirs := practice()
	theirs.Telephone = "0102030405"
	unused := practice()
	unused.NumeroAM = "991000031"
	r.must(t, p, "practice.set", settingsOf(t, unused), nil)
	var noted state.Return
	r.must(t, p, "returns.reject", `{"numero":"000000779","date":"2026-01-05","libelle":"droits fermés"}`, &noted)
	settings := func(c cabinet.Cabinet) string { return strings.TrimSuffix(settingsOf(t, c), "}") }
	tests := []struct{ method, params, other string }{
		{"fse.create", `{"facture":{"mode":"degrade"}`, `{"facture":{"mode":"securise"}`},
		{"fse.update", fmt.Sprintf(`{"id":%q,"facture":{"mode":"degrade"}`, ids[0]), fmt.Sprintf(`{"id":%q,"facture":{"mode":"degrade"}`, ids[1])},
		{"fse.degrade", fmt.Sprintf(`{"id":%q,"motif":"lecteur"`, ids[1]), fmt.Sprintf(`{"id":%q,"motif":"rejet"`, ids[1])},
		{"fse.split", fmt.Sprintf(`{"id":%q`, ids[1]), fmt.Sprintf(`{"id":%q`, ids[0])},
		{"fse.sign", fmt.Sprintf(`{"id":%q`, ids[2]), fmt.Sprintf(`{"id":%q`, ids[1])},
		{"fse.signMany", fmt.Sprintf(`{"ids":[%q]`, ids[3]), fmt.Sprintf(`{"ids":[%q]`, ids[2])},
		{"fse.cancel", fmt.Sprintf(`{"id":%q`, ids[0]), fmt.Sprintf(`{"id":%q`, ids[1])},
		{"fse.toPaper", fmt.Sprintf(`{"id":%q`, ids[4]), fmt.Sprintf(`{"id":%q`, ids[0])},
		{"fse.collect", fmt.Sprintf(`{"id":%q,"montant":100,"moyen":"carte"`, signed.ID), fmt.Sprintf(`{"id":%q,"montant":200,"moyen":"carte"`, signed.ID)},
		{"print.mark", fmt.Sprintf(`{"ids":[%q],"etat":"imprime"`, signed.ID), fmt.Sprintf(`{"ids":[%q],"etat":"signe"`, signed.ID)},
		{"returns.reject", `{"numero":"000000777","date":"2026-01-05","libelle":"droits fermés"`, `{"numero":"000000778","date":"2026-01-05","libelle":"x"`},
		{"returns.withdraw", fmt.Sprintf(`{"id":%q,"motif":"lu deux fois"`, noted.ID), fmt.Sprintf(`{"id":%q,"motif":"x"`, noted.ID)},
		{"practice.set", settings(theirs), settings(practice())},
		{"practice.remove", `{"numeroAM":"991000031"`, `{"numeroAM":"991000015"`},
		{"lots.close", fmt.Sprintf(`{"id":%q`, lotID), fmt.Sprintf(`{"id":%q`, ids[1])},
		{"cards.openPinSession", `{"reader":"a"`, `{"reader":"b"`},
		{"cards.closePinSession", `{"reader":"a"`, `{"reader":"b"`},
		{"lease.acquire", `{"reader":"a","seconds":100`, `{"reader":"a","seconds":200`},
		{"lease.steal", `{"reader":"a","seconds":100`, `{"reader":"b","seconds":100`},
	}
	for _, tt := range tests {
		t.Run(tt.method, func(t *testing.T) {
			c.t = t
			first := c.call(tt.method, tt.params+`,"idempotencyKey":"k"}`)
			if first.Error != nil {
				t.Fatalf("%s", first.text)
			}
			again := c.call(tt.method, " {\"idempotencyKey\" : \"k\", "+tt.params[1:]+"}")
			if again.Error != nil || stable(again.Result) != stable(first.Result) {
				t.Errorf("the first gives %s, its repetition %s", first.text, again.text)
			}
			if m := c.call(tt.method, tt.other+`,"idempotencyKey":"k"}`); m.kind() != state.Duplicate {
				t.Errorf("another call with the key gives %s", m.text)
			}
			if m := c.call(tt.method, tt.other+`,"idempotencyKey":"`+strings.Repeat("k", maxKey+1)+`"}`); m.kind() != state.Invalid {
				t.Errorf("a key that is too long gives %s", m.text)
			}
		})
	}
	if _, e := r.as(t, page("b", scopeFSE), "fse.create", `{"facture":{"mode":"securise"},"idempotencyKey":"k"}`); e != nil {
		t.Errorf("another principal's call with the same key: %v", e)
	}

}

// settingsOf is a call that keeps the settings of a practice.
func settingsOf(t *testing.T, c cabinet.Cabinet) string {
	t.Helper()
	text, err := json.Marshal(map[string]cabinet.Cabinet{"cabinet": c})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// stable is a result without what an event may have changed since.
func stable(result []byte) string {
	text, _, _ := strings.Cut(string(result), `"modifiee"`)
	return text
}

func repeated(key, digest string) lot.Call {
	return lot.Call{Principal: "p", Method: "m", Key: key, Digest: digest}
}

// Calls that come together with one key are done once.
func TestMemoryDoesOnce(t *testing.T) {
	m := newMemory(time.Now)
	done, release := 0, make(chan struct{})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			r, err := m.do(t.Context(), repeated("k", "d"), func() (any, error) { done++; <-release; return 7, nil })
			if r != 7 || err != nil {
				t.Errorf("%v, %v", r, err)
			}
		})
	}
	close(release)
	all.Wait()
	if done != 1 {
		t.Errorf("done %d times", done)
	}
}

// What failed, or panicked, may be tried again; who waits does not wait for longer
// than it wants.
func TestMemoryForgetsFailures(t *testing.T) {
	m := newMemory(time.Now)
	if _, err := m.do(t.Context(), repeated("k", "d"), func() (any, error) { return nil, errors.New("x") }); err == nil {
		t.Error("no error")
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = m.do(t.Context(), repeated("k", "d"), func() (any, error) { panic("defect") })
	}()
	if r, err := m.do(t.Context(), repeated("k", "d"), func() (any, error) { return 1, nil }); r != 1 || err != nil {
		t.Errorf("the third gives %v, %v", r, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	begun, release := make(chan struct{}), make(chan struct{})
	go func() {
		_, _ = m.do(t.Context(), repeated("slow", "d"), func() (any, error) { close(begun); <-release; return 1, nil })
	}()
	<-begun
	cancel()
	if _, err := m.do(ctx, repeated("slow", "d"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("who waits gets %v", err)
	}
	close(release)
}

// The memory is bounded in time and in number, for each principal.
func TestMemoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(time.Now)
		n := 0
		do := func(principal, key string) int {
			c := repeated(key, "d")
			c.Principal = principal
			r, err := m.do(t.Context(), c, func() (any, error) { n++; return n, nil })
			if err != nil {
				t.Fatal(err)
			}
			return r.(int)
		}
		other := do("other", "k")
		for i := range rememberMax + 1 {
			do("p", fmt.Sprint(i))
		}
		if before := n; do("p", "1") != before-rememberMax+1 || n != before {
			t.Error("the second is forgotten")
		}
		if before := n; do("p", "0") != before+1 {
			t.Error("the oldest is still remembered")
		}
		if do("other", "k") != other {
			t.Error("one principal's calls push out another's")
		}
		time.Sleep(rememberFor + time.Second)
		if before := n; do("other", "k") != before+1 || len(m.first) != 1 || len(m.order) != 1 {
			t.Errorf("%d are remembered for too long", len(m.first))
		}
	})
}
