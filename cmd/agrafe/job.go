package main

import (
	"context"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// runJob calls a method that begins a job, waits for its end and puts its result in
// result. An interruption cancels the job.
func (e *env) runJob(c *local.Client, method string, params map[string]any, result any) error {
	var begun struct {
		Job state.Job `json:"job"`
	}
	if err := c.Call(e, method, params, &begun); err != nil {
		return err
	}
	every := time.NewTicker(200 * time.Millisecond)
	defer every.Stop()
	for ctx := context.Context(e); ; {
		got := struct {
			Job state.Job `json:"job"`
		}{state.Job{Result: result}}
		if err := c.Call(context.WithoutCancel(ctx), "jobs.get", map[string]any{"id": begun.Job.ID}, &got); err != nil {
			return err
		}
		switch j := got.Job; j.State {
		case state.JobDone:
			return nil
		case state.JobFailed:
			return j.Error
		case state.JobCancelled:
			return &state.Error{Kind: state.Denied, Code: "ANNULE", Message: "Le travail a été annulé."}
		}
		select {
		case <-every.C:
		case <-c.Done():
			return local.ErrDown
		case <-ctx.Done():
			ctx = context.WithoutCancel(ctx) // asked once; its end is waited for
			if err := c.Call(ctx, "jobs.cancel", map[string]any{"id": begun.Job.ID}, nil); err != nil {
				return err
			}
		}
	}
}
