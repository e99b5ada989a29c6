package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// maxPassword is what a file of a password may hold, in bytes.
const maxPassword = 4096

// PasswordFile gives what reads the password in a file at each login: the whole
// content but for line ends after it. Only its owner may be able to read the file.
//
// credentials is the folder of the service manager's credentials, or "": a file that
// stands in it may be open to its group, which is how systemd shows the access list
// that gives the file to the service.
func PasswordFile(path, credentials string) func() ([]byte, error) {
	return func() ([]byte, error) {
		group := credentials != "" && filepath.Dir(path) == filepath.Clean(credentials)
		secret, err := readPassword(path, group)
		if err != nil {
			return nil, fmt.Errorf("cannot read the password of the mail account: %w", err)
		}
		return secret, nil
	}
}

func readPassword(path string, group bool) ([]byte, error) {
	info, err := os.Stat(path) // before it is opened: that of a pipe would wait
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	if err := private(info, group); err != nil {
		return nil, err
	}
	held := make([]byte, maxPassword+1)
	defer clear(held)
	n, err := io.ReadFull(f, held)
	switch {
	case err == nil:
		return nil, fmt.Errorf("the file holds more than %d bytes", maxPassword)
	case !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF):
		return nil, err
	}
	secret := bytes.TrimRight(held[:n], "\r\n")
	if len(secret) == 0 {
		return nil, errors.New("the file is empty")
	}
	return bytes.Clone(secret), nil
}
