package rights

import "time"

// SetPatience changes the patience of c.
func (c *Client) SetPatience(d time.Duration) { c.patience = d }
