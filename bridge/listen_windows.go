package bridge

import "golang.org/x/sys/windows"

// addressInUse is what listening on a port that is taken gives: the number of Windows
// sockets, of which package syscall's EADDRINUSE is none.
const addressInUse = windows.WSAEADDRINUSE
