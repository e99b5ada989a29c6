//go:build windows || darwin

package doctor

import "context"

// browsersAllow does not look: here policies are in the registry and in profiles.
func browsersAllow(context.Context, *Patient) []Finding {
	return one(amber("the policies of browsers are not looked at on this system").
		by("chrome://policy shows whether LoopbackNetworkAllowedForUrls lists the site; without it the browser asks the user"))
}
