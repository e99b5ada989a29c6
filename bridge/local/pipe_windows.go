package local

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf16"

	"golang.org/x/sys/windows"
)

// pipes is the folder of all named pipes.
const pipes = `\\.\pipe\`

// PipeName is the named pipe that stands on Windows for the control socket at path: the
// name is ours. The one of an installed service is \\.\pipe\agrafe-control; a service
// with another state folder has another.
func PipeName(path string) string {
	path = strings.ToLower(filepath.Clean(path))
	if strings.HasPrefix(path, pipes) {
		return path
	}
	if path == strings.ToLower(installedSocket()) {
		return pipes + "agrafe-control"
	}
	sum := sha256.Sum256([]byte(path))
	return pipes + "agrafe-control-" + hex.EncodeToString(sum[:8])
}

// installedSocket is the socket of a service in its default place, "" if Windows does not
// say where that is. The environment of a service is not that of a user.
func installedSocket() string {
	folder, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "Agrafe", socketName)
}

// ClientAccess is what a client needs of the control pipe: to read, to write, to wait,
// and to see whose it is. It is less than GENERIC_WRITE, which for a pipe is also the
// right to serve it (FILE_CREATE_PIPE_INSTANCE).
const ClientAccess = windows.FILE_READ_DATA | windows.FILE_WRITE_DATA | windows.FILE_READ_ATTRIBUTES |
	windows.FILE_WRITE_ATTRIBUTES | windows.READ_CONTROL | windows.SYNCHRONIZE

// ServiceSID is the security identifier of a service's account: S-1-5-80 and the five
// words of the SHA-1 of its name in capitals, in UTF-16 (SERVICE_SID_INFO of the Windows
// API; RtlCreateServiceSid).
func ServiceSID(name string) string {
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
