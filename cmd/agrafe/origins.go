package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

type originsCmd struct {
	List   originsListCmd   `cmd:"" help:"list the web pages that are let in"`
	Allow  originsAllowCmd  `cmd:"" help:"let the pages of an origin in without a dialog"`
	Revoke originsRevokeCmd `cmd:"" help:"shut out an origin or one of its pages"`
}

// originsOf is the result of origins.list.
type originsOf struct {
	Origins []listing `json:"origins"`
	Pairing string    `json:"pairing"`
	Open    bool      `json:"open"`
	Locked  bool      `json:"locked"`
	Dev     bool      `json:"developer"`
	Fault   string    `json:"fault,omitempty"`
}

type listing struct {
	Origin  string       `json:"origin"`
	Unicode string       `json:"unicode"`
	Letters string       `json:"letters"`
	Policy  bool         `json:"policy"`
	Allowed []string     `json:"allowed"`
	Revoked bool         `json:"revoked"`
	Keys    []listingKey `json:"keys"`
}

type listingKey struct {
	ID      string    `json:"keyId"`
	Name    string    `json:"name,omitempty"`
	Scopes  []string  `json:"scopes"`
	Since   time.Time `json:"since"`
	Revoked bool      `json:"revoked"`
}

// callOnce connects and makes one call.
func (e *env) callOnce(method string, params, result any) error {
	c, err := e.connect(nil)
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Call(e, method, params, result)
}

type originsListCmd struct{}

func (originsListCmd) Run(e *env) error {
	var list originsOf
	if err := e.callOnce("origins.list", nil, &list); err != nil {
		return err
	}
	return e.print(list, func(w io.Writer) { printOrigins(w, list) })
}

func printOrigins(w io.Writer, list originsOf) {
	fmt.Fprintf(w, "pairing %s%s%s\n", list.Pairing, mark(list.Open, ", open now"), mark(list.Locked, ", locked by the administrator"))
	if list.Dev {
		fmt.Fprintln(w, "DEVELOPER: pages of http://localhost may be let in")
	}
	if list.Fault != "" {
		fmt.Fprintln(w, "REFUSED:", list.Fault)
	}
	if len(list.Origins) == 0 {
		fmt.Fprintln(w, "no origin")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	fmt.Fprintln(t, "ORIGIN\tPAGE\tSINCE\tSCOPES")
	for _, o := range list.Origins {
		fmt.Fprintf(t, "%s\t%s\t\t%s\n", bothWays(o.Origin, o.Unicode), howListed(o), strings.Join(o.Allowed, ","))
		for _, k := range o.Keys {
			scopes := strings.Join(k.Scopes, ",")
			if k.Revoked {
				scopes = "revoked"
			}
			fmt.Fprintf(t, "\t%s %s\t%s\t%s\n", k.ID, k.Name, k.Since.Local().Format(time.DateOnly), scopes)
		}
	}
}

func mark(on bool, text string) string {
	if on {
		return text
	}
	return ""
}

// bothWays shows an origin as it is compared and, where that differs, readable.
func bothWays(origin, unicode string) string {
	if origin == unicode {
		return origin
	}
	return fmt.Sprintf("%s (%s)", origin, unicode)
}

func howListed(o listing) string {
	switch {
	case o.Revoked:
		return "revoked"
	case o.Policy:
		return "by policy"
	case len(o.Allowed) > 0:
		return "allowed"
	}
	return "paired"
}

type originsAllowCmd struct {
	Origin string   `arg:"" help:"as browsers write it: https://ehr.example"`
	Scopes []string `required:"" help:"what its pages may do: readers,cards,fse,lots,admin"`
}

func (c *originsAllowCmd) Run(e *env) error {
	params := map[string]any{"origin": c.Origin, "scopes": c.Scopes}
	if err := e.callOnce("origins.allow", params, nil); err != nil {
		return err
	}
	return e.print(params, func(w io.Writer) { fmt.Fprintln(w, "allowed", c.Origin) })
}

type originsRevokeCmd struct {
	Origin string `arg:"" help:"as agrafe origins list shows it"`
	Key    string `help:"shut out this page only" placeholder:"KEYID"`
}

func (c *originsRevokeCmd) Run(e *env) error {
	params := map[string]any{"origin": c.Origin}
	if c.Key != "" {
		params["keyId"] = c.Key
	}
	if err := e.callOnce("origins.revoke", params, nil); err != nil {
		return err
	}
	return e.print(params, func(w io.Writer) { fmt.Fprintln(w, "revoked", c.Origin, c.Key) })
}
