package daemon

// Dismiss takes back what principal has at hand, because it may no longer call: its
// reservations of cards and the codes that were typed for it. What it has made in
// the journal stays.
func (d *Daemon) Dismiss(principal string) {
	d.pins.forgetWhere(func(k pinKey) bool { return k.principal == principal })
	d.EndLeases(principal)
}
