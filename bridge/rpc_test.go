package bridge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

func TestCallsAreAnswered(t *testing.T) {
	c := start(t).dial(t)
	tests := []struct {
		name  string
		frame string
		id    string // of the answer
		code  int    // 0 for a result
	}{
		{"number", `{"jsonrpc":"2.0","id":7,"method":"system.ping","params":{"echo":1}}`, `7`, 0},
		{"negative", `{"jsonrpc":"2.0","id":-7,"method":"system.ping","params":{"echo":1}}`, `-7`, 0},
		{"fraction", `{"jsonrpc":"2.0","id":1.50,"method":"system.ping","params":{"echo":1}}`, `1.50`, 0},
		{"beyond a double", `{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"system.ping","params":{"echo":1}}`, `123456789012345678901234567890`, 0},
		{"string", `{"jsonrpc":"2.0","id":"é\n","method":"system.ping","params":{"echo":1}}`, `"é\n"`, 0},
		{"empty string", `{"jsonrpc":"2.0","id":"","method":"system.ping","params":{"echo":1}}`, `""`, 0},
		{"any order", `{"method":"system.ping","params":{"echo":1},"id":8,"jsonrpc":"2.0"}`, `8`, 0},
		{"free space", " \t\r\n{ \"jsonrpc\" : \"2.0\", \"id\":9, \"method\":\"system.ping\",\"params\":{\"echo\":1}}\n", `9`, 0},
		{"null id", `{"jsonrpc":"2.0","id":null,"method":"system.ping"}`, `null`, codeRequest},
		{"object id", `{"jsonrpc":"2.0","id":{"a":1},"method":"system.ping"}`, `null`, codeRequest},
		{"list id", `{"jsonrpc":"2.0","id":[1],"method":"system.ping"}`, `null`, codeRequest},
		{"bool id", `{"jsonrpc":"2.0","id":true,"method":"system.ping"}`, `null`, codeRequest},
		{"unknown method", `{"jsonrpc":"2.0","id":10,"method":"system.halt"}`, `10`, codeMethod},
		{"method in other case", `{"jsonrpc":"2.0","id":10,"method":"System.Ping"}`, `10`, codeMethod},
		{"reserved method", `{"jsonrpc":"2.0","id":10,"method":"rpc.discover"}`, `10`, codeMethod},
		{"unknown parameter", `{"jsonrpc":"2.0","id":11,"method":"system.ping","params":{"ech":1}}`, `11`, codeParams},
		{"parameter in other case", `{"jsonrpc":"2.0","id":11,"method":"system.ping","params":{"Echo":1}}`, `11`, codeParams},
		{"parameter of another type", `{"jsonrpc":"2.0","id":12,"method":"events.resync","params":{"since":"1"}}`, `12`, codeParams},
		{"negative since", `{"jsonrpc":"2.0","id":12,"method":"events.resync","params":{"since":-1}}`, `12`, codeParams},
		{"fractional since", `{"jsonrpc":"2.0","id":12,"method":"events.resync","params":{"since":0.5}}`, `12`, codeParams},
		{"huge since", `{"jsonrpc":"2.0","id":12,"method":"events.resync","params":{"since":1e400}}`, `12`, codeParams},
		{"parameters by position", `{"jsonrpc":"2.0","id":13,"method":"system.ping","params":[1]}`, `13`, codeParams},
		{"a number for parameters", `{"jsonrpc":"2.0","id":13,"method":"system.ping","params":5}`, `13`, codeParams},
		{"no version", `{"id":14,"method":"system.ping"}`, `14`, codeRequest},
		{"another version", `{"jsonrpc":"1.0","id":14,"method":"system.ping"}`, `14`, codeRequest},
		{"no method", `{"jsonrpc":"2.0","id":15}`, `15`, codeRequest},
		{"unknown member", `{"jsonrpc":"2.0","id":16,"method":"system.ping","extra":1}`, `16`, codeRequest},
		{"an answer", `{"jsonrpc":"2.0","id":17,"result":1}`, `17`, codeRequest},
		{"batch", `[{"jsonrpc":"2.0","id":18,"method":"system.ping"}]`, `null`, codeRequest},
		{"empty batch", `[]`, `null`, codeRequest},
		{"a number", `42`, `null`, codeRequest},
		{"a string", `"system.ping"`, `null`, codeRequest},
		{"null", `null`, `null`, codeRequest},
		{"empty object", `{}`, `null`, codeRequest},
		{"empty", ``, `null`, codeParse},
		{"free space only", "  \n", `null`, codeParse},
		{"two values", `{"jsonrpc":"2.0","id":1,"method":"system.ping"}{}`, `null`, codeParse},
		{"cut short", `{"jsonrpc":"2.0","id":1,"method":"system.ping"`, `null`, codeParse},
		{"comment", `{"jsonrpc":"2.0",/**/"id":1,"method":"system.ping"}`, `null`, codeParse},
		{"NUL", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"system.ping\"}\x00", `null`, codeParse},
		{"byte order mark", "\xef\xbb\xbf" + `{"jsonrpc":"2.0","id":1,"method":"system.ping"}`, `null`, codeParse},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c.t = t
			c.send(tt.frame)
			m := c.answer()
			code := 0
			if m.Error != nil {
				code = m.Error.Code
			}
			if m.Version != "2.0" || string(m.ID) != tt.id || code != tt.code {
				t.Errorf("the answer is %s", m.text)
			}
			if (m.Error == nil) == (m.Result == nil) {
				t.Errorf("the answer has both or neither of result and error: %s", m.text)
			}
			if m.Error != nil && m.kind() != state.Invalid {
				t.Errorf("the kind is %q", m.kind())
			}
		})
	}
}

