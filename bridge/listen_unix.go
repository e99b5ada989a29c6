//go:build unix

package bridge

import "syscall"

// addressInUse is what listening on a port that is taken gives.
const addressInUse = syscall.EADDRINUSE
