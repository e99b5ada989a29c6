package main

import (
	"context"
	"errors"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// callAsking calls a method that has the code asked for, when the program to ask has
// just attached: the service answers it a moment before it counts on it.
func callAsking(ctx context.Context, c *local.Client, method string, params, result any) error {
	for limit := time.Now().Add(2 * time.Second); ; {
		err := c.Call(ctx, method, params, result)
		refusal, ok := errors.AsType[*state.Error](err)
		if !ok || refusal.Code != "PERSONNE_A_QUI_DEMANDER" || time.Now().After(limit) {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
