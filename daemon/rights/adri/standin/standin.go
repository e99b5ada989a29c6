// Package standin plays the payers' teleservice ADRi, for demonstrations and tests: an
// http.Handler that answers package adri's questions from a list of invented people.
//
// Its contract:
//
//   - It answers whom TLS has authenticated with a client certificate, as TLS asks for,
//     and refuses everybody else with 403.
//   - What it answers depends on the question and the script alone. A person is found by
//     their own number or that of their assuré, with birth and rank. A day out of the
//     person's rights is answered with adri.Closed.
//   - It keeps nothing of a question, and writes none in a log.
package standin

import (
	"io"
	"net/http"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
)

// Entry is a person whom the stand-in knows.
type Entry struct {
	Person   adri.Person // its Traitant is worked out for who asks
	Traitant string      // numéro AM of the declared médecin traitant, "" for none
}

// Rule has questions answered otherwise than from the people. The first that fits counts.
type Rule struct {
	NIR  string    // of the question, "" for any
	Mode adri.Mode // of the question, "" for any

	Wait   time.Duration // before the answer
	Reason adri.Reason   // refuse so, "" not to
	Body   []byte        // answer these bytes, nil not to
	Status int           // HTTP status of Body, 0 for 200
}

// Script is what a Handler answers.
type Script struct {
	People []Entry
	Rules  []Rule
}

// Handler answers questions. It is an http.Handler for one path.
type Handler struct{ script Script }

// New returns a Handler that follows script.
func New(script Script) *Handler { return &Handler{script} }

// ServeHTTP answers one question.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.TLS == nil || len(r.TLS.VerifiedChains) == 0:
		http.Error(w, "a client certificate is required", http.StatusForbidden)
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "ask with POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, adri.MaxMessage))
	if err != nil {
		http.Error(w, "the question is too large", http.StatusRequestEntityTooLarge)
		return
	}
	question, err := adri.DecodeRequest(body)
	if err != nil {
		refuse(w, adri.BadRequest)
		return
	}
	h.answer(w, r, question)
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, q adri.Request) {
	rule := h.rule(q)
	if rule.Wait > 0 {
		select {
		case <-time.After(rule.Wait):
		case <-r.Context().Done():
			return
		}
	}
	switch {
	case rule.Body != nil:
		send(w, rule.Status, rule.Body)
	case rule.Reason != "":
		refuse(w, rule.Reason)
	default:
		h.fromPeople(w, q)
	}
}

func (h *Handler) rule(q adri.Request) Rule {
	for _, rule := range h.script.Rules {
		if (rule.NIR == "" || rule.NIR == q.NIR) && (rule.Mode == "" || rule.Mode == q.Mode) {
			return rule
		}
	}
	return Rule{}
}

// fromPeople answers with the people that the question names.
func (h *Handler) fromPeople(w http.ResponseWriter, q adri.Request) {
	var found adri.Response
	known := false
	for _, e := range h.script.People {
		if !names(q, e.Person) {
			continue
		}
		known = true
		if a := e.Person.AMO; q.DateSoins >= a.Du && (a.Au.IsZero() || q.DateSoins <= a.Au) {
			found.Persons = append(found.Persons, e.seenBy(q.NumeroAM))
		}
	}
	switch {
	case !known:
		refuse(w, adri.Unknown)
	case len(found.Persons) == 0:
		refuse(w, adri.Closed)
	default:
		body, err := adri.EncodeResponse(found)
		if err != nil { // the script's own people are wrong
			refuse(w, adri.Unavailable)
			return
		}
		send(w, http.StatusOK, body)
	}
}

func names(q adri.Request, p adri.Person) bool {
	return (q.NIR == p.NIR || q.NIR == p.NIRAssure) && q.Naissance == p.Naissance && q.Rang == p.Rang
}

// seenBy is the person as the professional of a number is told of them.
func (e Entry) seenBy(numeroAM string) adri.Person {
	p := e.Person
	switch e.Traitant {
	case "":
		p.Traitant = adri.TraitantNone
	case numeroAM:
		p.Traitant = adri.TraitantAsker
	default:
		p.Traitant = adri.TraitantOther
	}
	return p
}

// refuse answers without rights. SOAP 1.2 over HTTP sends 400 for a fault of who asks
// and 500 for one of who answers.
func refuse(w http.ResponseWriter, why adri.Reason) {
	body, err := adri.EncodeFault(&adri.Fault{Reason: why})
	if err != nil { // the script's reason is none
		http.Error(w, "no such reason", http.StatusInternalServerError)
		return
	}
	status := http.StatusBadRequest
	if why == adri.Unavailable {
		status = http.StatusInternalServerError
	}
	send(w, status, body)
}

func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", adri.ContentType)
	w.Header().Set("Cache-Control", "no-store")
	if status != 0 {
		w.WriteHeader(status)
	}
	_, _ = w.Write(body) // whoever asked has gone
}
