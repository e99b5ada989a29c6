// Command agrafe-tray shows the state of the readers in the desktop's tray and asks
// the user for the service: for the code porteur, whether a site may connect. It is a
// mere client of the service and can be left out: the command line does the same.
package main

import (
	"os"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/dialog"
)

func main() {
	if dialog.Wanted(os.Args[1:]) {
		if !dialog.Serve(os.Stdin, os.Stdout) {
			os.Exit(1)
		}
		return
	}
	os.Exit(run(os.Args[1:]))
}
