package main

import (
	"fmt"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

type apiCmd struct {
	Schema apiSchemaCmd `cmd:"" help:"print the JSON Schema of an object"`
}

type apiSchemaCmd struct {
	Object string `arg:"" help:"name of the object: fse, reponse, facture"`
}

func (c *apiSchemaCmd) Run(e *env) error {
	schema, ok := fse.Schema(c.Object)
	if !ok {
		return &usageError{fmt.Errorf("cannot find a schema %q; there is one for %s", c.Object, strings.Join(fse.SchemaNames, ", "))}
	}
	_, err := fmt.Fprintf(e.out, "%s\n", schema)
	return err
}
