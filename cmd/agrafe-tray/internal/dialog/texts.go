package dialog

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/words"
)

// ForCode is the window for a question for the code porteur. wrong says that the code
// before was. The window's text can be read in the list of processes of the machine:
// the holder's name, which the question has, is left out; the tray's menu has it. Where
// the code is typed on the reader, the window only asks whether to go on.
func ForCode(q local.Question, wrong bool, c *words.Catalog) Request {
	w := &c.Code
	who, _, _ := strings.Cut(plain(q.Principal), "#") // a page of a site
	if !strings.HasPrefix(who, "https://") && !strings.HasPrefix(who, "http://") {
		who = w.Here
	}
	tries := fmt.Sprintf(w.Tries, q.Tries)
	if wrong {
		tries = fmt.Sprintf(w.WasWrong, q.Tries)
	}
	r := Request{Kind: Code, Title: w.Title, OK: w.OK, Cancel: w.Cancel, Again: w.BadLength, Text: strings.Join([]string{
		fmt.Sprintf(w.Asks, who, plain(q.Operation)), fmt.Sprintf(w.Reader, plain(q.Reader)), tries}, "\n")}
	if q.Tries == 1 {
		r.First = &Request{Kind: Question, Title: w.Title, Text: fmt.Sprintf(w.LastTry, plain(q.Reader)),
			OK: w.LastTryYes, Cancel: w.Cancel, Warning: true}
	}
	if q.Pinpad {
		r.Kind, r.OK, r.Text = Question, w.GoOn, r.Text+"\n"+w.OnReader
	}
	return r
}

// ForSite is the window for a page that wants to be paired.
func ForSite(s local.Consent, c *words.Catalog) Request {
	w := &c.Site
	lines := []string{fmt.Sprintf(w.Wants, plain(s.Unicode)), fmt.Sprintf(w.Exact, plain(s.Origin))}
	if s.Name != "" {
		lines = append(lines, fmt.Sprintf(w.Name, plain(s.Name)))
	}
	switch s.Letters {
	case "latin":
	case "other":
		lines = append(lines, "", w.Other)
	default:
		lines = append(lines, "", w.Mixed)
	}
	lines = append(lines, "", fmt.Sprintf(w.Compare, plain(s.Code)), "", w.Scopes)
	for _, scope := range s.Scopes {
		lines = append(lines, "  • "+scopeText(scope, w))
	}
	lines = append(lines, "", fmt.Sprintf(w.TimeLeft, s.Seconds))
	return Request{Kind: Question, Title: w.Title, OK: w.Accept, Cancel: w.Refuse, Warning: s.Letters != "latin",
		Seconds: s.Seconds, Text: strings.Join(lines, "\n")}
}

func scopeText(scope string, w *words.Site) string {
	names := []string{"readers", "cards", "fse", "lots", "admin"}
	texts := []string{w.Readers, w.Cards, w.FSE, w.Lots, w.Admin}
	if i := slices.Index(names, scope); i >= 0 {
		return texts[i]
	}
	return fmt.Sprintf(w.Unknown, plain(scope))
}

// maxPlain bounds what others have written, in characters. Origins are let through
// whole: a host has 253 at most (RFC 1035).
const maxPlain = 300

// plain is text that others have written, such that it moves nothing in a window:
// without control, direction and format characters, and without the backslash, after
// which zenity takes letters for something else.
func plain(text string) string {
	var out strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > maxPlain {
			out.WriteRune('…')
			break
		}
		switch {
		case r == '\\':
			r = '∖'
		case r != ' ' && !unicode.IsGraphic(r):
			r = '�'
		}
		out.WriteRune(r)
	}
	return out.String()
}
