package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

type lotsSendCmd struct {
	Lots []string `arg:"" optional:"" name:"lot" help:"lots, by identifier or number; none: all that are closed and wait"`
	Wait bool     `help:"wait for the end, and tell what became of each lot"`
}

// sentLots is the result of lots.transmit.
type sentLots struct {
	Lots   []state.Lot `json:"envois"`
	Failed []struct {
		ID    string       `json:"id"`
		Error *state.Error `json:"erreur"`
	} `json:"echecs,omitempty"`
}

func (s *lotsSendCmd) Run(e *env) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	params := map[string]any{}
	if len(s.Lots) > 0 {
		ids := make([]string, len(s.Lots))
		for i, name := range s.Lots {
			if ids[i], err = (lotArg{name}).find(e, c); err != nil {
				return err
			}
		}
		params["lots"] = ids
	}
	if !s.Wait {
		return beginSending(e, c, params)
	}
	var sent sentLots
	if err := e.runJob(c, "lots.transmit", params, &sent); err != nil {
		return err
	}
	if err := e.print(sent, func(w io.Writer) { writeLots(w, sent.Lots...) }); err != nil {
		return err
	}
	if len(sent.Failed) > 0 {
		return sent.Failed[0].Error
	}
	return nil
}

// beginSending leaves the rest to the service.
func beginSending(e *env, c *local.Client, params map[string]any) error {
	var begun struct {
		Job state.Job `json:"job"`
	}
	if err := c.Call(e, "lots.transmit", params, &begun); err != nil {
		return err
	}
	return e.print(begun, func(w io.Writer) {
		fmt.Fprintf(w, "%d lots are being sent; see: agrafe lots list\n", begun.Job.Total)
	})
}

type lotsDecideCmd struct {
	lotArg
	Sent    bool `help:"the payer has it: it is never sent again" xor:"what"`
	NotSent bool `help:"the payer does not have it: it may be sent again. If the payer has it all the same, it may be paid twice" xor:"what"`
}

// Run says what became of a lot when nobody but the user can know.
func (d *lotsDecideCmd) Run(e *env) error {
	if d.Sent == d.NotSent {
		return &usageError{errors.New("cannot tell what became of the lot: give --sent or --not-sent, after a look at the payer's web site or a call")}
	}
	return d.with(e, func(c *local.Client, id string) error {
		var l state.Lot
		if err := c.Call(e, "lots.decide", map[string]any{"id": id, "parti": d.Sent}, &l); err != nil {
			return err
		}
		return e.print(l, func(w io.Writer) {
			writeLots(w, l)
			if d.NotSent {
				fmt.Fprintf(w, "to send it again: agrafe lots send %s\n", l.ID)
			}
		})
	})
}

// ways is what the state of a dispatch means for whoever reads it.
var ways = map[string]string{
	state.DispatchWaiting: "tried again",
	"en-cours":            "under way",
	"indecis":             "UNDECIDED",
	"refuse":              "REFUSED",
	"rebond":              "CAME BACK",
	"parti":               "sent",
}

// sending tells how far a lot is on its way to the payer, "" for one that nobody sends.
func sending(l state.Lot) string {
	switch {
	case l.Sent != nil && !cameBack(l):
		return "sent " + day(l.Sent.Local().Format(time.DateOnly))
	case l.Dispatch != nil:
		return ways[l.Dispatch.State]
	}
	return ""
}

// cameBack tells whether the message of a lot came back after it was sent, and nobody has
// decided yet.
func cameBack(l state.Lot) bool { return l.Dispatch != nil && l.Dispatch.State == "rebond" }

// writeProblems says why lots did not leave, and what is to be done where somebody has to.
func writeProblems(w io.Writer, list []state.Lot) {
	for _, l := range list {
		if l.Sent != nil && !cameBack(l) || l.Dispatch == nil || l.Dispatch.Problem == "" {
			continue
		}
		fmt.Fprintf(w, "lot %s: %s\n", l.Numero, visible(l.Dispatch.Problem))
		if l.Dispatch.Reply != "" {
			fmt.Fprintf(w, "  the server said: %s\n", visible(l.Dispatch.Reply))
		}
		switch l.Dispatch.State {
		case state.DispatchWaiting:
			fmt.Fprintln(w, "  tried again by itself, also after the service was stopped; to take it back: agrafe lots reopen, agrafe lots close")
		case "indecis", "rebond":
			fmt.Fprintf(w, "  look whether the payer has it, then: agrafe lots decide %s --sent, or --not-sent\n", l.ID)
		case "refuse":
			fmt.Fprintf(w, "  once that is mended: agrafe lots decide %s --not-sent, agrafe lots send %s\n", l.ID, l.ID)
		}
	}
}
