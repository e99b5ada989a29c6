package journal

import "os"

// syncData makes the written bytes of f durable. On macOS only F_FULLFSYNC reaches the medium, and Sync uses it.
func syncData(f *os.File) error { return f.Sync() }
