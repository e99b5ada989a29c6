//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// The packages inside measure themselves with go test -bench, each figure beside its
// floor in one process. This file runs them and puts their figures in the table.

const (
	journalPackage = "github.com/agrafe-fse/agrafe/daemon/journal"
	b2Package      = "github.com/agrafe-fse/agrafe/daemon/b2"
	rulesPackage   = "github.com/agrafe-fse/agrafe/daemon/fse"
)

// figures are the results of the benchmarks of one package: name → unit → value.
type figures map[string]map[string][]float64

// gobench runs benchmarks and keeps every figure of every run.
func gobench(ctx context.Context, pattern, pkg string, args ...string) (figures, error) {
	args = append([]string{"test", "-run", "^$", "-bench", pattern, "-benchmem", "-timeout", "30m", pkg}, args...)
	out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("cannot run the benchmarks of %s: %w: %s", pkg, err, lastLine(out))
	}
	found := parseBench(out)
	if len(found) == 0 {
		return nil, fmt.Errorf("cannot read the benchmarks of %s: %s", pkg, lastLine(out))
	}
	return found, nil
}

// parseBench reads the lines "BenchmarkName/case-2  100  12.3 ns/op  45 B/op".
func parseBench(out []byte) figures {
	found := make(figures)
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		fields := strings.Fields(s.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			name = name[:i]
		}
		if found[name] == nil {
			found[name] = make(map[string][]float64)
		}
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				found[name][fields[i+1]] = append(found[name][fields[i+1]], v)
			}
		}
	}
	return found
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// median of a figure; an error if the benchmark did not give it.
func (f figures) median(b *bench, target, name, unit string) (float64, error) {
	samples := f[name][unit]
	if len(samples) == 0 {
		return 0, fmt.Errorf("cannot find %s of benchmark %s", unit, name)
	}
	return median(b.keep(target, name+" "+unit, samples)), nil
}

// measureQueue is P9: durable records in a second, beside Badger alone and, where
// the module proxy has them, other engines.
func measureQueue(ctx context.Context, b *bench) error {
	f, err := gobench(ctx, "BenchmarkAppend", journalPackage, "-benchtime", "2s", "-count", strconv.Itoa(b.times(3, 7)))
	if err != nil {
		return err
	}
	for _, c := range []struct {
		callers int
		goal    float64
	}{{1, 0.9}, {64, 6}} {
		ours, err := f.median(b, "P9", fmt.Sprintf("Append/journal/callers=%d", c.callers), "records/s")
		if err != nil {
			return err
		}
		raw, err := f.median(b, "P9", fmt.Sprintf("Append/badger/callers=%d", c.callers), "records/s")
		if err != nil {
			return err
		}
		b.add(row{Target: "P9", Measure: fmt.Sprintf("durable records, callers %d", c.callers), Value: ours, Unit: "/s"}.
			beside("Badger, same options, and one fdatasync", raw).ratioAtLeast(c.goal))
	}
	return b.otherEngines(ctx)
}

// otherEngines builds the module of the peers and measures each.
func (b *bench) otherEngines(ctx context.Context) error {
	program := filepath.Join(b.dir, "peers")
	if out, err := exec.CommandContext(ctx, "go", "build", "-C", "bridge/bench/peers", "-o", program, ".").CombinedOutput(); err != nil {
		b.unmeasured("P9", "bbolt and SQLite", "cannot build the peers: "+lastLine(out))
		return nil
	}
	for _, engine := range []string{"bbolt", "sqlite"} {
		for _, callers := range []int{1, 64} {
			dir, err := os.MkdirTemp(b.dir, engine)
			if err != nil {
				return err
			}
			out, err := exec.CommandContext(ctx, program, "-engine", engine, "-dir", dir, "-callers", strconv.Itoa(callers)).Output()
			if err != nil {
				return fmt.Errorf("cannot measure %s: %w", engine, err)
			}
			perSecond, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
			if err != nil {
				return fmt.Errorf("cannot measure %s: %w", engine, err)
			}
			b.add(row{Target: "P9", Measure: fmt.Sprintf("peer %s, callers %d", engine, callers), Value: perSecond, Unit: "/s", Verdict: told})
		}
	}
	return nil
}

