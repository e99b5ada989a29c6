package lot

import (
	"fmt"
	"time"
)

// Our own copy settles the last attempt to send a lot. That of an earlier message, of what
// the lot held before somebody said that it had not left and opened it again, tells that
// the payer may have all of it already: somebody has to look at it.

// takeCopy takes in that an earlier message of a lot had left after all. A lot that was not
// sent since is not sent by itself then.
func (in *intake) takeCopy(r *Return) (more bool, err error) {
	if in.done > 0 {
		return false, nil // a step of its own
	}
	copied := *r
	l, err := get[Lot](in.s, keyLot(r.Lot))
	if err != nil {
		return false, err
	}
	if l == nil {
		copied.Lot, copied.Effect = "", EffectNone
	}
	if in.add(&copied); l == nil || !toSend(l.State) || l.onItsWay() || l.Count == 0 {
		return false, nil
	}
	in.tail, err = in.b.doubt(in.s, l, r.Why, in.actor)
	return false, err
}

// copyReturn is what our copy of an earlier message of a lot tells.
func copyReturn(in *Incoming, delivery string) Return {
	r := Return{Kind: ReturnCopy, Says: SaysOther, Lot: in.Lot, Delivery: delivery, Effect: EffectToExamine, Demonstration: in.Demonstration,
		Label: "Copie d'un message envoyé", Why: leftBefore(in.At), ID: digest(fmt.Appendf(nil, "copie %q", delivery))[:32]}
	if !in.At.IsZero() {
		r.Date = civil(in.At)
	}
	return r
}

func leftBefore(at time.Time) string {
	const rest = " : vérifiez auprès de l'organisme avant de l'envoyer encore, il pourrait être payé deux fois."
	if at.IsZero() {
		return "Ce lot était parti" + rest
	}
	return "Ce lot était parti le " + at.Local().Format("02/01/2006") + rest
}
