package daemon

import (
	"context"
	"errors"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// AskSMG returns the question that ticking soins médicaux gratuits asks the user.
// Nothing changes until ConfirmSMG.
func (d *Daemon) AskSMG(principal, id string) (fse.QuestionSMG, error) {
	f, err := d.book.Get(principal, id)
	if err != nil {
		return fse.QuestionSMG{}, bookFailure(err)
	}
	return fse.AskSMG(f.Draft), nil
}

// ConfirmSMG gives an FSE the nature soins médicaux gratuits. token is that of
// the question, as asked about the draft as it is now.
func (d *Daemon) ConfirmSMG(ctx context.Context, principal, id, token string) (lot.FSE, error) {
	return d.change(ctx, principal, id, func(draft *fse.Draft) (*fse.Draft, error) { return fse.ConfirmSMG(draft, token) })
}

// LeaveSMG gives an FSE back the payer, rights, nature and pathway that it had.
func (d *Daemon) LeaveSMG(ctx context.Context, principal, id string) (lot.FSE, error) {
	return d.change(ctx, principal, id, func(draft *fse.Draft) (*fse.Draft, error) { return fse.LeaveSMG(draft), nil })
}

// DegradeFSE makes an FSE that is not signed one in degraded mode, for the reason
// that motif names.
func (d *Daemon) DegradeFSE(ctx context.Context, principal, id, motif, precision string) (lot.FSE, error) {
	return d.change(ctx, principal, id, func(draft *fse.Draft) (*fse.Draft, error) {
		return fse.ToDegrade(draft, motif, precision), nil
	})
}

// SplitFSE separates an FSE whose acts don't share one nature d'assurance and one
// pathway into linked FSE that do. One that mixes nothing comes back alone.
func (d *Daemon) SplitFSE(ctx context.Context, principal, id string, c lot.Call) ([]lot.FSE, error) {
	if err := d.beginChange(principal, id); err != nil {
		return nil, err
	}
	defer d.signing.Delete(id)
	f, repeated, err := d.book.Repeated(principal, c)
	if err == nil && !repeated {
		f, err = d.book.Get(principal, id)
	}
	if err != nil {
		return nil, bookFailure(err)
	}
	parts := fse.Split(f.Draft)
	if len(parts) < 2 && !repeated {
		return []lot.FSE{f}, nil
	}
	list, err := d.book.Split(ctx, principal, id, parts, c)
	if err != nil {
		return nil, bookFailure(err)
	}
	for _, one := range list {
		d.publishFSE(one)
	}
	return list, nil
}

// change replaces the draft of an FSE by what f makes of it.
func (d *Daemon) change(ctx context.Context, principal, id string, f func(*fse.Draft) (*fse.Draft, error)) (lot.FSE, error) {
	before, err := d.book.Get(principal, id)
	if err != nil {
		return before, bookFailure(err)
	}
	draft, err := f(before.Draft)
	if refusal, ok := errors.AsType[*fse.Refus](err); ok {
		return before, &state.Error{Kind: state.Invalid, Code: refusal.Issue.Code, Path: refusal.Issue.Chemin, Message: refusal.Issue.Message, Retryable: true}
	}
	if err != nil {
		return before, Failure(err)
	}
	return d.UpdateFSE(ctx, principal, id, draft, lot.Call{})
}
