package secret

// Harden has nothing to do: the account of the service is its own, and Windows writes
// no memory of a program unless the administrator has it do so.
func Harden() error { return nil }
