// Package port tells which program has a TCP port of this machine.
//
// It asks the system and nothing else; what the user who asks may not know stays empty.
package port

// Holder is the program that has a port.
type Holder struct {
	PID     int    // 0 where only its own user may know
	Program string // "" with PID 0
	User    string
}
