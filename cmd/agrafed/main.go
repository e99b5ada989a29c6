// Command agrafed is Agrafe's service: it owns the readers, the FSE and the
// journal, and lets front ends in by a WebSocket on this machine.
package main

import (
	"fmt"
	"os"
)

// version is set when the program is built.
var version = "dev"

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "agrafed:", err)
		os.Exit(exitCode(err))
	}
}
