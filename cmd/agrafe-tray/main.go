// Command agrafe-tray shows the state of the readers in the desktop's tray. It is
// a mere client of the service and can be left out.
package main

import (
	"flag"

	"fyne.io/systray"
)

func main() {
	socket := flag.String("control", defaultSocket, "control socket of agrafed")
	flag.Parse()
	t := newTray(*socket, language())
	systray.Run(t.start, t.stop)
}
