package main

import (
	"fmt"
	"io"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local/launch"
)

type consoleCmd struct {
	Page  string `arg:"" optional:"" help:"page of the console to open: papiers, lots, fse…"`
	Print bool   `name:"print-file" help:"show the name of the file that lets a browser in, instead of opening it; it is removed after 60 s"`
}

// fileLife is how long the file of --print-file stays: as long as its address is good.
const fileLife = time.Minute

// Run opens the console in the user's browser. Its address is a secret for a minute
// and reaches the browser through a file, never on a command line.
func (c *consoleCmd) Run(e *env) error {
	client, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer client.Close()
	if !c.Print {
		return launch.Open(e, client, c.Page)
	}
	file, err := launch.Write(e, client, c.Page)
	if err != nil {
		return err
	}
	defer file.Remove()
	err = e.print(map[string]any{"fichier": file.Name, "secondes": int(fileLife.Seconds())}, func(w io.Writer) {
		fmt.Fprintf(w, "open this file in a browser of this machine within %d seconds: %s\n", int(fileLife.Seconds()), file.Name)
	})
	if err != nil {
		return err
	}
	select {
	case <-time.After(fileLife):
	case <-e.Done():
	}
	return nil
}
