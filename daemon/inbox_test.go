package daemon

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// header is that of a payer's file for the practice of the tests.
func header(flux string) noemie.Entete {
	return noemie.Entete{TypeEmetteur: "CT", Emetteur: "00000001000349", TypeDestinataire: "PS", Destinataire: "00000991000015",
		Identifiant: "000001", Creation: 260620, Flux: flux}
}

// acknowledgement is an ARL of a lot.
func acknowledgement(t testing.TB, flux string, numero int, positive bool) []byte {
	t.Helper()
	data, err := noemie.ARLAgrafe{}.Encode(header(flux), noemie.Accuse{Identifiant: "A1", Date: 260618, Lot: numero, DateLot: 260616, Positif: positive, Factures: 1})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// payments is a file that pays the AMO part of invoices of a lot.
func payments(t testing.TB, flux string, numero int, invoices ...int) []byte {
	t.Helper()
	var list []noemie.Return
	for _, n := range invoices {
		list = append(list, noemie.Return{Kind: noemie.Paye, Part: noemie.PartAMO, Lot: numero, DateLot: 260616, Facture: fmt.Sprintf("%09d", n), Numero: n,
			TypeFacture: "B", DateFacture: 260616, Demande: 2100, Montant: 2100, Etat: "P", TypeRetour: "01", Date: 260620})
	}
	file, err := noemie.Compose(header(flux), list)
	if err != nil {
		t.Fatal(err)
	}
	return noemie.Encode(file)
}

// zipped compresses a file.
func zipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(data)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// letter is a mail that carries files of a payer.
func letter(id string, files ...[]byte) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: <%s>\r\nTo: <%s>\r\nMessage-ID: <%s>\r\nSubject: retours\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n",
		payerAddress, ourAddress, id)
	for _, f := range files {
		fmt.Fprintf(&b, "--x\r\nContent-Type: application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\n\r\n")
		for len(f) > 0 {
			n := min(57, len(f))
			b.WriteString(base64.StdEncoding.EncodeToString(f[:n]) + "\r\n")
			f = f[n:]
		}
	}
	b.WriteString("--x--\r\n")
	return []byte(b.String())
}

// noise is what compression does not make shorter.
func noise(size int) []byte {
	data := make([]byte, size)
	rand.NewChaCha8([32]byte{}).Read(data)
	return data
}

