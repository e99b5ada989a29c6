//go:build !windows

package printer

import (
	"slices"
	"strings"
)

const off = "imprimante éteinte ou débranchée"

// words are the printer-state-reasons (IANA registry of IPP, RFC 8011 5.4.12) that
// keep a printer from printing until somebody does something, in the order in which
// they are worth telling: CUPS remembers the others of a printer that does not answer.
var words = []struct{ keyword, text string }{
	{"offline", off},
	{"shutdown", "imprimante éteinte"},
	{"timed-out", off},
	{"connecting-to-device", off},
	{"media-empty", "plus de papier"},
	{"media-needed", "plus de papier"},
	{"media-jam", "bourrage de papier"},
	{"cover-open", "capot ouvert"},
	{"door-open", "porte ouverte"},
	{"interlock-open", "capot ouvert"},
	{"input-tray-missing", "bac à papier absent"},
	{"toner-empty", "plus de toner"},
	{"marker-supply-empty", "plus d'encre ou de toner"},
	{"output-area-full", "bac de sortie plein"},
	{"paused", "imprimante en pause"},
	{"moving-to-paused", "imprimante en pause"},
	{"spool-area-full", "plus de place sur le disque du système d'impression"},
}

// waiting says in French what a printer waits for, "" when there is nothing that
// stops it. The suffix of a reason (-error, -warning, -report) is not
// looked at: CUPS passes an empty tray on as a warning.
func waiting(reasons []string, message string) string {
	if silent(message) {
		return off
	}
	for _, w := range words {
		if slices.ContainsFunc(reasons, func(r string) bool { return keyword(r) == w.keyword }) {
			return w.text
		}
	}
	return ""
}

// unreachable are what the backends of CUPS say, in English because lp runs with
// LC_ALL=C, of a printer that does not answer; they give no reason then (measured
// with CUPS 2.4.2).
var unreachable = []string{"unavailable at this time", "unreachable at this time", "not responding", "Unable to locate printer"}

// silent tells from what CUPS says about a printer that it does not answer.
func silent(message string) bool {
	return slices.ContainsFunc(unreachable, func(text string) bool { return strings.Contains(message, text) })
}

// keyword is a reason without its severity.
func keyword(reason string) string {
	for _, severity := range []string{"-error", "-warning", "-report"} {
		if k, ok := strings.CutSuffix(reason, severity); ok {
			return k
		}
	}
	return reason
}

// stopped says why a printer that the system calls stopped does not print.
func stopped(reasons []string, message string) string {
	switch why := waiting(reasons, message); {
	case why != "":
		return why
	case message != "":
		return visible(message)
	}
	return "imprimante arrêtée"
}

// visible is a message of a printer, cut to a line of the screen.
func visible(message string) string {
	message = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, message)
	const longest = 120
	if runes := []rune(message); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return message
}
