package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/agrafe-fse/agrafe/bridge/api"
	"github.com/agrafe-fse/agrafe/daemon/fse"
)

type apiCmd struct {
	OpenRPC  apiOpenRPCCmd  `cmd:"" name:"openrpc" help:"print the OpenRPC document of the methods"`
	AsyncAPI apiAsyncAPICmd `cmd:"" name:"asyncapi" help:"print the AsyncAPI document of the messages that the service sends"`
	Errors   apiErrorsCmd   `cmd:"" help:"list the error codes, with what to do"`
	Schema   apiSchemaCmd   `cmd:"" help:"print the JSON Schema of an object"`
}

type apiOpenRPCCmd struct{}

func (apiOpenRPCCmd) Run(e *env) error { return e.write(api.OpenRPC) }

type apiAsyncAPICmd struct{}

func (apiAsyncAPICmd) Run(e *env) error { return e.write(api.AsyncAPI) }

func (e *env) write(document []byte) error {
	_, err := e.out.Write(document)
	return err
}

type apiErrorsCmd struct{}

func (apiErrorsCmd) Run(e *env) error {
	return e.print(api.Errors, func(w io.Writer) {
		for _, one := range api.Errors {
			fmt.Fprintf(w, "%s (%s)\n  %s\n  %s\n", one.Code, one.Kind, one.Message, one.Do)
		}
	})
}

type apiSchemaCmd struct {
	Object string `arg:"" help:"name of the object: fse, reponse, facture"`
}

func (c *apiSchemaCmd) Run(e *env) error {
	schema, ok := fse.Schema(c.Object)
	if !ok {
		return &usageError{fmt.Errorf("cannot find a schema %q; there is one for %s", c.Object, strings.Join(fse.SchemaNames, ", "))}
	}
	return e.write(schema)
}
