package daemon

import (
	"errors"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// production is the same account as mailing gives, for real payers.
func production(t testing.TB, p *post, organisation string) option {
	return func(c *Config, d *Deps) {
		mailing(t, p)(c, d)
		c.Mail.Environment, c.Mail.From = MailProduction, "cabinet@cabinet.fr"
		certificateOf(t, c.Mail.Certificates, "01349@349.01.rss.fr", organisation)
	}
}

// What is made as a demonstration never leaves for a payer, whatever the certificate and
// by whatever way it is asked for; nothing is dialled and nothing noted.
func TestDemonstrationNeverLeavesForAPayer(t *testing.T) {
	for _, organisation := range []string{"AGRAFE DEMONSTRATION", "CAISSE"} {
		for _, send := range []string{SendOnClick, SendByItself} {
			t.Run(organisation+" "+send, func(t *testing.T) {
				p := newPost()
				r := newRig(t, production(t, p, organisation), func(c *Config, _ *Deps) { c.Mail.Send = send })
				r.insert(left, card(t, "medecin-secteur1"))
				l := r.closedLot(1)
				list, err := r.d.Transmit(t.Context(), ehr, []string{l.ID}, still)
				if err != nil || list[0].Error == nil || list[0].Error.Code != "DEMONSTRATION" || list[0].Error.Kind != state.Denied {
					t.Errorf("%+v, %v", list, err)
				}
				if p.dials() != 0 || lotNow(t, r.d, l.ID).Dispatch != nil {
					t.Errorf("%d dials, dispatch %+v", p.dials(), lotNow(t, r.d, l.ID).Dispatch)
				}
			})
		}
	}
}

// The last look is at the very bytes, after the server was reached and before any of them
// has left: even a parcel that was made otherwise is held back there.
func TestLastLookBeforeLeaving(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	l := s.lots[0]
	d, err := New(s.cfg, s.deps) // nothing of it runs: its configuration is changed
	if err != nil {
		t.Fatal(err)
	}
	defer d.book.Close()
	tests := []struct {
		name   string
		change func(*Config, *parcel)
		want   error
	}{
		{"production", func(c *Config, _ *parcel) { c.Mail.Environment = MailProduction }, b2.ErrDemonstration},
		{"a payer's address", func(_ *Config, p *parcel) { p.message.To = []string{"01349@349.01.rss.fr"} }, errDestination},
		{"another one beside", func(_ *Config, p *parcel) { p.message.To = append(p.message.To, "a@gouv.fr") }, errDestination},
		{"our own address", func(_ *Config, p *parcel) { p.message.From = "cabinet@cabinet.fr" }, errDestination},
		{"a hidden address", func(_ *Config, p *parcel) { p.message.To = []string{"a@gouv.fr,b@exemple.test"} }, errDestination},
		{"a name that looks like one", func(_ *Config, p *parcel) { p.message.To = []string{"a@exemple.test <a@gouv.fr>"} }, errDestination},
		{"a real file", func(_ *Config, p *parcel) { p.file = []byte(strings.Repeat(" ", b2.Size)) }, errDestination},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			one, err := d.out.pack(l.ID)
			if err != nil {
				t.Fatal(err)
			}
			before := d.cfg
			test.change(&d.cfg, one)
			err = d.out.send(t.Context(), one)
			d.cfg = before
			if e, ok := errors.AsType[*mail.Error](err); !ok || e.Kind != mail.KindIntent || !errors.Is(err, test.want) || len(p.sent) != 0 {
				t.Errorf("%v, %d messages left", err, len(p.sent))
			}
			if way := lotNow(t, d, l.ID).Dispatch; way != nil {
				t.Errorf("it is noted as %+v", way)
			}
		})
	}
}

// Certificates of one side are refused on the other.
func TestCertificateOfTheOtherSide(t *testing.T) {
	p := newPost()
	r := newRig(t, mailing(t, p))
	certificateOf(t, r.cfg.Mail.Certificates, payerAddress, "CAISSE")
	r.insert(left, card(t, "medecin-secteur1"))
	r.closedLot(1)
	list, err := r.d.Transmit(t.Context(), ehr, nil, still)
	if err != nil || list[0].Error == nil || list[0].Error.Code != "CERTIFICAT_ORGANISME" || p.dials() != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

// A file of the other environment is kept and nothing of it is applied.
func TestReturnsOfTheOtherSide(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	s.cfg.Mail.Environment = MailProduction
	d, stop := s.open(t)
	defer stop()
	p.arrive(letter("a@b.test", acknowledgement(t, "D", 1, true)))
	got, err := d.FetchReturns(t.Context(), ehr, still)
	if err != nil || got.Applied+got.Waiting != 0 || got.Problems != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if l := lotNow(t, d, s.lots[0].ID); l.Sent != nil {
		t.Errorf("the lot is %s", l.State)
	}
	if list, _, err := d.book.ReturnsWhere(lot.ReturnFilter{}, "", 10); err != nil || len(list) != 0 {
		t.Errorf("%d returns, %v", len(list), err)
	}
}
