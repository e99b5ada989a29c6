package main

import (
	"fmt"
	"io"
)

type startCmd struct{}
type stopCmd struct{}
type restartCmd struct{}

func (startCmd) Run(e *env) error   { return e.control("start", "the service runs") }
func (stopCmd) Run(e *env) error    { return e.control("stop", "the service has stopped") }
func (restartCmd) Run(e *env) error { return e.control("restart", "the service runs, started anew") }

// control has the system's service manager start or stop the service, and waits.
func (e *env) control(verb, done string) error {
	if err := controlService(e, verb); err != nil {
		return err
	}
	return e.print(map[string]string{"service": verb}, func(w io.Writer) { fmt.Fprintln(w, done) })
}
