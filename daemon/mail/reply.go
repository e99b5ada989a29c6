package mail

import (
	"fmt"
	"net/textproto"
	"regexp"
	"strings"
)

// maxReply bounds what is kept of the words of a server, in characters (ours).
const maxReply = 200

// telling are the parts of an answer that may name somebody: what is in angle brackets or
// quotes, addresses of mail and of machines, long numbers and NIRs of Corsica. What is left
// is the code, the enhanced code (RFC 3463) and the reason in words.
var telling = regexp.MustCompile(`<[^<>]*>?|"[^"]*"?|[^\s<>"]*@[^\s<>"]*|` +
	`\b\d{1,3}(\.\d{1,3}){3}\b|[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){3,}|[0-9A-Fa-f]+::[0-9A-Fa-f:]*|` +
	`\b[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*\.[A-Za-z]{2,}\b|\d{9,}|\b[0-9]{5}2[ABab][0-9]{6,8}\b`)

// masked is an answer with its code first, on one line of printable characters, in which
// what may name somebody is "…".
func masked(answer *textproto.Error) string {
	words := telling.ReplaceAllLiteralString(answer.Msg, "<>")
	words = strings.Join(strings.Fields(clean(words, len(words))), " ")
	line := []rune(fmt.Sprintf("%03d %s", answer.Code, strings.ReplaceAll(words, "<>", "…")))
	return strings.TrimSpace(string(line[:min(len(line), maxReply)]))
}
