//go:build !linux

package port

import "errors"

// Find fails: who has a port is not known here: Windows would tell by GetExtendedTcpTable.
func Find(string, int) (Holder, error) {
	return Holder{}, errors.New("this system is not asked who has a port")
}
