package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/agrafe-fse/agrafe/daemon/vault"
)

// Config is what the person who installs the daemon may set. The comments of the
// fields are what `agrafed --print-config` shows.
type Config struct {
	Port    int      `toml:"port" comment:"TCP port of the WebSocket, on 127.0.0.1 and [::1] only. Web pages look for it there: change it\nonly together with them. The daemon never walks to another port: if this one is taken, it says so and stops."`
	State   string   `toml:"state" comment:"Folder of the journal, the certificates of cards and the local token. Made with mode 0700."`
	Anchor  string   `toml:"anchor" comment:"File that holds the head of the journal, by which damage to the journal is noticed. Best on another\ndisk. Empty: journal.anchor in the state folder."`
	Control string   `toml:"control" comment:"Unix socket for the tray and the command line. It lets in root, the user at the machine, and the service's\nown user and group. Empty: /run/agrafe/control.sock with the default state folder, else control.sock in the\nstate folder."`
	Readers []string `toml:"readers" comment:"Readers to use, each by the beginning of its name. Empty: all of them."`
	Tables  []string `toml:"tables" comment:"Files of the practice's own rows, which go before ours: tarifs.csv, organismes.csv, modificateurs_ccam.csv,\nwith the columns that agrafe tables show gives."`

	AlsaceMoselle bool `toml:"alsace_moselle" comment:"Good Friday and 26 December are public holidays here: they don't count in the time limits."`

	Journal JournalConfig `toml:"journal" comment:"The journal, where FSE and lots are kept."`

	Origins OriginsConfig `toml:"origins" comment:"The web pages that may use the service."`

	TLS TLSConfig `toml:"tls" comment:"wss beside ws, on 127.0.0.1 and [::1] only, for Safari, which opens no ws there."`

	PIN  PINConfig  `toml:"pin" comment:"The code porteur."`
	Card CardConfig `toml:"card" comment:"Patience with cards."`
	Log  LogConfig  `toml:"log" comment:"The log goes to standard error, and so to the system's own log, unless a file is set."`

	Mail MailConfig `toml:"mail" comment:"How lots leave for the payers and returns come in. Nothing set: nothing is dialled."`

	Rights RightsConfig `toml:"rights" comment:"Asking the payers for the rights of patients. Under systemd the service's network is closed: see agrafed.service."`

	Update UpdateConfig `toml:"update" comment:"Telling that there is a newer version. Nothing is ever downloaded or installed."`
}

// JournalConfig says how the journal is protected.
type JournalConfig struct {
	Key           string `toml:"key" comment:"File of the secret that encrypts the journal and its backups, made at the first start with mode 0600; never in\nthe state folder or the backup folder. Empty: beside the state folder, with .key behind its name. A systemd\ncredential agrafe-journal-key goes before it. Without it only the recovery code opens the journal: see\nagrafe journal code."`
	Backup        string `toml:"backup" comment:"Folder of the backups, encrypted: best on another disk or a share of the network. Empty: no backups."`
	BackupMinutes int    `toml:"backup_minutes" comment:"Minutes of activity between two backups; there is one more at each stop."`
	KeepMonths    int    `toml:"keep_months" comment:"How long FSE that are over (paid, cancelled, replaced) stay before agrafe journal purge may take them out, in\nmonths. Never under 3: the law asks for 90 days. What is unpaid stays whatever its age."`
}

// PINConfig says how long a code that was typed may serve.
type PINConfig struct {
	Policy              string `toml:"policy" comment:"each: the code is asked for at each signature. session: it is asked for once and kept in memory until\nthe card leaves, the session is closed or its time is over."`
	Minutes             int    `toml:"minutes" comment:"Longest life of a session, in minutes."`
	SignaturesPerMinute int    `toml:"signatures_per_minute" comment:"Above so many signatures, or questions to payers (ADRi), in a minute the code is asked for again, whatever the policy: a script\nsmuggled into an allowed page must not sign all day."`
}

// CardConfig bounds the work of cards.
type CardConfig struct {
	Seconds int `toml:"seconds" comment:"Longest wait for one operation of a card, the use that other programs make of it included, in seconds."`
}

