package journal

import "context"

// Answers returns once the committer, which does one thing after the other, has come to this call: it shows that writing is
// not stuck. Nothing is written and no room is needed: a full disk, a damaged or a frozen journal answer too. It fails with
// Closed, or with the error of ctx if that ends first.
func (j *Journal) Answers(ctx context.Context) error {
	if err := j.enter("cannot tell whether the journal can be written"); err != nil {
		return err
	}
	answered := make(chan error, 1)
	go func() { // a committer that is stuck in what came before lets nobody go
		defer j.calls.Done()
		answered <- j.ask(ctx, &request{alone: func(*committer) error { return nil }, done: make(chan struct{})})
	}()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
