//go:build !linux

package pcsc

// watchService gives no hint where the service has no socket to look for.
func watchService(func()) {}
