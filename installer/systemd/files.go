package systemd

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
)

var (
	//go:embed agrafed.service
	unitText string
	//go:embed agrafe.sysusers
	sysusersText string
	//go:embed agrafe.rules
	rulesText string
	//go:embed agrafed.toml
	configText string
	//go:embed agrafe-tray.desktop
	trayText string
	//go:embed agrafe.desktop
	consoleText string
)

// Where an administrator's own services, users, rules and entries are: hier(7),
// systemd.unit(5), sysusers.d(5), polkit(8), the Autostart and Desktop Entry
// specifications of freedesktop.org.
const (
	unitFile     = "/etc/systemd/system/" + Unit
	dropIns      = unitFile + ".d"
	sysusersFile = "/etc/sysusers.d/agrafe.conf"
	rulesFolder  = "/etc/polkit-1/rules.d"
	rulesFile    = rulesFolder + "/50-agrafe.rules"
	configFolder = "/etc/agrafe"
	configFile   = configFolder + "/agrafed.toml"
	policyFolder = configFolder + "/origins.d"
	trayFile     = "/etc/xdg/autostart/agrafe-tray.desktop"
	consoleFile  = "/usr/local/share/applications/agrafe.desktop"
)

// data are the folders that the service keeps in.
var data = []string{"/var/lib/agrafe", "/var/lib/agrafe-key"}

// file is one that makes the installation.
type file struct {
	path, text string
	kept       bool // it is the administrator's once it is there
}

// The programs, in one folder.
const (
	cli     = "agrafe"
	service = "agrafed"
	tray    = "agrafe-tray"
)

// plain is a folder whose name needs no quoting in a unit or a desktop entry.
var plain = regexp.MustCompile(`^/[A-Za-z0-9/._+-]*$`)

// programsIn puts the place of the programs into a text that has the one of packages.
func programsIn(folder, text string) (string, error) {
	if !plain.MatchString(folder) {
		return "", fmt.Errorf("cannot install from %q: use a folder whose name has letters, digits, '.', '_', '+' and '-' only", folder)
	}
	return strings.ReplaceAll(text, "/usr/bin/", strings.TrimSuffix(folder, "/")+"/"), nil
}

// files are those of programs in folder; withTray when the tray is among them.
func files(folder string, withTray bool) ([]file, error) {
	list := []file{
		{sysusersFile, sysusersText, false},
		{rulesFile, rulesText, false},
		{configFile, configText, true},
		{consoleFile, consoleText, false},
		{unitFile, unitText, false},
	}
	if withTray {
		list = append(list, file{trayFile, trayText, false})
	}
	for i := range list {
		text, err := programsIn(folder, list[i].text)
		if err != nil {
			return nil, err
		}
		list[i].text = text
	}
	return list, nil
}

// TrayEntry is the entry that starts the tray of folder at a user's login.
func TrayEntry(folder string) (string, error) { return programsIn(folder, trayText) }
