// Package integration holds the tests of the whole product on a real pcscd: the
// programs as they are built, cards plugged in by vpcd, front ends on the
// WebSocket. They run with -tags pcscd.
package integration