// Everything that may be in a mailbox: what it becomes, whether it stays there, and that
// it is told.
func TestFetchKinds(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	truncated := payments(t, "D", 1, 1)
	truncated = truncated[:len(truncated)-200]
	large := zipped(t, append(payments(t, "D", 1, 1), noise(3<<20)...))
	tests := []struct {
		name  string
		mail  []byte
		want  Fetched
		kinds []string // of the deliveries
		stays bool
	}{
		{"a positive ARL", letter("a@b.test", acknowledgement(t, "D", 1, true)), Fetched{Received: 1, Applied: 1, Returns: 1, Accepted: 1}, []string{"arl"}, false},
		{"compressed payments", letter("a@b.test", zipped(t, payments(t, "D", 1, 1))), Fetched{Received: 1, Applied: 1, Returns: 1, Payments: 1}, []string{"noemie"}, false},
		{"two files", letter("a@b.test", payments(t, "D", 1, 1), acknowledgement(t, "D", 1, true)), Fetched{Received: 2, Applied: 2, Returns: 2, Payments: 1, Accepted: 1}, []string{"arl", "noemie"}, false},
		{"of an unknown FSE", letter("a@b.test", payments(t, "D", 1, 77)), Fetched{Received: 1, Waiting: 1, Returns: 1, Payments: 1}, []string{"noemie"}, false},
		{"a real file", letter("a@b.test", payments(t, "R", 1, 1)), Fetched{Received: 1, Problems: 1}, []string{"noemie"}, true},
		{"truncated", letter("a@b.test", truncated), Fetched{Received: 1, Problems: 1}, []string{"illisible"}, false},
		{"no return at all", letter("a@b.test", []byte("bonjour")), Fetched{Received: 1, Problems: 1}, []string{"inconnu"}, false},
		{"an empty file", letter("a@b.test", nil), Fetched{Received: 1, Problems: 1}, []string{"illisible"}, false},
		{"damaged gzip", letter("a@b.test", zipped(t, payments(t, "D", 1, 1))[:40]), Fetched{Received: 1, Problems: 1}, []string{"illisible"}, false},
		{"a zip bomb", letter("a@b.test", zipped(t, make([]byte, 101<<20))), Fetched{Received: 1, Problems: 1}, []string{"trop-grand"}, false},
		{"a large damaged gzip", letter("a@b.test", large[:len(large)-100]), Fetched{Received: 1, Problems: 1}, []string{"illisible"}, false},
		{"no mail", []byte("\x00\x01\x02"), Fetched{Strangers: 1}, nil, true},
		{"a stranger's that is damaged", []byte("From: <a@b.test>\r\nMessage-ID: <z@b.test>\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n\r\nbonjour\r\n"),
			Fetched{Strangers: 1}, nil, true},
		{"a damaged one of files", bytes.TrimSuffix(letter("a@b.test", payments(t, "D", 1, 1)), []byte("--x--\r\n")), Fetched{Received: 1, Problems: 1}, []string{"illisible"}, false},
		{"too large", bytes.Repeat([]byte("x"), 8<<20+1), Fetched{Received: 1, Problems: 1}, []string{"trop-grand"}, true},
		{"a stranger's", []byte("From: <a@b.test>\r\nMessage-ID: <z@b.test>\r\n\r\nbonjour\r\n"), Fetched{Strangers: 1}, nil, true},
		{"a copy of nobody's lot", []byte("From: <" + ourAddress + ">\r\nMessage-ID: <agrafe.x.y@b.test>\r\n\r\nbonjour\r\n"), Fetched{Strangers: 1}, nil, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p.box, p.script = map[string][]byte{}, nil
			d, stop := s.copied(t, t.TempDir()).open(t)
			defer stop()
			if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil {
				t.Fatal(err)
			}
			p.box = map[string][]byte{}
			p.arrive(test.mail)
			got, err := d.FetchReturns(t.Context(), ehr, still)
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil || (p.inBox() == 1) != test.stays {
				t.Errorf("%v, %d mails left, -want +got\n%s", err, p.inBox(), diff)
			}
			list, _, err := d.Deliveries("", 0)
			var kinds []string
			for _, one := range list {
				kinds = append(kinds, one.Kind)
				if (one.Problem != "") != (test.want.Problems > 0) {
					t.Errorf("problem %q", one.Problem)
				}
				if _, content, err := d.book.Content(one.ID); !test.stays && (err != nil || len(content) == 0) {
					t.Errorf("the mail is gone and of its content %d bytes are kept, %v", len(content), err)
				}
			}
			if diff := cmp.Diff(test.kinds, kinds); diff != "" || err != nil {
				t.Errorf("deliveries, %v\n%s", err, diff)
			}
			again, err := d.FetchReturns(t.Context(), ehr, still)
			if diff := cmp.Diff(Fetched{}, again); diff != "" || err != nil {
				t.Errorf("once more, %v\n%s", err, diff)
			}
		})
	}
}

// A mail that comes again, whole or in another one, is known and changes nothing.
func TestFetchedTwice(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	d, stop := s.open(t)
	defer stop()
	if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil {
		t.Fatal(err)
	}
	p.box = map[string][]byte{}
	p.arrive(letter("a@b.test", payments(t, "D", 1, 1)), letter("a@b.test", payments(t, "D", 1, 1)), letter("c@b.test", zipped(t, payments(t, "D", 1, 1))))
	got, err := d.FetchReturns(t.Context(), ehr, still)
	if diff := cmp.Diff(Fetched{Received: 1, Known: 2, Applied: 1, Returns: 3, Payments: 1, Duplicates: 2}, got); diff != "" || err != nil || p.inBox() != 0 {
		t.Errorf("%v, %d left\n%s", err, p.inBox(), diff)
	}
	file, known, err := d.ImportReturns(t.Context(), ehr, "retours.txt", payments(t, "D", 1, 1))
	if err != nil || !known || file.Kind != lot.DeliveryNoemie {
		t.Errorf("imported: %+v, known %t, %v", file, known, err)
	}
}

