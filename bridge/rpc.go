package bridge

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Limits of a frame. 256 KiB hold a draft of a thousand acts.
const (
	maxFrame = 256 << 10
	maxDepth = 32
	maxNames = 20_000 // members and elements in one frame
)

// request is one JSON-RPC 2.0 call or notification.
type request struct {
	Version string         `json:"jsonrpc"`
	ID      jsontext.Value `json:"id,omitempty"` // string or number; absent in a notification
	Method  string         `json:"method"`
	Params  jsontext.Value `json:"params,omitempty"`
}

// response is the answer to a call: Result or Error.
type response struct {
	Version string         `json:"jsonrpc"`
	ID      jsontext.Value `json:"id"`
	Result  any            `json:"result,omitzero"`
	Error   *rpcError      `json:"error,omitzero"`
}

// notification is a message that wants no answer.
type notification struct {
	Version string `json:"jsonrpc"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
}

// rpcError is the error of a response. Data is what a program goes by.
type rpcError struct {
	Code    int          `json:"code"`
	Message string       `json:"message"`
	Data    *state.Error `json:"data"`
}

// Codes of JSON-RPC 2.0, section 5.1. Those of our own kinds follow kindCode.
const (
	codeParse   = -32700
	codeRequest = -32600
	codeMethod  = -32601
	codeParams  = -32602
)

// kindCode is the number of a kind: -32000 and downwards, in the wire's order.
func kindCode(k state.Kind) int { return -32000 - slices.Index(state.Kinds, k) }

var null = jsontext.Value("null")

// fault is a frame that is no call: what is wrong, with its JSON-RPC code.
func fault(rpcCode int, code, message, path string) *rpcError {
	return &rpcError{Code: rpcCode, Message: message,
		Data: documented(&state.Error{Kind: state.Invalid, Code: code, Message: message, Path: path})}
}

// parse reads one frame strictly: valid UTF-8, no duplicate names, bounded depth
// and size, one value, one call. Batches are refused.
func parse(frame []byte) (request, *rpcError) {
	var r request
	if e := scan(frame); e != nil {
		return request{ID: idOf(frame)}, e
	}
	if first := bytes.TrimLeft(frame, " \t\r\n"); first[0] != '{' {
		return r, fault(codeRequest, "REQUETE", "Chaque message porte un seul appel : les lots d'appels JSON-RPC sont refusés.", "")
	}
	if err := json.Unmarshal(frame, &r, json.RejectUnknownMembers(true)); err != nil {
		return request{ID: idOf(frame)}, fault(codeRequest, "REQUETE", "Ce n'est pas un appel JSON-RPC 2.0.", pointer(err))
	}
	if !isID(r.ID) {
		r.ID = nil
		return r, fault(codeRequest, "REQUETE", "L'identifiant d'un appel est une chaîne ou un nombre.", "/id")
	}
	if r.Version != "2.0" || r.Method == "" {
		return r, fault(codeRequest, "REQUETE", "Ce n'est pas un appel JSON-RPC 2.0.", "")
	}
	return r, nil
}

// isID says whether v may identify a call; none is a notification's.
func isID(v jsontext.Value) bool { return v == nil || v.Kind() == '"' || v.Kind() == '0' }

// idOf finds the identifier of an object that is refused, nil if there is none.
func idOf(frame []byte) jsontext.Value {
	var named struct {
		ID jsontext.Value `json:"id"`
	}
	if json.Unmarshal(frame, &named) != nil || !isID(named.ID) {
		return nil
	}
	return named.ID
}

// scan checks the frame's form without building anything from it.
func scan(frame []byte) *rpcError {
	d := jsontext.NewDecoder(bytes.NewReader(frame))
	for n := 0; ; n++ {
		if _, err := d.ReadToken(); err == io.EOF && n > 0 {
			return nil
		} else if err != nil {
			return fault(codeParse, "JSON", "Ce n'est pas du JSON valide.", pointer(err))
		}
		switch {
		case d.StackDepth() > maxDepth, n > maxNames:
			return fault(codeParse, "JSON", "Ce message est trop profond ou trop long.", "")
		case d.StackDepth() == 0 && len(bytes.TrimLeft(frame[d.InputOffset():], " \t\r\n")) > 0:
			return fault(codeParse, "JSON", "Un message porte une seule valeur.", "")
		}
	}
}

// pointer is the JSON pointer to where err is, "" if it does not say.
func pointer(err error) string {
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return string(e.JSONPointer)
	}
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		return string(e.JSONPointer)
	}
	return ""
}

// params reads the parameters of a call strictly. Absent parameters are {}.
func params[P any](raw jsontext.Value) (p P, e *rpcError) {
	if raw == nil {
		raw = jsontext.Value("{}")
	}
	if err := json.Unmarshal(raw, &p, json.RejectUnknownMembers(true)); err != nil {
		return p, fault(codeParams, "PARAMETRES", "Les paramètres de cet appel ne sont pas ceux attendus.", pointer(err))
	}
	if name := missing(reflect.TypeFor[P](), raw); name != "" {
		return p, fault(codeParams, "PARAMETRES", "Il manque un paramètre à cet appel.", "/"+name)
	}
	return p, nil
}

// missing is the first name that an object of type t has to have and raw has not, ""
// if it has all. A field has to be there unless it may be left out.
func missing(t reflect.Type, raw jsontext.Value) string {
	if t.Kind() != reflect.Struct {
		return ""
	}
	var given map[string]jsontext.Value
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, tagged := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || !tagged && name == "" || strings.Contains(options, "omit") {
			continue
		}
		if given == nil && json.Unmarshal(raw, &given) != nil {
			return ""
		}
		if _, ok := given[name]; !ok {
			return name
		}
	}
	return ""
}

// failed is the error of a call that was understood.
func failed(e *state.Error) *rpcError {
	return &rpcError{Code: kindCode(e.Kind), Message: e.Message, Data: documented(e)}
}

// errorPages is where what is written about each code stands: with the source, so
// that a page which is closed to the network still knows the place.
const errorPages = "https://github.com/agrafe-fse/agrafe/blob/main/bridge/ERRORS.md#"

// documented is e with the address of what is written about its code.
func documented(e *state.Error) *state.Error {
	if e == nil {
		return nil
	}
	shown := *e
	shown.Doc = errorPages + strings.ToLower(e.Code)
	return &shown
}
