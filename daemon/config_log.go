package daemon

import (
	"io"
	"log/slog"
	"path/filepath"

	"github.com/agrafe-fse/agrafe/daemon/logbook"
)

// LogConfig says what is logged, and where.
type LogConfig struct {
	Level slog.Level `toml:"level" comment:"DEBUG, INFO, WARN or ERROR."`
	File  string     `toml:"file" comment:"File of the log, mode 0600, in the state folder or another one that the service may write. Empty: the\nsystem's own log keeps it (journalctl -u agrafed)."`
	MaxMB int        `toml:"max_mb" comment:"Size of that file in MB at which another one is begun."`
	Files int        `toml:"files" comment:"How many such files there are at most, the newest included."`
}

func (c LogConfig) check(that func(ok bool, format string, args ...any)) {
	that(c.File == "" || filepath.IsAbs(c.File), "log.file: %q is not an absolute path", c.File)
	that(c.MaxMB >= 1 && c.MaxMB <= 1000, "log.max_mb: %d is not between 1 and 1000", c.MaxMB)
	that(c.Files >= 1 && c.Files <= 100, "log.files: %d is not between 1 and 100", c.Files)
}

// Open opens the log. What no file takes goes to elsewhere.
func (c LogConfig) Open(elsewhere io.Writer) (*slog.Logger, *logbook.Log) {
	l := logbook.Open(logbook.Options{File: c.File, Bytes: int64(c.MaxMB) << 20, Files: c.Files, Else: elsewhere})
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: c.Level})), l
}