// A return that names a lot of which nobody knew whether it had left settles it.
func TestReturnSettles(t *testing.T) {
	p := newPost()
	p.copies = false
	p.script = func(int, mail.Message) sendScript { return sendScript{after: undecided, taken: true} }
	s := newShelf(t, p, 1)
	d, stop := s.open(t)
	defer stop()
	if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil {
		t.Fatal(err)
	}
	p.arrive(letter("a@b.test", acknowledgement(t, "D", 1, true)))
	if _, err := d.FetchReturns(t.Context(), ehr, still); err != nil {
		t.Fatal(err)
	}
	l := lotNow(t, d, s.lots[0].ID)
	if l.Sent == nil || l.Dispatch.By != lot.ByReturn {
		t.Errorf("%s, %+v", l.State, l.Dispatch)
	}
	_, err := d.Transmit(t.Context(), ehr, nil, still)
	wantKind(t, err, state.Invalid, "RIEN_A_TRANSMETTRE")
}

// While the disk is full nothing is deleted from the mailbox, and all of it is taken in
// once there is room.
func TestFetchOnAFullDisk(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	full := false
	s.deps.FreeSpace = func(string) (uint64, error) {
		if full {
			return 0, nil
		}
		return 1 << 40, nil
	}
	d, stop := s.open(t)
	defer stop()
	if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil {
		t.Fatal(err)
	}
	p.box = map[string][]byte{}
	p.arrive(letter("a@b.test", payments(t, "D", 1, 1)), letter("b@b.test", acknowledgement(t, "D", 1, true)))
	full = true
	_, err := d.FetchReturns(t.Context(), ehr, still)
	wantKind(t, err, state.DiskFull, "DISQUE_PLEIN")
	if p.inBox() != 2 {
		t.Errorf("%d mails are left of 2", p.inBox())
	}
	full = false
	got, err := d.FetchReturns(t.Context(), ehr, still)
	if err != nil || p.inBox() != 0 || got.Received+got.Known != 2 {
		t.Errorf("%+v, %v, %d left", got, err, p.inBox())
	}
	if f, err := d.book.InLot(s.lots[0].ID); err != nil || f[0].Received == nil || f[0].Received.AMO != 2100 {
		t.Errorf("%+v, %v", f, err)
	}
}

// Ten thousand mails, garbage among them, are taken in, and a fetch that is cut short
// goes on where it stopped.
func TestFloodedMailbox(t *testing.T) {
	if testing.Short() {
		t.Log("with 1 000 mails")
	}
	count := map[bool]int{true: 1000, false: 10_000}[testing.Short()]
	p := newPost()
	s := newShelf(t, p, 1)
	d, stop := s.open(t)
	defer stop()
	var all [][]byte
	for n := range count {
		switch {
		case n%100 == 0:
			all = append(all, letter("a@b.test", payments(t, "D", 1, n+2)))
		case n%10 == 0:
			all = append(all, fmt.Appendf(nil, "\x00%d", n))
		default:
			all = append(all, fmt.Appendf(nil, "From: <a@b.test>\r\nMessage-ID: <%d@b.test>\r\n\r\nbonjour\r\n", n))
		}
	}
	p.arrive(all...)
	cut := errors.New("cut")
	p.fetch = func(taken int) error {
		if taken == 500 {
			return cut
		}
		return nil
	}
	if _, err := d.FetchReturns(t.Context(), ehr, still); err == nil {
		t.Error("a fetch that was cut short has no error")
	}
	p.fetch = nil
	begun := time.Now()
	got, err := d.FetchReturns(t.Context(), ehr, still)
	if err != nil || p.inBox() != count-count/100 || d.MailState().Foreign != count-count/100 {
		t.Errorf("%+v, %v, %d left", got, err, p.inBox())
	}
	t.Logf("%d mails in %v", count, time.Since(begun))
}

// Returns are fetched at their times, and a fetch that fails does not end that.
func TestFetchedByItself(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	s.cfg.Mail.FetchMinutes = 30
	s.deps.Now = time.Now
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		p.fetch = func(int) error {
			if !up.Load() {
				return unreachable
			}
			return nil
		}
		p.arrive(letter("a@b.test", []byte("bonjour")))
		d, stop := s.open(t)
		defer stop()
		time.Sleep(10 * time.Minute)
		if m := d.MailState(); m.Problem == nil || m.Problem.Code != "SERVEUR_INJOIGNABLE" || m.LastFetch != nil {
			t.Errorf("%+v", m)
		}
		up.Store(true)
		time.Sleep(30 * time.Minute)
		if m := d.MailState(); m.Problem != nil || m.LastFetch == nil || p.inBox() != 0 {
			t.Errorf("%+v, %d left", m, p.inBox())
		}
	})
}

