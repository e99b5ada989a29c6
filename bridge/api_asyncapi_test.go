package bridge

import (
	"reflect"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// told is one message outside of the calls of the table: what it is called, what
// it carries, and what it says.
type told struct {
	name    string
	payload reflect.Type
	summary string
}

// The messages of the two doors, in the order in which they come.
var (
	toldFirst = []told{
		{"challenge", reflect.TypeFor[challenge](), "The first message to a web page: what its auth or enrol signs."},
		{"hello", reflect.TypeFor[hello](), "All that a front end shows, once it is let in; to a local program, the first message."},
		{"event", reflect.TypeFor[state.Event](), "One change. type says which member is set."},
	}
	toldPairing = []told{
		{"pairChallenge", reflect.TypeFor[pairChallenge](), "The first message at the pairing door, named challenge on the wire."},
		{"paired", reflect.TypeFor[paired](), "The user has accepted: the page keeps the machine's key."},
		{"refused", reflect.TypeFor[refused](), "The pairing came to nothing; the connection ends."},
	}
	askedFirst = []told{
		{"auth", reflect.TypeFor[showParams](), "The call by which a page that is paired shows who it is, with keyId."},
		{"enrol", reflect.TypeFor[showParams](), "The call by which a page of a listed site brings its key, with publicKey."},
	}
	askedPairing = []told{
		{"pair", reflect.TypeFor[pairParams](), "The call by which a page asks to be paired."},
	}
	answers = map[string]told{
		"auth":  {"authResult", reflect.TypeFor[meeting](), "The page is let in; the machine has signed the page's nonce."},
		"enrol": {"enrolResult", reflect.TypeFor[meeting](), "The page is let in; the machine has signed the page's nonce."},
		"pair":  {"pairResult", reflect.TypeFor[asked](), "The code that the page shows while the user is asked."},
	}
)

// asyncAPI describes what is said outside of the calls of the table: the handshake,
// the pairing, the hello and the events.
func asyncAPI(t *testing.T) object {
	s := newSchemas(t)
	messages, operations := object{}, object{}
	channel := func(name, address, title string, sent, received []told) object {
		own := object{}
		add := func(m told) object {
			messages[m.name] = object{"name": m.name, "summary": m.summary, "contentType": "application/json", "payload": s.of(t, m.payload)}
			own[m.name] = object{"$ref": "#/components/messages/" + m.name}
			return object{"$ref": "#/channels/" + name + "/messages/" + m.name}
		}
		here := object{"$ref": "#/channels/" + name}
		for _, m := range sent {
			operations[m.name] = object{"action": "send", "channel": here, "summary": m.summary, "messages": []any{add(m)}}
		}
		for _, m := range received {
			operations[m.name] = object{"action": "receive", "channel": here, "summary": m.summary, "messages": []any{add(m)},
				"reply": object{"channel": here, "messages": []any{add(answers[m.name])}}}
		}
		return object{"address": address, "title": title, "messages": own}
	}
	channels := object{
		"v1":   channel("v1", "/v1", "The API: notifications of JSON-RPC, named after their message.", toldFirst, askedFirst),
		"pair": channel("pair", "/v1/pair", "The pairing door, subprotocol agrafe.pair.v1.", toldPairing, askedPairing),
	}
	return object{
		"asyncapi": "3.0.0", "info": info(), "defaultContentType": "application/json",
		"servers":  object{"local": object{"host": "127.0.0.1:17373", "protocol": "ws"}},
		"channels": channels, "operations": operations,
		"components": object{"messages": messages, "schemas": s.used(messages)},
	}
}
