package bridge

import (
	"crypto/rand"
	"fmt"
	"os"
)

// writeToken makes the token of local programs for this run and keeps it in file,
// which only the daemon's user can read.
func writeToken(file string) (string, error) {
	token := rand.Text()
	if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
		return "", fmt.Errorf("cannot replace the local token: %w", err)
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("cannot write the local token: %w", err)
	}
	_, err = f.WriteString(token + "\n")
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return "", fmt.Errorf("cannot write the local token: %w", err)
	}
	return token, nil
}
