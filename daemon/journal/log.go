package journal

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// engineLog passes Badger's own log to slog. Badger prints keys and key ranges, and keys may say who a patient is:
// only numbers, durations and errors go through, everything else becomes "…". Its debug lines are dropped.
type engineLog struct{ log *slog.Logger }

func (l engineLog) Errorf(format string, args ...any)   { l.print(slog.LevelError, format, args) }
func (l engineLog) Warningf(format string, args ...any) { l.print(slog.LevelWarn, format, args) }
func (l engineLog) Infof(format string, args ...any)    { l.print(slog.LevelDebug, format, args) }
func (l engineLog) Debugf(string, ...any)               {}

func (l engineLog) print(level slog.Level, format string, args []any) {
	if !l.log.Enabled(context.Background(), level) || strings.TrimSpace(format) == "" {
		return
	}
	safe := make([]any, len(args))
	for i, a := range args {
		switch a.(type) {
		case int, int32, int64, uint, uint32, uint64, float64, bool, time.Duration, error:
			safe[i] = a
		default:
			safe[i] = hidden{}
		}
	}
	l.log.Log(context.Background(), level, "badger: "+strings.TrimSpace(fmt.Sprintf(format, safe...)))
}

// hidden prints as "…" under any verb.
type hidden struct{}

func (hidden) Format(s fmt.State, _ rune) { fmt.Fprint(s, "…") }
