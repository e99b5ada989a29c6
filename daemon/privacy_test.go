package daemon

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// secretsOf lists what a card file holds that no log may show.
func secretsOf(s virtual.Spec) (list []string) {
	if s.Professional != nil {
		list = append(list, s.Professional.Surname, s.Professional.GivenName, s.Professional.NationalID)
	}
	for _, p := range s.Persons {
		list = append(list, p.NIR, p.NIR[:13], p.Nom, p.Prenom, p.Naissance)
		if p.Droits != nil && p.Droits.AMC != nil && p.Droits.AMC.Adherent != "" {
			list = append(list, p.Droits.AMC.Adherent)
		}
	}
	return list
}

// Neither the log, at its most talkative, nor any error holds a NIR, a name, a
// code or a reservation.
func TestNoSecretInLogsAndErrors(t *testing.T) {
	const rightCode, wrongCode = "7391", "8264"
	log := &lockedBuffer{}
	r := newRig(t, func(_ *Config, d *Deps) {
		d.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: false}))
	})
	var errs []error
	keep := func(err error) { errs = append(errs, err) }
	secrets := []string{`"` + rightCode + `"`, `"` + wrongCode + `"`, rightCode + " ", wrongCode + " "}
	for _, name := range cardNames(t) {
		spec := specOf(t, name)
		secrets = append(secrets, secretsOf(spec)...)
		c := r.replace(right, openSpec(t, spec))
		if c.Problem != nil {
			keep(c.Problem)
		}
		_, err := r.d.ReadVitale(t.Context(), "")
		keep(err)
	}
	r.replace(right, card(t, "patient"))
	lease, err := r.d.StealLease(ehr, rightID, time.Minute)
	keep(err)
	secrets = append(secrets, string(lease.ID))
	keep(r.d.ReleaseLease(other, rightID, string(lease.ID)))
	keep(r.d.ReleaseLease(ehr, rightID, string(lease.ID)))

	spec := specOf(t, "medecin-secteur1")
	spec.PIN.Code = rightCode
	plain := openSpec(t, spec)
	for n := 1; n <= 14; n++ {
		for _, b := range blows() {
			r.remove(left)
			_ = r.readers.Insert(left, b.strike(r, left, plain, n))
			code := rightCode
			if n == 3 && b.name == "refusal" {
				code = wrongCode
			}
			r.user.types(code, false)
			_, err := r.sign(ehr, r.create(ehr, consultation(fse.Securise)).ID)
			keep(err)
			r.mend(left, plain)
		}
	}
	bad := consultation(fse.Securise)
	bad.Beneficiaire.NIR = "297022A02077879"
	_, err = r.sign(ehr, r.create(ehr, bad).ID)
	keep(err)
	bad = consultation(fse.Securise)
	bad.Beneficiaire.Naissance.EnCarte = "19970299"
	_, err = r.sign(ehr, r.create(ehr, bad).ID)
	keep(err)
	secrets = append(secrets, "297022A02077879", "19970299")
	_, err = r.d.CreateFSE(t.Context(), ehr, bad, lot.Call{Principal: ehr, Key: "k", Digest: "1"})
	keep(err)
	_, err = r.d.CreateFSE(t.Context(), ehr, bad, lot.Call{Principal: ehr, Key: "k", Digest: "2"})
	keep(err)
	r.stop()
	_, err = r.sign(ehr, "x")
	keep(err)

	text := log.String()
	failures := 0
	for _, err := range errs {
		if err == nil {
			continue
		}
		failures++
		e := Failure(err)
		wire, jsonErr := json.Marshal(e)
		if jsonErr != nil {
			t.Fatal(jsonErr)
		}
		text += fmt.Sprintln(err.Error(), string(wire))
		for cause := error(e); cause != nil; cause = errors.Unwrap(cause) {
			text += fmt.Sprintln(cause.Error())
		}
	}
	if failures < 50 {
		t.Errorf("only %d failures were looked at", failures)
	}
	for i, s := range secrets {
		if at := strings.Index(text, s); s != "" && at >= 0 {
			t.Errorf("secret %d, of %d characters, is in: %.120s", i, len(s), strings.ReplaceAll(text[max(0, at-60):], s, "****"))
		}
	}
	t.Logf("%d secrets looked for in %d bytes of log and errors", len(secrets), len(text))
}
