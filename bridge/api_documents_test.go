package bridge

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/bridge/api"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

func parsed(t *testing.T, text []byte) object {
	t.Helper()
	var doc object
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// at is the value at a JSON pointer, nil if there is none.
func at(doc any, pointer string) any {
	for _, name := range strings.Split(strings.TrimPrefix(pointer, "#/"), "/") {
		o, _ := doc.(object)
		doc = o[name]
	}
	return doc
}

// walk visits every object of a document with the pointer to it.
func walk(v any, pointer string, visit func(pointer string, o object)) {
	switch v := v.(type) {
	case object:
		visit(pointer, v)
		for name, member := range v {
			walk(member, pointer+"/"+name, visit)
		}
	case []any:
		for _, member := range v {
			walk(member, pointer, visit)
		}
	}
}

// has checks that o has exactly the members that are needed and may have others.
func has(t *testing.T, where string, o object, needed, others []string) {
	t.Helper()
	for _, name := range needed {
		if o[name] == nil {
			t.Errorf("%s: no %s", where, name)
		}
	}
	for name := range o {
		if !slices.Contains(needed, name) && !slices.Contains(others, name) && !strings.HasPrefix(name, "x-") {
			t.Errorf("%s: %s is not of the format", where, name)
		}
	}
}

// Every reference leads somewhere, no schema is there for nothing, and both
// documents mean the same by a name.
func TestDocumentsHoldTogether(t *testing.T) {
	both := []object{parsed(t, api.OpenRPC), parsed(t, api.AsyncAPI)}
	for _, doc := range both {
		used := make(map[string]bool)
		walk(doc, "", func(where string, o object) {
			ref, ok := o["$ref"].(string)
			if !ok {
				return
			}
			used[ref] = true
			if at(doc, ref) == nil {
				t.Errorf("%s: %s leads nowhere", where, ref)
			}
		})
		for name := range at(doc, "components/schemas").(object) {
			if !used["#/components/schemas/"+name] {
				t.Errorf("nothing uses the schema %s", name)
			}
		}
	}
	one, other := at(both[0], "components/schemas").(object), at(both[1], "components/schemas").(object)
	for name := range one {
		a, _ := json.Marshal(one[name])
		if b, _ := json.Marshal(other[name]); other[name] != nil && string(a) != string(b) {
			t.Errorf("%s is one thing in a document and another in the other", name)
		}
	}
}

// The members that OpenRPC 1.3 knows, at each place (spec.open-rpc.org).
func TestOpenRPCHasItsForm(t *testing.T) {
	doc := parsed(t, api.OpenRPC)
	has(t, "document", doc, []string{"openrpc", "info", "methods"}, []string{"servers", "components", "externalDocs"})
	has(t, "info", doc["info"].(object), []string{"title", "version"}, []string{"description", "license", "contact", "termsOfService"})
	names := make(map[string]bool)
	for _, v := range doc["methods"].([]any) {
		m := v.(object)
		name := m["name"].(string)
		names[name] = true
		has(t, name, m, []string{"name", "params", "result", "summary", "errors"},
			[]string{"paramStructure", "description", "tags", "examples", "deprecated", "servers", "links"})
		has(t, name+" result", m["result"].(object), []string{"name", "schema"}, []string{"summary", "description", "required", "deprecated"})
		seen := make(map[string]bool)
		for _, v := range m["params"].([]any) {
			p := v.(object)
			has(t, name+" parameter", p, []string{"name", "schema"}, []string{"summary", "description", "required", "deprecated"})
			if seen[p["name"].(string)] {
				t.Errorf("%s has %s twice", name, p["name"])
			}
			seen[p["name"].(string)] = true
		}
		if m["paramStructure"] != "by-name" || !strings.HasSuffix(m["summary"].(string), ".") {
			t.Errorf("%s: %v", name, m["summary"])
		}
	}
	for _, m := range methods {
		if !names[m.name] {
			t.Errorf("%s is not described", m.name)
		}
	}
	for kind, v := range at(doc, "components/errors").(object) {
		has(t, kind, v.(object), []string{"code", "message", "data"}, nil)
		if !slices.Contains(state.Kinds, state.Kind(kind)) {
			t.Errorf("no kind %s", kind)
		}
	}
}

// The members that AsyncAPI 3.0 knows, at each place (asyncapi.com).
func TestAsyncAPIHasItsForm(t *testing.T) {
	doc := parsed(t, api.AsyncAPI)
	has(t, "document", doc, []string{"asyncapi", "info", "channels", "operations"},
		[]string{"id", "servers", "defaultContentType", "components"})
	for name, v := range doc["servers"].(object) {
		has(t, name, v.(object), []string{"host", "protocol"}, []string{"pathname", "description", "title", "summary"})
	}
	for name, v := range doc["channels"].(object) {
		has(t, name, v.(object), []string{"address", "messages"}, []string{"title", "summary", "description", "servers"})
	}
	for name, v := range doc["operations"].(object) {
		o := v.(object)
		has(t, name, o, []string{"action", "channel"}, []string{"title", "summary", "description", "messages", "reply"})
		if o["action"] != "send" && o["action"] != "receive" {
			t.Errorf("%s: %v", name, o["action"])
		}
		channel := o["channel"].(object)["$ref"].(string)
		for _, m := range o["messages"].([]any) {
			if ref := m.(object)["$ref"].(string); path.Dir(path.Dir(ref)) != channel {
				t.Errorf("%s: the message %s is not of the channel %s", name, ref, channel)
			}
		}
	}
	for name, v := range at(doc, "components/messages").(object) {
		has(t, name, v.(object), []string{"name", "payload"}, []string{"title", "summary", "description", "contentType", "headers"})
	}
}

// rawWord are the words of what the API has no place for: a command of a card or
// its answer, bytes to sign, a signature without what it is about, a code.
var rawWord = regexp.MustCompile(`(?i)apdu|atr$|statusword|sw1|hash|digest|tosign|pin$|^pin|codeporteur|password|secret|puk|verify`)

// S23: there is no place for a code, a command of a card or bytes to sign anywhere
// in what the daemon takes or gives. The signatures are those of the pairing, over
// texts that the daemon makes.
func TestS23NoPlaceForSecrets(t *testing.T) {
	allowed := []string{"pinpad", "pinTriesLeft"} // whether there is one, and how many tries are left
	for name, text := range map[string][]byte{"openrpc": api.OpenRPC, "asyncapi": api.AsyncAPI} {
		walk(parsed(t, text), "", func(where string, o object) {
			properties, _ := o["properties"].(object)
			for member := range properties {
				if rawWord.MatchString(member) && !slices.Contains(allowed, member) {
					t.Errorf("%s%s: %s", name, where, member)
				}
				if member == "signature" && !signatureIsKnown(where) {
					t.Errorf("%s%s: a signature", name, where)
				}
			}
			if n, ok := o["name"].(string); ok && o["schema"] != nil && rawWord.MatchString(n) {
				t.Errorf("%s%s: the parameter %s", name, where, n)
			}
		})
	}
}

// signatureIsKnown says whether a member named signature may stand there: in the
// handshake, and in an FSE, where it tells when and with which card.
func signatureIsKnown(where string) bool {
	return slices.Contains([]string{"ShowParams", "PairParams", "Proof", "FSE"}, path.Base(where))
}
