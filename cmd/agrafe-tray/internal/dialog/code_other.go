//go:build !linux

package dialog

import (
	"context"
	"errors"

	"github.com/ncruces/zenity"
)

// entry has the user type digits into buf. The library gives them as a string, which
// nobody can wipe: it goes with this process, which ends at once.
func (r Request) entry(ctx context.Context, buf []byte) (int, error) {
	typed, err := zenity.Entry(r.Text, append(r.options(ctx), zenity.HideText())...)
	if errors.Is(err, zenity.ErrCanceled) {
		return 0, nil
	}
	return copy(buf, typed), err
}

// display has nothing to look for here: the system draws the windows.
func display() error { return nil }

// Possible says whether a window could be shown in this session.
func Possible() error { return display() }
