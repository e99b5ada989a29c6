package export

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// ErrExists: there is something at the path already; it is left as it is.
var ErrExists = errors.New("there is a file of that name already; choose another name")

// Create makes a file at path, that only this user can read, with what write writes. It is durable when Create returns. If anything
// fails the file is removed; a file that was there is never touched.
func Create(path string, write func(io.Writer) error) error {
	err := durable.Create(path, write)
	if errors.Is(err, fs.ErrExist) {
		err = ErrExists
	}
	if err != nil {
		return fmt.Errorf("cannot make the export %s: %w", path, err)
	}
	return nil
}
