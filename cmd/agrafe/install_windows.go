package main

import (
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/agrafe-fse/agrafe/daemon"
)

// The service's account is a virtual one: Windows makes it with the service, it has no
// password and no rights but those that are given to it.
const (
	suffix      = ".exe"
	serviceUser = `NT SERVICE\agrafed`
)

// serviceWords have agrafed answer the service manager.
var serviceWords = []string{"service", "run"}

// serviceSID is the security identifier of a service's account: S-1-5-80 and the five
// words of the SHA-1 of its name in capitals, in UTF-16 (SERVICE_SID_INFO of the Windows
// API; RtlCreateServiceSid).
func serviceSID(name string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(strings.ToUpper(name))) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	sum := sha1.Sum(b)
	sid := "S-1-5-80"
	for part := sum[:]; len(part) > 0; part = part[4:] {
		sid += fmt.Sprintf("-%d", binary.LittleEndian.Uint32(part))
	}
	return sid
}

// closeState makes the folder of the data for the system, the administrators and the
// service alone. Windows lets every user read what is made in ProgramData.
func closeState() error {
	cfg, err := daemon.InstalledConfig()
	if err != nil {
		return err
	}
	sd, err := windows.SecurityDescriptorFromString("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" + serviceSID("agrafed") + ")")
	if err != nil {
		return fmt.Errorf("cannot close the state folder: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(cfg.State), 0o755); err != nil {
		return fmt.Errorf("cannot make the state folder: %w", err)
	}
	name, err := windows.UTF16PtrFromString(cfg.State)
	if err != nil {
		return fmt.Errorf("cannot make the state folder: %w", err)
	}
	sa := windows.SecurityAttributes{SecurityDescriptor: sd}
	sa.Length = uint32(unsafe.Sizeof(sa))
	if err := windows.CreateDirectory(name, &sa); err == nil {
		return nil
	} else if !errors.Is(err, windows.ERROR_ALREADY_EXISTS) {
		return fmt.Errorf("cannot make the state folder: %w", err)
	}
	dacl, _, err := sd.DACL()
	if err == nil {
		err = windows.SetNamedSecurityInfo(cfg.State, windows.SE_FILE_OBJECT,
			windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, dacl, nil)
	}
	if err != nil {
		return fmt.Errorf("cannot close the state folder: %w", err)
	}
	return nil
}

// Whose login starts the tray.
const (
	allUsers = registry.LOCAL_MACHINE
	thisUser = registry.CURRENT_USER
)

const (
	runKey  = `Software\Microsoft\Windows\CurrentVersion\Run`
	runName = "Agrafe"
)

func addTrayFor(hive registry.Key, folder string) (string, error) {
	tray := filepath.Join(folder, "agrafe-tray.exe")
	if _, err := os.Stat(tray); err != nil {
		return "", err
	}
	k, _, err := registry.CreateKey(hive, runKey, registry.SET_VALUE)
	if err != nil {
		return "", fmt.Errorf("cannot start the tray at login: %w", err)
	}
	defer k.Close()
	if err := k.SetStringValue(runName, `"`+tray+`"`); err != nil {
		return "", fmt.Errorf("cannot start the tray at login: %w", err)
	}
	return runKey + `\` + runName, nil
}

// removeTrayFor returns what it removed: nothing where there was nothing.
func removeTrayFor(hive registry.Key) ([]string, error) {
	k, err := registry.OpenKey(hive, runKey, registry.SET_VALUE)
	if err == nil {
		defer k.Close()
		err = k.DeleteValue(runName)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("cannot stop starting the tray at login: %w", err)
	}
	return []string{runKey + `\` + runName}, nil
}
