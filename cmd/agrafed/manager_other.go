//go:build !windows

package main

// manager is by whom the program is run: systemd and launchd run programs in the
// foreground and stop them by a signal, as a terminal does.
func manager(words []string) (func(*program) error, error) {
	if len(words) > 0 {
		return nil, errUnexpected(words)
	}
	return (*program).foreground, nil
}
