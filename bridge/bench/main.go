//go:build linux

// Command bench measures what a user of Agrafe feels: how soon a front end knows
// of a card, how long a call takes, what the idle service costs.
//
// Its contract:
//
//   - Every figure stands beside a floor or a peer measured in the same run, and
//     the verdict is on what the target speaks of. Machines differ and are noisy:
//     the ratio tells more than the figure.
//   - The service is the real agrafed in a process of its own, on a real pcscd
//     with vpcd slots, both in namespaces of their own; P6 and P7 run in process,
//     where the cost of the card itself can be taken away, and P8 to P11 are the
//     benchmarks of the packages inside.
//   - It asserts nothing: a row that falls short says so and the exit code is 0.
//     The exit code is 1 when something could not be measured.
//   - -raw keeps every sample, in the unit of its row.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/agrafe-fse/agrafe/reader/virtual/rig"
)

// target is one line of the list of targets.
type target struct {
	name    string
	what    string
	measure func(context.Context, *bench) error
}

var targets = []target{
	{"P1", "card in or out → frame at a client", measureCard},
	{"P2", "upgrade → hello with the whole state", measureHello},
	{"P3", "system.ping, 1 KiB of JSON", measurePing},
	{"P5", "the idle service", measureIdle},
	{"P6", "sign an FSE", measureSign},
	{"P7", "read a Vitale", measureVitale},
	{"P8", "price an FSE", measurePrices},
	{"P9", "durable records in a second", measureQueue},
	{"P10", "years of work in the journal", measureYears},
	{"P11", "lots in B2", measureLots},
	{"P13", "pcscd killed → service up at a client", measureRecovery},
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == roleWatch {
		end(serveWatch())
	}
	b, out, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	code, parent, err := rig.Isolate()
	if err == nil && parent {
		os.Exit(code)
	}
	if err == nil {
		err = run(b, out)
	}
	end(err)
}

func end(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// output says where the result goes.
type output struct {
	json bool
	raw  string
}

func parse(args []string) (*bench, output, error) {
	b, out := &bench{raw: make(map[string][]float64)}, output{}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := flags.String("only", "", "targets to measure, such as P1,P3; default: all")
	flags.BoolVar(&b.long, "long", false, "more samples, long outages: some 25 minutes")
	flags.BoolVar(&out.json, "json", false, "print the result as JSON")
	flags.StringVar(&out.raw, "raw", "", "keep every sample in `FILE`, as JSON")
	if err := flags.Parse(args); err != nil {
		return nil, out, err
	}
	if flags.NArg() > 0 {
		return nil, out, fmt.Errorf("cannot understand %q; try: -h", flags.Arg(0))
	}
	b.targets = targets
	if *only != "" {
		wanted := strings.Split(strings.ToUpper(*only), ",")
		b.targets = slices.DeleteFunc(slices.Clone(targets), func(t target) bool { return !slices.Contains(wanted, t.name) })
		if len(b.targets) != len(wanted) {
			return nil, out, fmt.Errorf("cannot measure %s: there are %s", *only, names(targets))
		}
	}
	return b, out, nil
}

func names(list []target) string {
	var all []string
	for _, t := range list {
		all = append(all, t.name)
	}
	return strings.Join(all, ", ")
}

// run measures, then prints whatever could be measured.
func run(b *bench, out output) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	dir, err := os.MkdirTemp("", "agrafe-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b.dir = dir
	failed := 0
	for _, t := range b.targets {
		fmt.Fprintf(os.Stderr, "%s: %s\n", t.name, t.what)
		if err := t.measure(ctx, b); err != nil {
			failed++
			b.unmeasured(t.name, t.what, err.Error())
		}
	}
	if err := b.print(os.Stdout, out); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("cannot measure %d of %d targets: see the rows", failed, len(b.targets))
	}
	return nil
}

func (b *bench) print(w io.Writer, out output) error {
	if out.raw != "" {
		text, err := json.Marshal(b.raw)
		if err == nil {
			err = os.WriteFile(out.raw, text, 0o644)
		}
		if err != nil {
			return fmt.Errorf("cannot keep the samples: %w", err)
		}
	}
	r := report{Machine: thisMachine(), Long: b.long, Rows: b.rows, Peers: peers()}
	if out.json {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	return r.render(w)
}
