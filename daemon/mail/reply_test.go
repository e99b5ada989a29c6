package mail

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"
)

// What a server says with a refusal is kept, without what may name somebody.
func TestReply(t *testing.T) {
	tests := []struct {
		name, step, answer string
		want               string
	}{
		{"plain", "RCPT", "550 5.1.1 user unknown", "550 5.1.1 user unknown"},
		{"an address", "RCPT", "550 5.1.1 <01751@751.01.rss.test>: Recipient address rejected", "550 5.1.1 …: Recipient address rejected"},
		{"a bare address", "MAIL", "553 sorry, medecin@cabinet.test is not yours", "553 sorry, … is not yours"},
		{"machines", ".", "554 5.7.1 host mx.exemple.test [192.0.2.7] blocked, see https://liste.exemple.test/q?192.0.2.7", "554 5.7.1 host … […] blocked, see https://…/q?…"},
		{"IPv6", ".", "554 client 2001:db8::7 blocked", "554 client … blocked"},
		{"a quoted name", "RCPT", `550 "Dr Claire Essai" has moved`, "550 … has moved"},
		{"a long number", ".", "554 12345678 is fine, 2970220207787 is not", "554 12345678 is fine, … is not"},
		{"a NIR of Corsica", ".", "554 no 297022A020778 here", "554 no … here"},
		{"a short IPv6", ".", "554 client fe80::1 blocked", "554 client … blocked"},
		{"for now", ".", "451 4.3.0 queue full", "451 4.3.0 queue full"},
		{"several lines", ".", "554-5.6.0 no\r\n554 not ever", "554 5.6.0 no not ever"},
		{"what no screen can bear", ".", "554 a\x1b[31mb\tc\xe9", "554 a [31mb c"},
		{"no words", ".", "554 ", "554"},
		{"after the password", "AUTH", "535 s3cret is wrong", ""},
		{"too busy for the password", "AUTH", "454 s3cret later", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := submission()
			s.replies[tt.step] = tt.answer
			err := s.sender(t).Send(t.Context(), sent(), func(context.Context) error { return nil })
			if got := err.(*Error).Reply; got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// It is bounded, and masked before it is cut.
func TestReplyIsBounded(t *testing.T) {
	s := submission()
	s.replies["."] = "554 " + strings.Repeat("é word ", 26) + "medecin@cabinet.test " + strings.Repeat("x", 300)
	got := s.sender(t).Send(t.Context(), sent(), agree).(*Error).Reply
	if utf8.RuneCountInString(got) != maxReply || strings.Contains(got, "medecin") || !utf8.ValidString(got) {
		t.Errorf("%d characters: %q", utf8.RuneCountInString(got), got)
	}
}
