package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// statusEvery is how often the line that systemctl status shows is looked at.
const statusEvery = 30 * time.Second

// notify tells systemd, if it runs us (sd_notify(3)).
func notify(log *slog.Logger, lines ...string) {
	if _, err := systemd.SdNotify(false, strings.Join(lines, "\n")); err != nil {
		log.Warn("systemd was not told", "error", err)
	}
}

// supervise tells systemd that the service is ready, then, three times in each
// WatchdogSec, that it is alive, until ctx ends.
//
// Alive is one that answers: that takes a snapshot, for which the desk, the hub and
// the journal each have to. One that hangs in any of them does not come back here, and
// is started again; so is one whose journal's writer is stuck. A full disk, a damaged
// journal or a card service that is down are no reason: another start would not mend
// them.
func supervise(ctx context.Context, d *daemon.Daemon, addr string, log *slog.Logger) {
	limit, err := systemd.SdWatchdogEnabled(false)
	if err != nil {
		log.Warn("the watchdog of systemd is off", "error", err)
	}
	every := statusEvery
	if limit > 0 {
		every = limit / 3
	}
	writer := newPulse()
	go writer.follow(ctx, every, d.Writing)
	told := "STATUS=" + status(addr, ask(d))
	notify(log, systemd.SdNotifyReady, told)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			notify(log, systemd.SdNotifyStopping) // here, so that nothing is told after it
			return
		case <-tick.C:
		}
		var lines []string
		if silent := writer.silent(); silent <= writerLimit {
			lines = append(lines, systemd.SdNotifyWatchdog)
		} else {
			log.Error("the journal's writer is stuck; the watchdog is left to start the service again", "since", silent.Round(time.Second))
		}
		if now := "STATUS=" + status(addr, ask(d)); now != told {
			told, lines = now, append(lines, now)
		}
		if len(lines) > 0 {
			notify(log, lines...)
		}
	}
}

// ask takes a snapshot as a front end does.
func ask(d *daemon.Daemon) state.Snapshot {
	s, events := d.Hello()
	events.Close()
	return s
}

// status is one line for administrators. It names nobody.
func status(addr string, s state.Snapshot) string {
	parts := []string{"on " + addr}
	switch n := len(s.Readers); {
	case !s.Service.Up && s.Service.Detail == "": // not looked for yet
	case !s.Service.Up:
		parts = append(parts, "no card service")
	case n == 1:
		parts = append(parts, "1 reader")
	default:
		parts = append(parts, fmt.Sprintf("%d readers", n))
	}
	if s.Journal.Damaged {
		parts = append(parts, "journal DAMAGED: agrafe journal restore")
	}
	if b := s.Journal.Backup; b != nil && b.Problem != nil {
		parts = append(parts, "backup FAILED: agrafe status")
	}
	return strings.Join(parts, ", ")
}