// Policies of PINConfig.
const (
	PINEach    = "each"
	PINSession = "session"
)

// DefaultPort is where web pages look for the daemon.
const DefaultPort = 17373

// DefaultConfig is the configuration of a machine where nobody set anything.
func DefaultConfig() Config {
	return Config{
		Port:    DefaultPort,
		State:   defaultState(),
		Readers: []string{},
		Tables:  []string{},
		Journal: JournalConfig{BackupMinutes: 15, KeepMonths: 36},
		Origins: OriginsConfig{Pairing: PairingOnRequest, Policy: defaultPolicy()},
		TLS:     TLSConfig{Port: DefaultTLSPort},
		PIN:     PINConfig{Policy: PINSession, Minutes: 12 * 60, SignaturesPerMinute: 30},
		Card:    CardConfig{Seconds: 20},
		Log:     LogConfig{MaxMB: 10, Files: 5},
		Mail:    defaultMail(),
	}
}

// defaultState is where a service keeps its data.
func defaultState() string {
	switch runtime.GOOS {
	case "windows":
		return filepath.Join(os.Getenv("ProgramData"), "Agrafe")
	case "darwin":
		return "/Library/Application Support/Agrafe"
	}
	return "/var/lib/agrafe"
}

// ConfigError is a configuration that can't be used, with the place of each fault.
type ConfigError struct {
	File   string
	Faults []string // "line 3: port: …"
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("cannot use %s: %s", e.File, strings.Join(e.Faults, "; "))
}

// LoadConfig reads a configuration file. Keys that are not set keep their
// default. It returns a *ConfigError that names file, line and key for each
// fault, an unknown key among them.
func LoadConfig(file string) (Config, error) {
	cfg := DefaultConfig()
	text, err := os.ReadFile(file)
	if err != nil {
		return cfg, &ConfigError{File: file, Faults: []string{err.Error()}}
	}
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(&cfg); err != nil {
		return cfg, &ConfigError{File: file, Faults: decodeFaults(err)}
	}
	if faults := cfg.faults(); len(faults) > 0 {
		for i, f := range faults {
			key, _, _ := strings.Cut(f, ":")
			if line := lineOf(string(text), key); line > 0 {
				faults[i] = fmt.Sprintf("line %d: %s", line, f)
			}
		}
		return cfg, &ConfigError{File: file, Faults: faults}
	}
	return cfg, nil
}

func decodeFaults(err error) []string {
	if unknown, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		var faults []string
		for _, e := range unknown.Errors {
			line, _ := e.Position()
			faults = append(faults, fmt.Sprintf("line %d: %s: unknown key", line, keyName(e.Key())))
		}
		return faults
	}
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, column := e.Position()
		if name := keyName(e.Key()); name != "" {
			return []string{fmt.Sprintf("line %d: %s: not a value of the right kind; see agrafed -print-config", line, name)}
		}
		return []string{fmt.Sprintf("line %d, column %d: %s", line, column, strings.TrimPrefix(e.Error(), "toml: "))}
	}
	return []string{err.Error()}
}

func keyName(key toml.Key) string { return strings.Join(key, ".") }

// lineOf is the line of text that sets key ("pin.minutes"), 0 if none does.
func lineOf(text, key string) int {
	table := ""
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok {
			table = strings.TrimSuffix(name, "]") + "."
			continue
		}
		if name, _, ok := strings.Cut(line, "="); ok && table+strings.TrimSpace(name) == key {
			return i + 1
		}
	}
	return 0
}

// maxSocketPath is the longest path of a Unix socket, in bytes (Linux; 103 elsewhere).
const maxSocketPath = 103

