//go:build linux

package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"text/tabwriter"
)

// verdict is what a row means for its target.
type verdict string

// The verdicts.
const (
	reached    verdict = "ok"
	short      verdict = "SHORT"
	told       verdict = "" // a figure that no target speaks of
	unmeasured verdict = "not measured"
)

// row is one figure.
type row struct {
	Target  string  `json:"target"`
	Measure string  `json:"measure"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit"`
	Floor   float64 `json:"floor,omitempty"` // same unit, same run
	FloorIs string  `json:"floorIs,omitempty"`
	Ratio   float64 `json:"ratio,omitempty"` // value to floor; the median of the ratios where both were sliced
	Goal    string  `json:"goal,omitempty"`
	Verdict verdict `json:"verdict"`
	Note    string  `json:"note,omitempty"`
}

// beside puts the floor in.
func (r row) beside(what string, floor float64) row {
	r.FloorIs, r.Floor = what, floor
	if r.Ratio == 0 && floor > 0 && r.Value > 0 {
		r.Ratio = r.Value / floor
	}
	return r
}

// atMost judges the value.
func (r row) atMost(limit float64) row {
	r.Goal = fmt.Sprintf("≤ %s %s", figure(limit), r.Unit)
	return r.judge(r.Value <= limit)
}

// ratioAtMost judges the ratio to the floor.
func (r row) ratioAtMost(limit float64) row {
	r.Goal = fmt.Sprintf("≤ %s × floor", figure(limit))
	return r.judge(r.Ratio <= limit)
}

// ratioAtLeast judges the ratio to the floor where more is better.
func (r row) ratioAtLeast(limit float64) row {
	r.Goal = fmt.Sprintf("≥ %s × floor", figure(limit))
	return r.judge(r.Ratio >= limit)
}

// atLeast judges the value where more is better.
func (r row) atLeast(limit float64) row {
	r.Goal = fmt.Sprintf("≥ %s %s", figure(limit), r.Unit)
	return r.judge(r.Value >= limit)
}

func (r row) judge(ok bool) row {
	r.Verdict = short
	if ok {
		r.Verdict = reached
	}
	return r
}

// report is the machine-readable result.
type report struct {
	Machine machine `json:"machine"`
	Long    bool    `json:"long"`
	Rows    []row   `json:"rows"`
	Peers   []peer  `json:"peers"`
}

// machine is where the figures were taken.
type machine struct {
	CPUs int    `json:"cpus"`
	Load string `json:"load"` // 1, 5 and 15 minutes, at the end of the run
	Go   string `json:"go"`
}

func thisMachine() machine {
	load, _ := os.ReadFile("/proc/loadavg") // only shown
	fields := strings.Fields(string(load))
	return machine{CPUs: runtime.NumCPU(), Load: strings.Join(fields[:min(3, len(fields))], " "), Go: runtime.Version()}
}

// peer is a program of others that a target names.
type peer struct {
	Package   string `json:"package"` // of Debian
	Targets   string `json:"targets"`
	Installed bool   `json:"installed"`
}

// peers tells which are here. None is measured yet: the rows stand beside their
// floors.
func peers() []peer {
	list := []peer{{Package: "ausweisapp2", Targets: "P1, P2, P3, P5"}}
	for i, p := range list {
		for _, program := range []string{"AusweisApp2", "AusweisApp", p.Package} {
			if _, err := exec.LookPath(program); err == nil {
				list[i].Installed = true
			}
		}
	}
	return list
}

// render prints the table, then what falls short and what is missing.
func (r report) render(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "target\tmeasure\tvalue\tfloor, same run\tratio\tgoal\tverdict\t")
	for _, row := range r.Rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", row.Target, row.Measure, row.value(), row.floor(), row.ratio(), row.Goal, row.Verdict)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, row := range r.Rows {
		if row.Note != "" {
			fmt.Fprintf(w, "%s, %s: %s\n", row.Target, row.Measure, row.Note)
		}
	}
	fmt.Fprintf(w, "\nfall short: %s\n", r.list(short))
	fmt.Fprintf(w, "not measured: %s\n", r.list(unmeasured))
	for _, p := range r.Peers {
		state := "not installed"
		if p.Installed {
			state = "installed, not measured by this command"
		}
		fmt.Fprintf(w, "peer %s (%s): %s\n", p.Package, p.Targets, state)
	}
	_, err := fmt.Fprintf(w, "machine: %d CPUs, load %s, %s\n", r.Machine.CPUs, r.Machine.Load, r.Machine.Go)
	return err
}

// list names the rows of a verdict.
func (r report) list(v verdict) string {
	var all []string
	for _, row := range r.Rows {
		if row.Verdict == v {
			all = append(all, row.Target+" "+row.Measure)
		}
	}
	if all == nil {
		return "none"
	}
	return strings.Join(all, "; ")
}

func (r row) value() string {
	if r.Verdict == unmeasured {
		return "–"
	}
	return figure(r.Value) + " " + r.Unit
}

func (r row) floor() string {
	if r.FloorIs == "" {
		return "–"
	}
	return fmt.Sprintf("%s %s (%s)", figure(r.Floor), r.Unit, r.FloorIs)
}

func (r row) ratio() string {
	if r.Ratio == 0 {
		return "–"
	}
	return figure(r.Ratio) + "×"
}

// figure prints v with three significant digits, whole numbers whole.
func figure(v float64) string {
	switch a := math.Abs(v); {
	case v == math.Trunc(v), a >= 100:
		return fmt.Sprintf("%.0f", v)
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}
