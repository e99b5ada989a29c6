//go:build !linux

package absence

import (
	"context"
	"errors"
	"runtime"
)

// Watch tells that nothing is noticed on a system that has no logind. On Windows the
// service manager tells the service itself.
func Watch(_ context.Context, _ func(), working func(error)) {
	if runtime.GOOS != "windows" {
		working(errors.New("this system does not tell services that the user leaves"))
	}
}
