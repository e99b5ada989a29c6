//go:build unix

package place

import "os"

// RemoveAll removes a file, or a folder with all that is in it. Links are not followed.
func RemoveAll(path string) error { return os.RemoveAll(path) }
