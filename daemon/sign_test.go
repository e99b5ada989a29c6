package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/seal"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/cps"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

func hasSeal(data []byte) bool {
	var change struct {
		Seal []byte `json:"sceau"`
	}
	return json.Unmarshal(data, &change) == nil && len(change.Seal) > 0
}

// withCards puts the médecin's CPS and the patient's Vitale in the readers.
func (r *rig) withCards() {
	r.t.Helper()
	r.insert(left, card(r.t, "medecin-secteur1"))
	r.insert(right, card(r.t, "patient"))
}

// openSeal opens the seal of f and checks that it holds exactly f.
func (r *rig) openSeal(principal string, f lot.FSE) seal.Opened {
	r.t.Helper()
	der, err := r.d.Seal(principal, f.ID)
	if err != nil {
		r.t.Fatal(err)
	}
	opened, err := seal.Open(der)
	if err != nil {
		r.t.Fatal(err)
	}
	want, err := canonical(f, f.Signature.At)
	if err != nil {
		r.t.Fatal(err)
	}
	if !bytes.Equal(opened.Content, want) {
		r.t.Errorf("the seal covers\n%s\nand the FSE is\n%s", opened.Content, want)
	}
	if !opened.At.Equal(f.Signature.At) {
		r.t.Errorf("sealed at %s, recorded %s", opened.At, f.Signature.At)
	}
	return opened
}

// An FSE goes from the cards to a lot and its B2 file.
func TestW1(t *testing.T) {
	r := newRig(t)
	r.withCards()
	read, err := r.d.ReadVitale(t.Context(), "")
	if err != nil || len(read.Persons) != 1 || read.Persons[0].Rights == nil {
		t.Fatalf("ReadVitale: %d persons, %v", len(read.Persons), err)
	}
	f := r.mustSign(ehr, r.create(ehr, consultation(fse.Securise)).ID)
	if f.Numero != 1 || f.Certification != "S" || !f.Signature.Presence {
		t.Errorf("number %d, certification %s, Vitale present %t", f.Numero, f.Certification, f.Signature.Presence)
	}
	opened := r.openSeal(ehr, f)
	if rpps := cps.HolderOf(opened.Cert).RPPS(); rpps != f.Draft.Professionnel.RPPS {
		t.Errorf("sealed by another than the professional of the FSE")
	}
	var sealed struct {
		Numero        string    `json:"numero"`
		Demonstration bool      `json:"demonstration"`
		Prix          *fse.Prix `json:"prix"`
	}
	if err := json.Unmarshal(opened.Content, &sealed); err != nil {
		t.Fatal(err)
	}
	if sealed.Numero != "000000001" || !sealed.Demonstration || sealed.Prix.Total != f.Price.Total || f.Price.Total.Honoraires != 3000 {
		t.Errorf("the seal has number %s, demonstration %t, total %+v", sealed.Numero, sealed.Demonstration, sealed.Prix.Total)
	}
	l, members, err := r.d.Lot(f.Lot)
	if err != nil || l.FSE != 1 || l.Numero != "001" || l.Total != 3000 || len(members) != 1 {
		t.Errorf("lot %+v with %d FSE, %v", l, len(members), err)
	}
	if _, _, err := r.d.LotFile(f.Lot); state.KindOf(err) != state.Invalid {
		t.Errorf("the file of an open lot: %v", err)
	}
	if _, err := r.d.CloseLot(t.Context(), ehr, f.Lot, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	if name, file, err := r.d.LotFile(f.Lot); err != nil || len(file) == 0 || len(file)%128 != 0 || name == "" {
		t.Errorf("LotFile: %q, %d bytes, %v", name, len(file), err)
	}
	if n := r.checkJournal()[f.ID]; n != 1 {
		t.Errorf("signed %d times in the journal", n)
	}
}

// openssl accepts the seal and finds the same content in it.
func TestSealAcceptedByOpenSSL(t *testing.T) {
	r := newRig(t)
	r.withCards()
	f := r.mustSign(ehr, r.create(ehr, consultation(fse.Securise)).ID)
	der, err := r.d.Seal(ehr, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ca, err := virtual.TestKeyring().Authority()
	if err != nil {
		t.Fatal(err)
	}
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw})
	for name, content := range map[string][]byte{"seal.der": der, "ca.pem": authority} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "seal.der",
		"-CAfile", "ca.pem", "-purpose", "any", "-no_check_time", "-out", "content")
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("openssl: %v\n%s", err, out)
	}
	got, err := os.ReadFile(filepath.Join(dir, "content"))
	if err != nil {
		t.Fatal(err)
	}
	if want := r.openSeal(ehr, f).Content; !bytes.Equal(got, want) {
		t.Errorf("openssl found other content: %s", cmp.Diff(string(want), string(got)))
	}
}