// measureYears is P10: what a journal of years costs, beside one of a day.
func measureYears(ctx context.Context, b *bench) error {
	f, err := gobench(ctx, "BenchmarkOpen/encrypted=true", journalPackage, "-benchtime", "5x", "-million")
	if err != nil {
		return err
	}
	for _, c := range []struct {
		measure, unit, shown string
		limit                float64
	}{
		{"open a warm encrypted journal of 1 M records", "ms/open", "ms", 100},
		{"list a page of it", "ms/page", "ms", 5},
		{"a counter of it", "ms/counter", "ms", 5},
		{"memory with it open and checked", "MiB-RSS", "MiB", 80},
	} {
		many, err := f.median(b, "P10", "Open/encrypted=true/records=1000000", c.unit)
		if err != nil {
			return err
		}
		few, err := f.median(b, "P10", "Open/encrypted=true/records=100", c.unit)
		if err != nil {
			return err
		}
		b.add(row{Target: "P10", Measure: c.measure, Value: many, Unit: c.shown}.beside("100 records", few).atMost(c.limit))
	}
	return nil
}

// measurePrices is P8: what pricing costs.
func measurePrices(ctx context.Context, b *bench) error {
	f, err := gobench(ctx, "BenchmarkPrice", rulesPackage, "-count", strconv.Itoa(b.times(3, 7)), "-cpu", "1")
	if err != nil {
		return err
	}
	price, err := f.median(b, "P8", "Price", "ns/op")
	if err != nil {
		return err
	}
	floor, err := f.median(b, "P8", "PriceFloor", "ns/op")
	if err != nil {
		return err
	}
	allocs, err := f.median(b, "P8", "Price", "allocs/op")
	if err != nil {
		return err
	}
	b.add(row{Target: "P8", Measure: "price an FSE of 3 acts", Value: price / 1000, Unit: "µs"}.beside("a copy of the result", floor/1000).atMost(3))
	b.add(row{Target: "P8", Measure: "allocations for it", Value: allocs, Unit: "allocations"}.atMost(5))
	f, err = gobench(ctx, "BenchmarkReprice", rulesPackage, "-benchtime", "1x", "-cpu", "1")
	if err != nil {
		return err
	}
	million, err := f.median(b, "P8", "Reprice", "ms/million")
	if err != nil {
		return err
	}
	b.add(row{Target: "P8", Measure: "1 M FSE priced again on one core", Value: million / 1000, Unit: "s"}.atMost(3))
	return nil
}

// measureLots is P11 for B2: what a file costs, beside a copy of its bytes.
func measureLots(ctx context.Context, b *bench) error {
	f, err := gobench(ctx, "BenchmarkCodec|BenchmarkDay", b2Package, "-count", strconv.Itoa(b.times(5, 9)), "-cpu", "1")
	if err != nil {
		return err
	}
	floor, err := f.median(b, "P11", "Codec/memmove", "MB/s")
	if err != nil {
		return err
	}
	for _, way := range []string{"encode", "decode"} {
		speed, err := f.median(b, "P11", "Codec/"+way, "MB/s")
		if err != nil {
			return err
		}
		b.add(row{Target: "P11", Measure: "B2 " + way + ", one core", Value: speed, Unit: "MB/s"}.beside("memmove", floor).atLeast(400))
	}
	perSecond, err := f.median(b, "P11", "Day/codec", "invoices/s")
	if err != nil {
		return err
	}
	b.add(row{Target: "P11", Measure: "encode and decode a day of 100 000 invoices", Value: 100_000 / perSecond, Unit: "s"}.atMost(1))
	return nil
}
