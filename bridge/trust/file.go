package trust

import "os"

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}