// Numbers and lots of two professionals, two payers and two certifications.
func TestNumbersAndLots(t *testing.T) {
	r := newRig(t)
	r.withCards()
	caisse := func(d *fse.Draft) *fse.Draft { d.AMO.Caisse, d.AMO.Centre = "011", "0000"; return d }
	steps := []struct {
		name         string
		draft        *fse.Draft
		numero       int
		lot          string // number of the lot
		distinct     string // lots with the same name are one lot
		certificates string
	}{
		{"first", consultation(fse.Securise), 1, "001", "a", "S"},
		{"same lot", consultation(fse.Securise), 2, "001", "a", "S"},
		{"other certification", consultation(fse.Degrade), 3, "002", "b", "D"},
		{"other payer", caisse(consultation(fse.Degrade)), 4, "001", "c", "D"},
		{"back to the first", consultation(fse.Securise), 5, "001", "a", "S"},
	}
	lots := map[string]string{}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			f := r.mustSign(ehr, r.create(ehr, s.draft).ID)
			l, _, err := r.d.Lot(f.Lot)
			if err != nil || f.Numero != s.numero || l.Numero != s.lot || l.Certification != s.certificates {
				t.Errorf("FSE %d in lot %s (%s), want %d in %s (%s); %v", f.Numero, l.Numero, l.Certification, s.numero, s.lot, s.certificates, err)
			}
			if known, seen := lots[s.distinct]; seen && known != f.Lot {
				t.Errorf("a new lot, want the one there was")
			}
			lots[s.distinct] = f.Lot
		})
	}
	if distinct := map[string]bool{lots["a"]: true, lots["b"]: true, lots["c"]: true}; len(distinct) != 3 {
		t.Errorf("%d lots, want 3", len(distinct))
	}
	r.replace(left, card(t, "medecin-bis"))
	f := r.mustSign(ehr, r.create(ehr, byBis(consultation(fse.Degrade))).ID)
	l, _, err := r.d.Lot(f.Lot)
	if err != nil || f.Numero != 1 || l.Numero != "001" || l.NumeroAM != "991000031" {
		t.Errorf("the second professional begins with FSE %d in lot %s: %v", f.Numero, l.Numero, err)
	}
	want := []string{f.Lot, lots["c"], lots["b"], lots["a"]}
	var got []string
	for after := ""; ; {
		page, next, err := r.d.Lots(after, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range page {
			got = append(got, l.ID)
		}
		if after = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("by pages of three:\n%s", diff)
	}
}

// The card of another professional does not sign.
func TestOtherProfessional(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-bis"))
	f := r.create(ehr, consultation(fse.Degrade))
	_, err := r.sign(ehr, f.ID)
	wantKind(t, err, state.Invalid, "CPS_AUTRE_PROFESSIONNEL")
	if n := len(r.user.requests()); n != 0 {
		t.Errorf("asked for the code %d times", n)
	}
}

// What one principal makes does not exist for another.
func TestIsolation(t *testing.T) {
	r := newRig(t)
	r.withCards()
	signed := r.mustSign(ehr, r.create(ehr, consultation(fse.Securise)).ID)
	draft := r.create(ehr, consultation(fse.Degrade))
	ctx := t.Context()
	for _, id := range []string{signed.ID, draft.ID, "absent", ""} {
		calls := map[string]func() error{
			"get":  func() error { _, err := r.d.GetFSE(other, id); return err },
			"seal": func() error { _, err := r.d.Seal(other, id); return err },
			"update": func() error {
				_, err := r.d.UpdateFSE(ctx, other, id, consultation(fse.Degrade), lot.Call{})
				return err
			},
			"cancel": func() error { _, err := r.d.CancelFSE(ctx, other, id, "motif", lot.Call{}); return err },
			"sign":   func() error { _, err := r.sign(other, id); return err },
		}
		for name, call := range calls {
			if err := call(); state.KindOf(err) != state.NotFound {
				t.Errorf("%s: %v, want not-found", name, err)
			}
		}
	}
	if list, _, err := r.d.ListFSE(page(other), FSEList{}); err != nil || len(list) != 0 {
		t.Errorf("the list of another has %d FSE, %v", len(list), err)
	}
	if list, _, err := r.d.ListFSE(page(ehr), FSEList{}); err != nil || len(list) != 2 {
		t.Errorf("the list has %d FSE, %v", len(list), err)
	}
	if again, err := r.d.GetFSE(ehr, draft.ID); err != nil || again.State != fse.Brouillon {
		t.Errorf("the draft became %s, %v", again.State, err)
	}
}

