package trust

import (
	"regexp"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// hand is a clock that is moved by hand.
type hand struct{ now time.Duration }

func (h *hand) since() time.Duration { return h.now }

func TestDoor(t *testing.T) {
	for mode, want := range map[Mode][3]bool{ // before, after Open, two minutes later
		OnRequest:  {true, true, true},
		Window:     {false, true, false},
		PolicyOnly: {false, false, false},
	} {
		h := &hand{}
		p := NewPairings(mode, h.since)
		got := [3]bool{p.Opened()}
		life, ok := p.Open()
		if ok == (mode == PolicyOnly) || ok && life != windowTime {
			t.Errorf("%s: opened %v for %v", mode, ok, life)
		}
		got[1] = p.Opened()
		h.now += windowTime
		got[2] = p.Opened()
		if got != want {
			t.Errorf("%s: %v, want %v", mode, got, want)
		}
	}
}

func TestDialogs(t *testing.T) {
	a, b := origin(t, "https://a.example"), origin(t, "https://b.example")
	h := &hand{}
	p := NewPairings(OnRequest, h.since)
	begin := func(o Origin, want Refusal) {
		t.Helper()
		code, why := p.Begin(o)
		if why != want || (code == "") != (why != Accepted) || why == Accepted && !regexp.MustCompile(`^[0-9]{6}$`).MatchString(code) {
			t.Fatalf("at %v %s begins with %q, %q; want %q", h.now, o, code, why, want)
		}
	}
	begin(a, Accepted)
	begin(a, RefusedBusy)
	begin(b, RefusedBusy)
	p.End(Accepted)
	begin(b, Accepted)
	p.End(RefusedByUser)
	begin(a, RefusedBusy) // too soon after its first
	h.now = spacing
	begin(a, Accepted)
	p.End(RefusedExpired)
	for range 3 {
		h.now += spacing
		begin(a, Accepted)
		p.End(RefusedByUser)
	}
	end := h.now + cooldown
	h.now += spacing
	begin(a, RefusedCooldown)
	begin(b, RefusedCooldown)
	h.now = end - 1
	begin(b, RefusedCooldown)
	h.now = end
	begin(b, Accepted)
	p.End(Accepted)
}

func TestOpenEndsACooldown(t *testing.T) {
	a := origin(t, "https://a.example")
	h := &hand{}
	p := NewPairings(Window, h.since)
	for range maxMisses {
		if _, why := p.Begin(a); why != Accepted {
			t.Fatal(why)
		}
		p.End(RefusedByUser)
		h.now += spacing
	}
	if _, why := p.Begin(a); why != RefusedCooldown {
		t.Fatal(why)
	}
	p.Open()
	if _, why := p.Begin(a); why != Accepted {
		t.Fatal(why)
	}
}

// Whatever pages and users do: there is one dialog at a time, never two of one
// origin within 30 s, and never more than 5 that come to nothing in 10 minutes.
func TestDialogsAreRationed(t *testing.T) {
	origins := []Origin{origin(t, "https://a.example"), origin(t, "https://b.example"), origin(t, "https://c.example")}
	rapid.Check(t, func(t *rapid.T) {
		h := &hand{}
		p := NewPairings(OnRequest, h.since)
		open := false
		last := map[Origin]time.Duration{}
		var misses []time.Duration
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				h.now += time.Duration(rapid.IntRange(1, 100).Draw(t, "seconds")) * time.Second
			case 1, 2:
				o := rapid.SampledFrom(origins).Draw(t, "origin")
				if _, why := p.Begin(o); why != Accepted {
					continue
				}
				if before, ok := last[o]; open || ok && h.now-before < spacing {
					t.Fatalf("%s begins at %v", o, h.now)
				}
				open, last[o] = true, h.now
			case 3:
				if !open {
					continue
				}
				open = false
				how := rapid.SampledFrom([]Refusal{Accepted, RefusedByUser, RefusedExpired, RefusedNobody}).Draw(t, "how")
				p.End(how)
				if how == RefusedByUser || how == RefusedExpired {
					misses = append(misses, h.now)
				}
			}
		}
		for i := maxMisses; i < len(misses); i++ {
			if misses[i]-misses[i-maxMisses] < missesIn {
				t.Fatalf("six came to nothing from %v to %v", misses[i-maxMisses], misses[i])
			}
		}
	})
}