// A return that waits is settled by hand, by an FSE or by a reason.
func TestReconcileAndDismiss(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	d, stop := s.open(t)
	defer stop()
	if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil {
		t.Fatal(err)
	}
	p.box = map[string][]byte{}
	p.arrive(letter("a@b.test", payments(t, "D", 1, 77, 78)))
	if _, err := d.FetchReturns(t.Context(), ehr, still); err != nil {
		t.Fatal(err)
	}
	waiting, _, err := d.ReturnsWhere(lot.ReturnFilter{Waiting: true}, "", 0)
	if err != nil || len(waiting) != 2 || !waiting[0].Pending || d.book.Queue().ToSettle != 2 {
		t.Fatalf("%+v, %v", waiting, err)
	}
	f, err := d.book.InLot(s.lots[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Reconcile(t.Context(), ehr, waiting[0].ID, f[0].ID, lot.Call{})
	if err != nil || len(got.FSE) != 1 || got.Pending {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = d.DismissReturn(t.Context(), ehr, waiting[1].ID, "", lot.Call{})
	wantKind(t, err, state.Invalid, "CLASSEMENT_SANS_MOTIF")
	got, err = d.DismissReturn(t.Context(), ehr, waiting[1].ID, "Réglé par téléphone", lot.Call{})
	if err != nil || got.Effect != string(lot.EffectDismissed) || d.book.Queue().ToSettle != 0 {
		t.Errorf("%+v, %v, %d", got, err, d.book.Queue().ToSettle)
	}
	if got, err := d.book.Get(lot.Practice, f[0].ID); err != nil || got.Received == nil || got.State == fse.SansARLAttendu {
		t.Errorf("%+v, %v", got.Received, err)
	}
}

// A look for returns tells what they say: what is paid, rejected, acknowledged, and what
// came before.
func TestFetchedCounts(t *testing.T) {
	p := newPost()
	p.copies = false
	s := newShelf(t, p, 3)
	d, stop := s.open(t)
	defer stop()
	if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil {
		t.Fatal(err)
	}
	sent := p.sent[0]
	line := func(kind noemie.Kind, n int, amount int64) noemie.Return {
		r := noemie.Return{Kind: kind, Part: noemie.PartAMO, Lot: s.lots[0].Numero, DateLot: 260616, Facture: fmt.Sprintf("%09d", n), Numero: n,
			TypeFacture: "B", DateFacture: 260616, Demande: 2100, Montant: amount, Etat: "P", TypeRetour: "01", Date: 260620}
		if kind == noemie.Rejete {
			r.Etat, r.TypeRetour = "R", "02"
		}
		return r
	}
	file, err := noemie.Compose(header("T"), []noemie.Return{line(noemie.Paye, 1, 2100), line(noemie.Paye, 2, 2100), line(noemie.Rejete, 3, 0)})
	if err != nil {
		t.Fatal(err)
	}
	mixed := noemie.Encode(file)
	again := payments(t, "T", s.lots[0].Numero, 1)
	p.arrive(letter("a@exemple.test", mixed), letter("b@exemple.test", again), letter("c@exemple.test", mixed), letter("d@exemple.test", acknowledgement(t, "T", s.lots[0].Numero, true)),
		fmt.Appendf(nil, "From: <%s>\r\nTo: <%s>\r\nMessage-ID: <%s>\r\n%s", sent.From, sent.To[0], sent.ID, sent.Part))
	got, err := d.FetchReturns(t.Context(), ehr, still)
	if err != nil {
		t.Fatal(err)
	}
	want := Fetched{Received: 4, Known: 1, Copies: 1, Returns: 8, Payments: 2, Rejects: 1, Accepted: 1, Duplicates: 4}
	want.Applied, want.Waiting, want.Problems = got.Applied, got.Waiting, got.Problems // not of this test
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if sum := got.Payments + got.Rejects + got.Accepted + got.Duplicates + got.Others + got.Unknown; sum != got.Returns {
		t.Errorf("%d of %d returns are told", sum, got.Returns)
	}
}