// faults lists the values that are out of range, all of them.
func (c Config) faults() (list []string) {
	check := func(ok bool, format string, args ...any) {
		if !ok {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	check(c.Port >= 0 && c.Port <= 65535, "port: %d is not between 0 (any free one) and 65535", c.Port)
	check(filepath.IsAbs(c.State), "state: %q is not an absolute path", c.State)
	check(c.Anchor == "" || filepath.IsAbs(c.Anchor), "anchor: %q is not an absolute path", c.Anchor)
	check(c.Control == "" || filepath.IsAbs(c.Control), "control: %q is not an absolute path", c.Control)
	check(len(c.ControlSocket()) <= maxSocketPath, "control: the path of the socket has %d bytes, more than %d: set a shorter one", len(c.ControlSocket()), maxSocketPath)
	check(c.Journal.Key == "" || filepath.IsAbs(c.Journal.Key), "journal.key: %q is not an absolute path", c.Journal.Key)
	check(c.Journal.Backup == "" || filepath.IsAbs(c.Journal.Backup), "journal.backup: %q is not an absolute path", c.Journal.Backup)
	check(c.Journal.BackupMinutes >= 1 && c.Journal.BackupMinutes <= 24*60, "journal.backup_minutes: %d is not between 1 and 1440", c.Journal.BackupMinutes)
	check(c.Journal.KeepMonths >= 3, "journal.keep_months: %d is less than 3", c.Journal.KeepMonths)
	check(c.Origins.pairingIsKnown(), "origins.pairing: %q is none of %q, %q, %q", c.Origins.Pairing, PairingOnRequest, PairingWindow, PairingPolicyOnly)
	check(c.Origins.Policy == "" || filepath.IsAbs(c.Origins.Policy), "origins.policy: %q is not an absolute path", c.Origins.Policy)
	check(c.TLS.Port >= 0 && c.TLS.Port <= 65535, "tls.port: %d is not between 0 (any free one) and 65535", c.TLS.Port)
	check(c.TLS.Port == 0 || c.TLS.Port != c.Port, "tls.port: %d is the port of ws too", c.TLS.Port)
	check(c.PIN.Policy == PINEach || c.PIN.Policy == PINSession, "pin.policy: %q is neither %q nor %q", c.PIN.Policy, PINEach, PINSession)
	check(c.PIN.Minutes >= 1 && c.PIN.Minutes <= 24*60, "pin.minutes: %d is not between 1 and 1440", c.PIN.Minutes)
	check(c.PIN.SignaturesPerMinute >= 1, "pin.signatures_per_minute: %d is less than 1", c.PIN.SignaturesPerMinute)
	check(c.Card.Seconds >= 1 && c.Card.Seconds <= 300, "card.seconds: %d is not between 1 and 300", c.Card.Seconds)
	c.Log.check(check)
	c.Mail.check(check)
	c.Rights.check(check)
	c.Update.check(check)
	return list
}

// Print returns the configuration as a file with every key and its meaning.
func (c Config) Print() (string, error) {
	text, err := toml.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("cannot print the configuration: %w", err)
	}
	return string(text), nil
}

// Paths inside the state folder.
func (c Config) journalDir() string { return filepath.Join(c.State, "journal") }
func (c Config) cardsDir() string   { return filepath.Join(c.State, "cards") }

func (c Config) anchorFile() string {
	if c.Anchor != "" {
		return c.Anchor
	}
	return filepath.Join(c.State, "journal.anchor")
}

// Places are where the journal and what protects it are.
func (c Config) Places() vault.Places {
	return vault.Places{State: c.State, Journal: c.journalDir(), Anchor: c.anchorFile(), Key: c.KeyFile(), Backup: c.Journal.Backup}
}

// KeyFile is where the secret of the journal is.
func (c Config) KeyFile() string {
	if c.Journal.Key != "" {
		return c.Journal.Key
	}
	return filepath.Clean(c.State) + ".key"
}

// ControlSocket is where the control socket is.
func (c Config) ControlSocket() string {
	switch {
	case c.Control != "":
		return c.Control
	case runtime.GOOS == "linux" && c.State == defaultState():
		return "/run/agrafe/control.sock" // the state folder lets nobody else in
	}
	return filepath.Join(c.State, "control.sock")
}

// TokenFile is where the token of local programs is.
func (c Config) TokenFile() string { return filepath.Join(c.State, "token") }

func (c Config) cardPatience() time.Duration { return time.Duration(c.Card.Seconds) * time.Second }
func (c Config) pinLife() time.Duration      { return time.Duration(c.PIN.Minutes) * time.Minute }
