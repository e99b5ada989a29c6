package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/agrafe-fse/agrafe/bridge/local/launch"
)

type consoleCmd struct {
	Page  string `arg:"" optional:"" help:"page of the console to open: papiers, lots, fse…"`
	Print bool   `name:"print-file" help:"show the name of the file that lets a browser in, instead of opening it; it is removed once one has come, or after 60 s"`
}

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
	seconds := int(launch.Life.Seconds())
	err = e.print(map[string]any{"fichier": file.Name, "secondes": seconds}, func(w io.Writer) {
		fmt.Fprintf(w, "open this file in a browser of this machine within %d seconds: %s\n", seconds, file.Name)
	})
	if err == nil {
		err = file.Wait(e)
	}
	if e.Err() != nil || errors.Is(err, launch.ErrNobodyCame) {
		return nil // nobody wanted it
	}
	return err
}
