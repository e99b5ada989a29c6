package bridge

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// deadPost is a mail account of which no server answers.
type deadPost struct{}

var errDead = &mail.Error{Kind: mail.KindUnreachable, Err: errors.New("no route")}

func (deadPost) Check(context.Context) error { return errDead }

func (deadPost) Send(context.Context, mail.Message, func(context.Context) error) error {
	return errDead
}

func (deadPost) Fetch(context.Context, func(string) bool, func(context.Context, mail.Mail) error) (mail.Result, error) {
	return mail.Result{}, errDead
}

// startWithMail is start with a mail account set.
func startWithMail(t *testing.T, cards ...string) *rig {
	t.Helper()
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.PIN.Policy = t.TempDir(), 0, daemon.PINEach
	cfg.Mail.SMTP, cfg.Mail.POP3, cfg.Mail.User = "127.0.0.1:1", "127.0.0.1:1", "cabinet"
	cfg.Mail.From, cfg.Mail.Certificates, cfg.Mail.FetchMinutes = "cabinet@exemple.test", t.TempDir(), 0
	return startChanged(t, cfg, func(_ *Server, d *daemon.Deps) { d.Mailer, d.Mailbox = deadPost{}, deadPost{} }, cards...)
}

// Sending and fetching are jobs that fail in the words of the mail server, and mail is
// told of to whoever has the scope lots, and to nobody else.
func TestTransmitOverTheWire(t *testing.T) {
	r := startWithMail(t, "medecin-secteur1")
	c := r.dial(t)
	c.settled(r)
	r.typing(t)
	lots := page("lots", scopeLots)
	if _, e := r.as(t, lots, "lots.transmit", `{}`); e == nil || e.Code != "RIEN_A_TRANSMETTRE" {
		t.Errorf("without a lot: %v", e)
	}
	_, id := r.signedFSE(t, principal{name: "local", scopes: allScopes, local: true})
	r.must(t, lots, "lots.close", fmt.Sprintf(`{"id":%q}`, id), nil)
	for _, test := range []struct{ method, params, code string }{
		{"lots.transmit", fmt.Sprintf(`{"lots":[%q],"idempotencyKey":"a"}`, id), "CERTIFICAT_ORGANISME"},
		{"returns.fetch", `{"idempotencyKey":"b"}`, "SERVEUR_INJOIGNABLE"},
	} {
		var begun, again begunJob
		c.mustCall(test.method, test.params, &begun)
		c.mustCall(test.method, test.params, &again)
		all := c.followJob(begun.Job.ID)
		if last := all[len(all)-1]; again.Job.ID != begun.Job.ID || last.State != state.JobFailed || last.Error.Code != test.code {
			t.Errorf("%s: %+v", test.method, last)
		}
	}
	if _, e := r.as(t, page("admin", scopeAdmin), "mail.check", `{}`); e == nil || e.Code != "SERVEUR_INJOIGNABLE" || !strings.HasPrefix(e.Message, "Serveur d’envoi : ") {
		t.Errorf("mail.check: %v", e)
	}
	known := &state.Mail{Configured: true}
	for _, p := range []struct {
		who  principal
		told bool
	}{{lots, true}, {page("fse", scopeFSE, scopeReaders, scopeCards), false}} {
		if s := cutSnapshot(p.who, state.Snapshot{Mail: known}); (s.Mail != nil) != p.told {
			t.Errorf("%s: in the snapshot %t", p.who.name, s.Mail != nil)
		}
		if _, told := cutEvent(p.who, state.Event{Type: state.EventMail, Mail: known}); told != p.told {
			t.Errorf("%s: told %t", p.who.name, told)
		}
	}
}

// Returns and what came in are for the scope lots; the files name patients, and are taken
// in by administrators.
func TestReturnsOverTheWire(t *testing.T) {
	r := start(t)
	lots, both, admin := page("a", scopeLots), page("b", scopeLots, scopeFSE), page("c", scopeAdmin)
	file := base64.StdEncoding.EncodeToString([]byte("bonjour"))
	for _, test := range []struct {
		name           string
		who            principal
		method, params string
		code           string
	}{
		{"fse alone lists no returns", page("d", scopeFSE), "returns.list", `{}`, "DROIT"},
		{"lots alone imports nothing", lots, "returns.import", `{"nom":"a","fichier":""}`, "DROIT"},
		{"an empty file", admin, "returns.import", `{"nom":"a","fichier":""}`, "FICHIER_REFUSE"},
		{"an unknown state", lots, "returns.list", `{"etat":"paye"}`, "RETOURS_ETAT"},
		{"nothing is set", lots, "returns.fetch", `{}`, "MESSAGERIE_NON_REGLEE"},
		{"nothing is set", lots, "lots.transmit", `{}`, "MESSAGERIE_NON_REGLEE"},
		{"no such lot", lots, "lots.decide", `{"id":"x","parti":true}`, "INTROUVABLE"},
		{"no such return", lots, "returns.reconcile", `{"id":"x","fse":"y"}`, "INTROUVABLE"},
		{"no such return for a lot", lots, "returns.reconcile", `{"id":"x","lot":"y"}`, "INTROUVABLE"},
		{"about nothing", lots, "returns.reconcile", `{"id":"x"}`, "RAPPROCHEMENT_SANS_OBJET"},
		{"about two things", lots, "returns.reconcile", `{"id":"x","fse":"y","lot":"z"}`, "RAPPROCHEMENT_SANS_OBJET"},
		{"no such return", lots, "returns.dismiss", `{"id":"x","motif":"y"}`, "INTROUVABLE"},
		{"no such file", both, "returns.file", `{"id":"x"}`, "INTROUVABLE"},
		{"a file without the scope fse", lots, "returns.file", `{"id":"x"}`, "DOCUMENT_NOMINATIF"},
	} {
		if _, e := r.as(t, test.who, test.method, test.params); e == nil || e.Code != test.code {
			t.Errorf("%s: %v", test.name, e)
		}
	}
	var first, again importResult
	r.must(t, admin, "returns.import", fmt.Sprintf(`{"nom":"a.txt","fichier":%q}`, file), &first)
	r.must(t, admin, "returns.import", fmt.Sprintf(`{"nom":"b.txt","fichier":%q}`, file), &again)
	if first.Known || !again.Known || first.File.ID != again.File.ID || first.File.Kind != "inconnu" || first.File.Problem == "" {
		t.Errorf("%+v, then %+v", first, again)
	}
	var listed deliveriesResult
	r.must(t, lots, "returns.deliveries", `{}`, &listed)
	var got fileResult
	r.must(t, both, "returns.file", fmt.Sprintf(`{"id":%q}`, first.File.ID), &got)
	if len(listed.Files) != 1 || string(got.Data) != "bonjour" || got.Name == "" {
		t.Errorf("%+v, %+v", listed, got)
	}
	var returns returnsResult
	r.must(t, lots, "returns.list", `{"etat":"a-rapprocher","limit":5}`, &returns)
	if returns.Returns == nil || len(returns.Returns) != 0 {
		t.Errorf("%+v", returns)
	}
}