// Bad JSON, bad request, unknown method, bad parameters and bad state are told
// apart by code, and each has its own stable name.
func TestErrorsAreToldApart(t *testing.T) {
	c := start(t).dial(t)
	frames := []string{
		`{`,
		`{"jsonrpc":"2.0","id":1}`,
		`{"jsonrpc":"2.0","id":1,"method":"none"}`,
		`{"jsonrpc":"2.0","id":1,"method":"fse.get","params":{"none":1}}`,
		`{"jsonrpc":"2.0","id":1,"method":"fse.get","params":{"id":"none"}}`,
	}
	codes, names := map[int]bool{}, map[string]bool{}
	for _, frame := range frames {
		c.send(frame)
		m := c.answer()
		if m.Error == nil || m.Error.Data == nil || m.Error.Message == "" || m.Error.Data.Code == "" {
			t.Fatalf("the answer is %s", m.text)
		}
		codes[m.Error.Code], names[m.Error.Data.Code] = true, true
	}
	if len(codes) != len(frames) || len(names) != len(frames) {
		t.Errorf("codes %v, names %v", codes, names)
	}
}

func TestKindsHaveTheirNumber(t *testing.T) {
	seen := map[int]bool{}
	for i, k := range state.Kinds {
		if kindCode(k) != -32000-i || seen[kindCode(k)] {
			t.Errorf("%s has the number %d", k, kindCode(k))
		}
		seen[kindCode(k)] = true
	}
}

func TestNotificationsAreNotAnswered(t *testing.T) {
	c := start(t).dial(t)
	for _, frame := range []string{
		`{"jsonrpc":"2.0","method":"system.ping","params":{"echo":1}}`,
		`{"jsonrpc":"2.0","method":"none"}`,
		`{"jsonrpc":"2.0","method":"system.ping","params":5}`,
		`{"jsonrpc":"2.0","method":"fse.get","params":{"id":"none"}}`,
		`{"jsonrpc":"2.0","method":"cards.readVitale"}`,
	} {
		c.send(frame)
	}
	c.alive() // fails if an answer to another comes first
	if n := len(c.answers); n != 0 {
		t.Errorf("%d more answers", n)
	}
}

