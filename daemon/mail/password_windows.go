package mail

import "os"

// private accepts every file: on Windows the modes of a file do not tell who may
// read it, the folder of the service does.
func private(os.FileInfo, bool) error { return nil }
