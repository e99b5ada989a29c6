//go:build pcscd

package integration

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/testdata"
)

// leftAfter is how long after its use a code may be looked for in vain.
const leftAfter = time.Second

// One second after a signature the code is nowhere in agrafed with the policy "each", and
// with "session" only in its one locked page, until the session is closed.
func TestS21CodeInMemory(t *testing.T) {
	for _, policy := range []string{"each", "session"} {
		t.Run(policy, func(t *testing.T) {
			d := newDesk(t)
			d.restart(fmt.Sprintf("[pin]\npolicy = %q\n", policy))
			c := d.connect(nil)
			d.plug(1, openSpec(t, "patient", ""))
			d.await(c, state.CardVitale)
			code := d.unused()
			d.plug(0, openSpec(t, "medecin-secteur1", code))
			d.await(c, state.CardCPS)
			asked := d.answerWith(code)
			if before := d.find(code); len(before) > 0 {
				t.Fatalf("the digits are there before they were typed: %v", before)
			}
			for range 3 {
				if _, err := make1(t.Context(), c); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(leftAfter)
			found := d.find(code)
			t.Logf("asked %d times; found %v", asked(), found)
			if policy == "each" {
				if len(found) > 0 || asked() != 3 {
					t.Errorf("asked %d times, and the code is still in %v", asked(), found)
				}
				return
			}
			if len(found) != 1 || !found[0].locked || asked() != 1 {
				t.Errorf("asked %d times, and the code is not in the one locked page: %v", asked(), found)
			}
			var was struct{ Closed bool }
			if err := c.Call(t.Context(), "cards.closePinSession", map[string]string{}, &was); err != nil || !was.Closed {
				t.Fatalf("closed %t, %v", was.Closed, err)
			}
			if found := d.find(code); len(found) > 0 {
				t.Errorf("the session is closed, and the code is in %v", found)
			}
		})
	}
}

// agrafed writes no core.
func TestS21NoCore(t *testing.T) {
	d := newDesk(t)
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", d.child.Process.Pid))
	if err != nil || !regexp.MustCompile(`Max core file size +0 +0 `).Match(limits) {
		t.Errorf("%v\n%s", err, limits)
	}
	if log := d.log.String(); strings.Contains(log, "memory") {
		t.Errorf("something is not protected:\n%s", log)
	}
}

// openSpec opens a card of the demonstration with another code, "" for its own.
func openSpec(t *testing.T, name, code string) virtual.Card {
	t.Helper()
	spec, err := virtual.Load(testdata.Cards(), name)
	if err != nil {
		t.Fatal(err)
	}
	if code != "" {
		spec.PIN.Code = code
	}
	c, err := virtual.Open(*spec, virtual.TestKeyring())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// restart runs agrafed with more in its configuration.
func (d *desk) restart(more string) {
	d.t.Helper()
	d.kill(syscall.SIGTERM)
	f, err := os.OpenFile(d.config(), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(more)
	}
	if err != nil || f.Close() != nil {
		d.t.Fatal(err)
	}
	d.start()
}

// answerWith gives code when it is asked for, and returns how often that was.
func (d *desk) answerWith(code string) (asked func() int) {
	ctx, cancel := context.WithCancel(context.Background())
	ready := make(chan struct{})
	var mu sync.Mutex
	n := 0
	answers := local.Answers{Ready: func() { close(ready) }, Code: func(context.Context, local.Question) local.Reply {
		mu.Lock()
		defer mu.Unlock()
		n++
		return local.Reply{Code: []byte(code)}
	}}
	var ended sync.WaitGroup
	ended.Go(func() { _ = local.Attach(ctx, d.socket(), answers) })
	d.t.Cleanup(func() { cancel(); ended.Wait() })
	<-ready
	return func() int { mu.Lock(); defer mu.Unlock(); return n }
}

// place is where a form of a code was found.
type place struct {
	form   string
	region string
	locked bool // neither swapped nor dumped
}

// find looks for every form of code in the memory of agrafed: the digits themselves, as
// typed, in JSON and in VERIFY, and each of two bytes. The digits may be there by chance
// too, as a part of something longer: those next to a letter or digit are not counted.
func (d *desk) find(code string) (found []place) {
	d.t.Helper()
	wide := make([]byte, 0, 2*len(code))
	for _, digit := range []byte(code) {
		wide = append(wide, digit, 0)
	}
	forms := map[string][]byte{"digits": []byte(code), "VERIFY": []byte("\x20\x00\x01\x04" + code), "UTF-16": wide}
	d.regions(func(region string, locked bool, data []byte) {
		for name, form := range forms {
			for at := 0; ; at++ {
				i := bytes.Index(data[at:], form)
				if i < 0 {
					break
				}
				at += i
				if name != "digits" || !bytes.ContainsFunc(around(data, at, len(form)), isWord) {
					found = append(found, place{name, region, locked})
				}
			}
		}
	})
	return found
}

// around are the bytes before and behind data[at:at+n], where there are any.
func around(data []byte, at, n int) []byte {
	before, behind := data[max(at-1, 0):at], data[at+n:min(at+n+1, len(data))]
	return append(slices.Clone(before), behind...)
}

func isWord(r rune) bool { return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// unused is a code of which the digits are nowhere in the memory of agrafed.
func (d *desk) unused() string {
	d.t.Helper()
	seen := make(map[string]bool)
	d.regions(func(_ string, _ bool, data []byte) {
		for i := 0; i+4 <= len(data); i++ {
			if digits := data[i : i+4]; digit(digits[0]) && digit(digits[1]) && digit(digits[2]) && digit(digits[3]) {
				seen[string(digits)] = true
			}
		}
	})
	for n := 1357; n < 10000; n += 7 {
		if code := fmt.Sprint(n); !seen[code] {
			return code
		}
	}
	d.t.Fatal("every code is in the memory of agrafed")
	return ""
}

func digit(b byte) bool { return '0' <= b && b <= '9' }

// regions reads the memory of agrafed, frozen meanwhile.
func (d *desk) regions(look func(region string, locked bool, data []byte)) {
	d.t.Helper()
	pid := d.child.Process.Pid
	if err := d.child.Process.Signal(syscall.SIGSTOP); err != nil {
		d.t.Fatal(err)
	}
	defer d.child.Process.Signal(syscall.SIGCONT)
	smaps, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps", pid))
	if err != nil {
		d.t.Fatal(err)
	}
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		d.t.Fatal(err)
	}
	defer memory.Close()
	var from, to int64
	var region string
	total := 0
	for s := bufio.NewScanner(bytes.NewReader(smaps)); s.Scan(); {
		line := s.Text()
		var a, b int64
		if n, _ := fmt.Sscanf(line, "%x-%x ", &a, &b); n == 2 {
			region, from, to = line, a, b
			continue
		}
		flags, ok := strings.CutPrefix(line, "VmFlags:")
		if !ok || !strings.Contains(flags, " rd ") {
			continue
		}
		data, err := io.ReadAll(io.NewSectionReader(memory, from, to-from))
		if mapped := strings.ContainsAny(region, "/["); err != nil && !mapped { // a file ends before its mapping; the kernel's pages can't be read
			d.t.Fatalf("%s: %v", region, err)
		}
		total += len(data)
		locked := strings.Contains(flags, " lo ") && strings.Contains(flags, " dd ") && to-from == int64(os.Getpagesize())
		look(region, locked, data)
	}
	if total < 1<<20 {
		d.t.Fatalf("only %d bytes were read", total)
	}
}