// parameters has random parameters for each method: names that are known, with
// values of any type.
func parameters() *rapid.Generator[map[string]any] {
	names := []string{"echo", "since", "reader", "previous", "seconds", "id", "facture", "idempotencyKey", "after", "limit",
		"cps", "vitale", "lease", "motif", "mode", "actes", "professionnel", "beneficiaire", "dateSoins", "", "é", "__proto__"}
	value := rapid.Deferred(func() *rapid.Generator[any] {
		return rapid.OneOf(
			rapid.Just[any](nil),
			rapid.Map(rapid.Bool(), func(b bool) any { return b }),
			rapid.Map(rapid.Int64(), func(n int64) any { return n }),
			rapid.Map(rapid.Float64Range(-1e30, 1e30), func(n float64) any { return n }),
			rapid.Map(rapid.String(), func(s string) any { return strings.ToValidUTF8(s, "?") }),
			rapid.Map(rapid.SampledFrom([]string{"a", "b", "1", "2026-01-05", "securise", "/", "../..", "\x00"}), func(s string) any { return s }),
			rapid.Map(rapid.MapOfN(rapid.SampledFrom(names), rapid.Int(), 0, 3), func(m map[string]int) any { return m }),
			rapid.Map(rapid.SliceOfN(rapid.Int(), 0, 3), func(l []int) any { return l }),
		)
	})
	return rapid.MapOfN(rapid.SampledFrom(names), value, 0, 4)
}

// mayFail says whether kind stands in m's row, or is no failure at all.
func (m method) mayFail(kind state.Kind) bool {
	return kind == "" || slices.Contains(everyKinds, kind) || slices.Contains(m.kinds, kind)
}

// No parameters whatever make a method fail with internal or end the connection.
func TestNoParametersBreakAMethod(t *testing.T) {
	r := start(t, "medecin-secteur1", "patient")
	c := r.dial(t)
	c.settled(r)
	for _, m := range methods {
		t.Run(m.name, func(t *testing.T) {
			c.t = t
			for _, params := range []string{"", "{}", "null", "[]", "0", `""`, "true", `{"":null}`} {
				if kind := c.call(m.name, params).kind(); kind == state.Internal || !m.mayFail(kind) {
					t.Errorf("%s gives %q", params, kind)
				}
			}
			rapid.Check(t, func(t *rapid.T) {
				params, err := json.Marshal(parameters().Draw(t, "params"))
				if err != nil {
					t.Fatal(err)
				}
				if answer := c.call(m.name, string(params)); answer.kind() == state.Internal || !m.mayFail(answer.kind()) {
					t.Fatalf("%s", answer.text)
				}
			})
		})
	}
	c.t = t
	c.alive()
}

// What is created is listed, read, replaced, cancelled; and its key gives it back.
func TestFSEOverTheWire(t *testing.T) {
	c := start(t).dial(t)
	type shown struct {
		ID   string `json:"id"`
		Etat string `json:"etat"`
	}
	create := `{"facture":{"mode":"degrade"},"idempotencyKey":"k"}`
	var first, again, got shown
	c.mustCall("fse.create", create, &first)
	c.mustCall("fse.create", create, &again)
	if first.ID == "" || first != again {
		t.Errorf("the repetition gives %v, the first %v", again, first)
	}
	if kind := c.call("fse.create", `{"facture":{"mode":"securise"},"idempotencyKey":"k"}`).kind(); kind != state.Duplicate {
		t.Errorf("another call with the key gives %q", kind)
	}
	c.mustCall("fse.get", fmt.Sprintf(`{"id":%q}`, first.ID), &got)
	if diff := cmp.Diff(first, got); diff != "" {
		t.Error(diff)
	}
	var list struct{ FSE []shown }
	c.mustCall("fse.list", `{}`, &list)
	if len(list.FSE) != 1 || list.FSE[0] != first {
		t.Errorf("the list is %v", list)
	}
	c.mustCall("fse.cancel", fmt.Sprintf(`{"id":%q,"motif":"essai"}`, first.ID), nil)
	if kind := c.call("fse.sign", fmt.Sprintf(`{"id":%q}`, first.ID)).kind(); kind != state.Invalid {
		t.Errorf("signing what is cancelled gives %q", kind)
	}
}

