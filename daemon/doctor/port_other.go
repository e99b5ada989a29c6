//go:build !linux

package doctor

import "errors"

// portHolder is not known here: Windows would tell by GetExtendedTcpTable.
func portHolder(string, int) (Holder, error) {
	return Holder{}, errors.New("this system is not asked who has a port")
}
