package printer

import (
	"context"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// system is the lack of one. A Windows service has no desktop: the program that
// prints PDF files for a user can't be started from it, and the spooler alone can't
// print them. Front ends print from the browser instead.
type system struct{}

func newSystem() system { return system{} }

func (system) list(context.Context) ([]state.Printer, error) {
	return nil, &NoneError{Detail: "Sous Windows, ouvrez le document puis imprimez-le depuis le navigateur ou le lecteur de PDF."}
}

func (s system) print(ctx context.Context, _, _ string, _ []byte, _ func()) error {
	_, err := s.list(ctx)
	return err
}