// Local programs sign and list what they have made; those of the practice's machine
// read and cancel what any front end has made, when they ask for it. How web pages
// are kept apart is TestS17's.
func TestLocalProgramsSeeThePractice(t *testing.T) {
	r := start(t)
	token, user := r.dial(t), r.dialControl(t)
	var made struct {
		ID string `json:"id"`
	}
	user.mustCall("fse.create", `{"facture":{"mode":"degrade"}}`, &made)
	var mine, all struct{ FSE []struct{ ID string } }
	token.mustCall("fse.list", `{}`, &mine)
	token.mustCall("fse.list", `{"all":true}`, &all)
	if len(mine.FSE) != 0 || len(all.FSE) != 1 || all.FSE[0].ID != made.ID {
		t.Errorf("its own are %v, all are %v", mine, all)
	}
	id := fmt.Sprintf(`{"id":%q}`, made.ID)
	if kind := token.call("fse.sign", id).kind(); kind != state.NotFound {
		t.Errorf("signing what another has made gives %q", kind)
	}
	token.mustCall("fse.get", id, nil)
	token.mustCall("fse.cancel", fmt.Sprintf(`{"id":%q,"motif":"essai"}`, made.ID), nil)
}

// A method needs the right that stands beside its name.
func TestS18Scopes(t *testing.T) {
	free := []string{"system.ping", "system.status", "system.snapshot", "events.resync", "jobs.get", "jobs.list", "jobs.cancel", "origins.me"}
	for _, m := range methods {
		a := m.access
		for set := range 1 << len(allScopes) {
			var has []scope
			for i, s := range allScopes {
				if set&(1<<i) != 0 {
					has = append(has, s)
				}
			}
			enough := len(a.scopes) == 0 || slices.ContainsFunc(a.scopes, func(s scope) bool { return slices.Contains(has, s) })
			for _, local := range []bool{false, true} {
				if got := a.admits(principal{scopes: has, local: local}); got != (enough && (local || !a.local)) {
					t.Errorf("%s for %v, local %v: %v", m.name, has, local, got)
				}
			}
		}
		if len(a.scopes) == 0 && !slices.Contains(free, m.name) {
			t.Errorf("%s needs no right", m.name)
		}
	}
	if len(methodTable()) != len(methods) {
		t.Error("a method stands twice in the table")
	}
}

// The API has no place for a code, a command of a card or bytes to sign.
func TestS23NoRawMethod(t *testing.T) {
	for _, m := range methods {
		for _, word := range []string{"apdu", "transmit", "raw", "hash", "digest", "verify", "code", "pin"} {
			name := strings.NewReplacer("pinsession", "", "lots.transmit", "", "journal.verify", "", "returns.withdraw", "").Replace(strings.ToLower(m.name))
			if m.name != "system.ping" && strings.Contains(name, word) {
				t.Errorf("%s", m.name)
			}
		}
	}
}

func TestStaleControlSocketIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c")
	l, err := listenUnixAndLeave(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r := start(t)
	r.stop()
	r.cfg.Control = path
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Fatal(err)
	}
	startWith(t, r.cfg).dialControl(t).alive()
}

func TestSecondDaemonIsRefused(t *testing.T) {
	first, second := start(t), start(t)
	second.stop()
	second.cfg.Control = first.cfg.ControlSocket()
	before := len(socketsOf(t))
	_, err := New(second.reopened(t), "test", second.server.log)
	if err == nil || !strings.Contains(err.Error(), "running already") || !strings.Contains(err.Error(), second.cfg.Control) {
		t.Errorf("the error is %v", err)
	}
	// The first daemon closes the connection by which it was found on its own time.
	eventually(t, "no socket is left behind", func() bool { return len(socketsOf(t)) <= before })
	first.dialControl(t).alive()
}

// The control socket has two doors and no others.
func TestControlSocketHasTwoDoors(t *testing.T) {
	r := start(t)
	for _, path := range []string{"/", "/v2", "/prompt/", "/d/0"} {
		answer := ask(t, "unix", r.cfg.ControlSocket(), once(upgradeTo(path, "Host: control")))
		if code, _, body := statusOf(t, answer); code != http.StatusForbidden || body != "" {
			t.Errorf("%s: status %d, body %q", path, code, body)
		}
	}
}
