package release

import (
	"slices"
	"strconv"
	"strings"
)

// parseVersion reads a version of three numbers below a million, such as 1.2.3; a v may
// stand before it.
func parseVersion(text string) (v [3]int, ok bool) {
	parts := strings.Split(strings.TrimPrefix(text, "v"), ".")
	if len(parts) != len(v) {
		return v, false
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil || n >= 1e6 || strconv.FormatUint(n, 10) != p {
			return v, false
		}
		v[i] = int(n)
	}
	return v, true
}

// Newer says whether version is newer than running. A running version that is not of
// three numbers, that of a developer, is older than none.
func Newer(version, running string) bool {
	v, ok := parseVersion(version)
	r, known := parseVersion(running)
	return ok && known && slices.Compare(v[:], r[:]) > 0
}
