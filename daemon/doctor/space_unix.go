//go:build unix

package doctor

import "golang.org/x/sys/unix"

// freeSpace is the bytes that this user may still write on the volume of dir.
func freeSpace(dir string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return uint64(st.Bavail) * uint64(st.Bsize), nil
}