// The same call twice gives the first result; the same key for another call does not.
func TestIdempotency(t *testing.T) {
	r := newRig(t)
	r.withCards()
	ctx := t.Context()
	creation := lot.Call{Principal: ehr, Method: "fse.create", Key: "k1", Digest: "d1"}
	first, err := r.d.CreateFSE(ctx, ehr, consultation(fse.Securise), creation)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.d.CreateFSE(ctx, ehr, consultation(fse.Degrade), creation); err != nil || again.ID != first.ID {
		t.Errorf("repeated create: same FSE %t, %v", again.ID == first.ID, err)
	}
	changed := creation
	changed.Digest = "d2"
	_, err = r.d.CreateFSE(ctx, ehr, consultation(fse.Securise), changed)
	wantKind(t, err, state.Duplicate, "")
	foreign := creation
	foreign.Principal = other
	if f, err := r.d.CreateFSE(ctx, other, consultation(fse.Securise), foreign); err != nil || f.ID == first.ID {
		t.Errorf("the key of another principal: same FSE %t, %v", f.ID == first.ID, err)
	}

	signing := lot.Call{Principal: ehr, Method: "fse.sign", Key: "k1", Digest: "s1"}
	r.user.types("4321", false)
	_, err = r.d.SignFSE(ctx, ehr, SignRequest{ID: first.ID}, signing)
	wantKind(t, err, state.PINWrong, "") // a failure does not use the key up
	r.user.types(goodCode, false)
	r.user.requests()
	var signed [2]lot.FSE
	for i := range signed {
		if signed[i], err = r.d.SignFSE(ctx, ehr, SignRequest{ID: first.ID}, signing); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(signed[0], signed[1]); diff != "" || len(r.user.requests()) != 1 {
		t.Errorf("the repetition gave another result: %s", diff)
	}
	signing.Digest = "s2"
	_, err = r.d.SignFSE(ctx, ehr, SignRequest{ID: first.ID}, signing)
	wantKind(t, err, state.Duplicate, "")
	if n := r.checkJournal()[first.ID]; n != 1 {
		t.Errorf("signed %d times", n)
	}
}

// What may be updated, cancelled and closed, and when.
func TestStates(t *testing.T) {
	r := newRig(t)
	r.withCards()
	ctx := context.Background()
	signed := r.mustSign(ehr, r.create(ehr, consultation(fse.Securise)).ID)
	_, err := r.d.UpdateFSE(ctx, ehr, signed.ID, consultation(fse.Degrade), lot.Call{})
	wantKind(t, err, state.Invalid, "ETAT")
	_, err = r.sign(ehr, signed.ID)
	wantKind(t, err, state.Invalid, "ETAT")

	gone, err := r.d.CancelFSE(ctx, ehr, signed.ID, "saisie par erreur", lot.Call{})
	if err != nil || gone.State != fse.Annulee {
		t.Fatalf("cancel in an open lot: %s, %v", gone.State, err)
	}
	l, members, err := r.d.Lot(signed.Lot)
	if err != nil || l.FSE != 0 || l.Total != 0 || l.AMO != 0 || len(members) != 0 {
		t.Errorf("the lot kept %d FSE and %d cents, %v", l.FSE, l.Total, err)
	}
	_, err = r.d.CloseLot(ctx, ehr, signed.Lot, lot.Call{})
	wantKind(t, err, state.Invalid, "LOT_VIDE")
	_, err = r.d.CancelFSE(ctx, ehr, signed.ID, "encore", lot.Call{})
	wantKind(t, err, state.Invalid, "ETAT")

	next := r.mustSign(ehr, r.create(ehr, consultation(fse.Securise)).ID)
	if next.Numero != 2 || next.Lot != signed.Lot {
		t.Errorf("the next FSE has number %d, same lot %t", next.Numero, next.Lot == signed.Lot)
	}
	for range 2 { // closing a closed lot does nothing
		if closed, err := r.d.CloseLot(ctx, ehr, next.Lot, lot.Call{}); err != nil || closed.State != string(fse.LotClos) {
			t.Fatalf("close: %s, %v", closed.State, err)
		}
	}
	_, err = r.d.CancelFSE(ctx, ehr, next.ID, "trop tard", lot.Call{})
	wantKind(t, err, state.Invalid, "LOT_CLOS")
	_, err = r.d.CloseLot(ctx, ehr, "absent", lot.Call{})
	wantKind(t, err, state.NotFound, "")
	after := r.mustSign(ehr, r.create(ehr, consultation(fse.Securise)).ID)
	if l, _, err := r.d.Lot(after.Lot); err != nil || l.Numero != "002" {
		t.Errorf("after a closed lot, lot %s, %v", l.Numero, err)
	}
}

// A reserved number stays with its FSE through a correction and a restart.
func TestNumberKept(t *testing.T) {
	r := newRig(t)
	f := r.create(ehr, consultation(fse.Degrade))
	_, err := r.sign(ehr, f.ID)
	wantKind(t, err, state.NoCard, "CPS_ABSENTE")
	if _, err := r.d.UpdateFSE(t.Context(), ehr, f.ID, consultation(fse.Degrade), lot.Call{}); err != nil {
		t.Fatal(err)
	}
	_, err = r.d.UpdateFSE(t.Context(), ehr, f.ID, byBis(consultation(fse.Degrade)), lot.Call{})
	wantKind(t, err, state.Invalid, "ETAT") // the number is of the first professional
	r.stop()
	r.start()
	r.insert(left, card(t, "medecin-secteur1"))
	later := r.create(ehr, consultation(fse.Degrade))
	if got := r.mustSign(ehr, later.ID).Numero; got != 2 {
		t.Errorf("the next FSE has number %d", got)
	}
	if got := r.mustSign(ehr, f.ID).Numero; got != 1 {
		t.Errorf("the FSE has number %d, reserved was 1", got)
	}
	if diff := cmp.Diff(state.Queue{Signed: 2, Lots: 1, Papers: 2}, r.d.Snapshot().Queue); diff != "" {
		t.Error(diff)
	}
}

// A payer that no route is known for is refused before it has a number.
func TestUnknownPayer(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	for _, amo := range []fse.AMO{
		{Regime: "01", Caisse: "998", Centre: "0000"},
		{Regime: "08", Caisse: "999", Centre: "0000"},
		{Regime: "01", Caisse: "abc", Centre: "0000"},
		{},
	} {
		draft := consultation(fse.Degrade)
		draft.AMO = amo
		f := r.create(ehr, draft)
		_, err := r.sign(ehr, f.ID)
		wantKind(t, err, state.Invalid, "FSE_REFUSEE")
		if len(Failure(err).Issues) == 0 || r.get(f.ID).Numero != 0 {
			t.Errorf("payer %v: no reason, or a number", amo)
		}
	}
}

// A Vitale that leaves while the code is typed secures nothing: no seal is made, and
// the FSE keeps its number for when it is back.
func TestVitaleTakenOutWhileTheCodeIsTyped(t *testing.T) {
	r := newRig(t, each)
	r.withCards()
	f := r.create(ehr, consultation(fse.Securise))
	r.user.does(func(PINRequest) (PINAnswer, error) {
		r.remove(right)
		return PINAnswer{Code: []byte("1234")}, nil
	})
	if _, err := r.sign(ehr, f.ID); Failure(err).Code != "VITALE_RETIREE" {
		t.Fatalf("signed without the Vitale: %v", err)
	}
	kept, err := r.d.GetFSE(ehr, f.ID)
	if err != nil || kept.State != fse.ASigner || kept.Signature != nil {
		t.Errorf("it is %s, %v", kept.State, err)
	}
	r.user.types("1234", false)
	r.insert(right, card(t, "patient"))
	if again := r.mustSign(ehr, f.ID); again.Numero != kept.Numero || !again.Signature.Presence {
		t.Errorf("number %d behind %d", again.Numero, kept.Numero)
	}
}
