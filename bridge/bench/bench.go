//go:build linux

package main

import (
	"math"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// bench collects the rows and samples of one run.
type bench struct {
	dir     string
	long    bool
	targets []target
	rows    []row
	raw     map[string][]float64 // by target and series
}

func (b *bench) add(r row) { b.rows = append(b.rows, r) }

// keep stores the samples of a series of a target, and returns them.
func (b *bench) keep(target, series string, samples []float64) []float64 {
	b.raw[target+" "+series] = samples
	return samples
}

func (b *bench) unmeasured(target, measure, why string) {
	b.add(row{Target: target, Measure: measure, Verdict: unmeasured, Note: why})
}

// times returns short, or long with -long.
func (b *bench) times(short, long int) int {
	if b.long {
		return long
	}
	return short
}

// monotonic is CLOCK_MONOTONIC, which all processes of a machine share.
func monotonic() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) // can't fail for this clock
	return time.Duration(t.Nano())
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// quantile is the smallest sample that at least the share q of them does not
// exceed (nearest rank).
func quantile(samples []float64, q float64) float64 {
	if len(samples) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(samples))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

func median(samples []float64) float64 { return quantile(samples, 0.5) }

// within counts the samples that do not exceed limit.
func within(samples []float64, limit float64) (n int) {
	for _, s := range samples {
		if s <= limit {
			n++
		}
	}
	return n
}
