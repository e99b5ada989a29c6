//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used so far, as /proc tells.
type usage struct {
	at       time.Duration
	rss      float64 // MB of 10⁶ bytes, as VmRSS
	anon     float64 // of it, memory of its own: heap, stacks
	file     float64 // of it, pages of files: the program, mapped tables
	peak     float64 // VmHWM
	cpu      time.Duration
	switches float64 // of context, voluntary and not, all threads
}

// look reads the usage of a process.
func look(pid int) (usage, error) {
	dir := fmt.Sprintf("/proc/%d", pid)
	u := usage{at: monotonic()}
	fields, err := statusOf(dir)
	if err != nil {
		return u, err
	}
	const kB = 1024.0 / 1e6
	u.rss, u.anon, u.file, u.peak = fields["VmRSS"]*kB, fields["RssAnon"]*kB, fields["RssFile"]*kB, fields["VmHWM"]*kB
	threads, err := filepath.Glob(dir + "/task/*")
	if err != nil {
		return u, err
	}
	for _, thread := range threads {
		fields, err := statusOf(thread)
		if os.IsNotExist(err) {
			continue // it ended meanwhile
		} else if err != nil {
			return u, err
		}
		u.switches += fields["voluntary_ctxt_switches"] + fields["nonvoluntary_ctxt_switches"]
		text, err := os.ReadFile(thread + "/schedstat")
		if err != nil {
			return u, err
		}
		running, _, _ := strings.Cut(string(text), " ") // ns on a CPU
		ns, err := strconv.ParseInt(running, 10, 64)
		if err != nil {
			return u, fmt.Errorf("cannot understand %s/schedstat: %w", thread, err)
		}
		u.cpu += time.Duration(ns)
	}
	return u, nil
}

// statusOf reads the numbers of a status file; those of sizes are in kB.
func statusOf(dir string) (map[string]float64, error) {
	text, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return nil, err
	}
	fields := make(map[string]float64)
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ":")
		number, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		if n, err := strconv.ParseFloat(number, 64); err == nil {
			fields[name] = n
		}
	}
	return fields, nil
}

// idle is what processes cost while nothing happens.
type idle struct {
	last    usage
	wakeups float64 // context switches per second
	cpu     float64 // per mille of one CPU
}

// watchIdle looks at processes at both ends of a period.
func watchIdle(ctx context.Context, period time.Duration, pids ...int) ([]idle, error) {
	before := make([]usage, len(pids))
	for i, pid := range pids {
		var err error
		if before[i], err = look(pid); err != nil {
			return nil, err
		}
	}
	if err := pause(ctx, period); err != nil {
		return nil, err
	}
	list := make([]idle, len(pids))
	for i, pid := range pids {
		after, err := look(pid)
		if err != nil {
			return nil, err
		}
		seconds := (after.at - before[i].at).Seconds()
		list[i] = idle{last: after, wakeups: (after.switches - before[i].switches) / seconds,
			cpu: 1000 * (after.cpu - before[i].cpu).Seconds() / seconds}
	}
	return list, nil
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
