package daemon

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/cps"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

var (
	yanks    = flag.Int("yanks", 80, "how many times cards and readers are disturbed")
	yankSeed = flag.Uint64("yankseed", 1, "seed of the disturbances")
)

// signer signs FSE of one professional, one after another, whatever happens.
type signer struct {
	rig          *rig
	principal    string
	draft        func() *fse.Draft
	random       *rand.Rand
	attempts     chan<- struct{}
	acknowledged []lot.FSE
	kinds        map[state.Kind]int
}

// run signs until done is closed.
func (s *signer) run(done <-chan struct{}) {
	for id := ""; ; {
		select {
		case <-done:
			return
		case s.attempts <- struct{}{}:
		}
		ctx := context.Background()
		if id == "" {
			f, err := s.rig.d.CreateFSE(ctx, s.principal, s.draft(), lot.Call{})
			if err != nil {
				s.rig.t.Errorf("CreateFSE: %v", err)
				return
			}
			id = f.ID
		}
		reader := []string{"", leftID, rightID}[s.random.IntN(3)]
		f, err := s.rig.d.SignFSE(ctx, s.principal, SignRequest{ID: id, CPS: reader}, lot.Call{})
		switch {
		case err == nil:
			s.acknowledged = append(s.acknowledged, f)
			id = ""
		case s.random.IntN(20) == 0: // given up: some with a number, some without
			if _, err := s.rig.d.CancelFSE(ctx, s.principal, id, "abandon", lot.Call{}); err != nil {
				s.rig.t.Errorf("CancelFSE: %v", err)
			}
			id = ""
		}
		if err != nil {
			s.kinds[Failure(err).Kind]++
		}
	}
}

// Cards and readers come, go, are swapped and reset, the service stops and
// starts, while two professionals sign: what was acknowledged is in the journal
// once, sealed by its own professional, and no number is lost.
func TestYanks(t *testing.T) {
	r := newRig(t, each)
	random := rand.New(rand.NewPCG(*yankSeed, 0))
	attempts := make(chan struct{})
	signers := []*signer{
		{rig: r, principal: ehr, draft: func() *fse.Draft { return consultation(fse.Degrade) }},
		{rig: r, principal: other, draft: func() *fse.Draft { return byBis(consultation(fse.Degrade)) }},
	}
	done := make(chan struct{})
	var all sync.WaitGroup
	for i, s := range signers {
		s.attempts, s.kinds = attempts, map[state.Kind]int{}
		s.random = rand.New(rand.NewPCG(*yankSeed, uint64(i)+1))
		all.Go(func() { s.run(done) })
	}
	r.shake(random, attempts)
	close(done)
	all.Wait()
	for _, s := range signers {
		if s.kinds[state.Internal]+s.kinds[state.PINWrong]+s.kinds[state.PINBlocked]+s.kinds[""] > 0 {
			t.Errorf("failures %v", s.kinds)
		}
		t.Logf("%d signed, failures %v", len(s.acknowledged), s.kinds)
	}
	r.checkAfterYanks(signers)
}

// shake disturbs the readers, each time after some attempts to sign.
func (r *rig) shake(random *rand.Rand, attempts <-chan struct{}) {
	cards := []virtual.Card{card(r.t, "medecin-secteur1"), card(r.t, "medecin-bis"), card(r.t, "patient")}
	names := []string{left, right}
	for range *yanks {
		for range random.IntN(6) {
			<-attempts
		}
		r.readers.StartService()
		name := names[random.IntN(2)]
		c := cards[[]int{0, 0, 1, 1, 2}[random.IntN(5)]]
		switch random.IntN(12) {
		case 0, 1:
			_ = r.readers.Remove(name)
		case 2:
			_ = r.readers.Swap(name, c)
		case 3:
			_ = r.readers.ForeignReset(name)
		case 4:
			_ = r.readers.RemoveReader(name)
		case 5:
			r.readers.StopService()
		case 6: // torn at some command to come
			_ = r.readers.Insert(name, virtual.WithFaults(c, virtual.Fault{At: 1 + random.IntN(12), After: random.IntN(2) == 0, Action: virtual.FaultYank}))
		default:
			r.readers.AddReader(name)
			_ = r.readers.Insert(name, c)
		}
	}
	r.readers.StartService()
}

func (r *rig) checkAfterYanks(signers []*signer) {
	t := r.t
	t.Helper()
	sealed := r.checkJournal()
	for _, s := range signers {
		for _, f := range s.acknowledged {
			if sealed[f.ID] != 1 {
				t.Errorf("FSE %09d is %d times in the journal", f.Numero, sealed[f.ID])
			}
			delete(sealed, f.ID)
			if opened := r.openSeal(s.principal, f); cps.HolderOf(opened.Cert).RPPS() != f.Draft.Professionnel.RPPS {
				t.Errorf("FSE %09d is sealed by another professional", f.Numero)
			}
		}
		r.checkNumbers(s)
	}
	if len(sealed) > 0 {
		t.Errorf("%d FSE are sealed and were not acknowledged", len(sealed))
	}
	lots, _, err := r.d.Lots("", 0)
	if err != nil {
		t.Fatal(err)
	}
	inLots := 0
	for _, l := range lots {
		inLots += l.FSE
	}
	if total := len(signers[0].acknowledged) + len(signers[1].acknowledged); inLots != total {
		t.Errorf("%d FSE in lots, %d acknowledged", inLots, total)
	}
}

// checkNumbers checks that the numbers of one professional are 1, 2, 3… and that
// one of no signed FSE belongs to one that waits or was cancelled.
func (r *rig) checkNumbers(s *signer) {
	t := r.t
	t.Helper()
	seen := map[string]string{}
	for after := ""; ; {
		list, next, err := r.d.ListFSE(page(s.principal), FSEList{After: after, Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if f.Numero == "" {
				continue
			}
			if seen[f.Numero] != "" {
				t.Errorf("number %s was given twice", f.Numero)
			}
			seen[f.Numero] = f.State
		}
		if after = next; after == "" {
			break
		}
	}
	signed := 0
	for n := 1; n <= len(seen); n++ {
		switch state := fse.State(seen[fmt.Sprintf("%09d", n)]); state {
		case fse.EnLot:
			signed++
		case fse.ASigner, fse.Annulee:
		default:
			t.Errorf("number %d of %d is of an FSE in state %q", n, len(seen), state)
		}
	}
	if signed != len(s.acknowledged) {
		t.Errorf("%d signed FSE, %d acknowledged", signed, len(s.acknowledged))
	}
}
