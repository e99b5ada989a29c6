//go:build linux && pcscd

package rig

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/pcsc"
)

func TestMain(m *testing.M) { Main(m) }

func start(t *testing.T, opts Options) *Rig {
	t.Helper()
	r, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func stop(t *testing.T, r *Rig) {
	t.Helper()
	if err := r.Stop(); err != nil {
		t.Error(err)
	}
}

func readers(t *testing.T) []string {
	t.Helper()
	w, err := pcsc.New().Watch()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	slots, err := w.Wait(nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range slots {
		names = append(names, s.Reader)
	}
	return names
}

func TestSlots(t *testing.T) {
	tests := []struct {
		name string
		opts Options
		want []string
	}{
		{"default", Options{}, []string{"Virtual PCD 00 00", "Virtual PCD 00 01"}},
		{"three slots", Options{Slots: 3}, []string{"Virtual PCD 00 00", "Virtual PCD 00 01", "Virtual PCD B 00 00", "Virtual PCD B 00 01"}},
		{"named and on another port", Options{Slots: 4, Names: []string{"Ingenico TLA"}, Port: 40001, Dir: "."},
			[]string{"Ingenico TLA 00 00", "Ingenico TLA 00 01", "Virtual PCD B 00 00", "Virtual PCD B 00 01"}},
		{"too many names", Options{Names: []string{"A", "B"}}, []string{"A 00 00", "A 00 01"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.opts.Dir != "" {
				t.Chdir(t.TempDir())
			}
			r := start(t, tt.opts)
			defer stop(t, r)
			if got := readers(t); fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("readers %q, want %q", got, tt.want)
			}
			for i, name := range tt.want {
				if r.Reader(i) != name {
					t.Errorf("reader %d is %q, want %q", i, r.Reader(i), name)
				}
				conn, err := net.Dial("tcp", r.Addr(i))
				if err != nil {
					t.Errorf("slot %d: %v", i, err)
					continue
				}
				conn.Close()
			}
		})
	}
}

func TestStrangeFolder(t *testing.T) {
	_, err := Start(t.Context(), Options{Dir: t.TempDir() + "/a,b"})
	if err == nil || !strings.Contains(err.Error(), "holds only letters") {
		t.Errorf("got %v", err)
	}
}

func TestOnlyOne(t *testing.T) {
	r := start(t, Options{})
	defer stop(t, r)
	_, err := Start(t.Context(), Options{Port: 40001})
	if err == nil || !strings.Contains(err.Error(), "a pcscd is already running") {
		t.Errorf("got %v", err)
	}
}

func TestRestart(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(r *Rig) error
	}{
		{"after a crash", func(r *Rig) error { r.Kill(); return nil }},
		{"after a stop", (*Rig).Shutdown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := start(t, Options{})
			defer stop(t, r)
			for range 3 {
				if err := tt.end(r); err != nil {
					t.Fatal(err)
				}
				if _, err := pcsc.New().Watch(); reader.KindOf(err) != reader.ServiceDown {
					t.Errorf("pcscd still answers: %v", err)
				}
				if err := r.Restart(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := readers(t); len(got) != 2 {
					t.Errorf("readers %q", got)
				}
			}
		})
	}
}

func TestStopCleansUp(t *testing.T) {
	r := start(t, Options{})
	dir := r.opts.Dir
	stop(t, r)
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	if running() {
		t.Error("pcscd is still there")
	}
}

func TestContextEndsPCSCD(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Start(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, r)
	cancel()
	<-r.done
	if _, err := Start(ctx, Options{}); err == nil {
		t.Error("started with a context that has ended")
	}
}
