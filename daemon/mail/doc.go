// Package mail takes lots to the mail server of the professional, and fetches what
// the payers answered from the mailbox: SMTP out, POP3 in, MIME apart.
//
// # Sending
//
// Sender.Send calls intent right before the command DATA, and never goes on without
// its leave. Its error is an *Error. Every kind but KindUndecided means that it is
// certain that the server has not taken the mail. KindUndecided means that the end of
// the mail left this machine whole and that no answer came that can be understood:
// whoever sends again then may send twice. A mail that the system takes whole into its
// buffers has left, so for most lots a network that goes away in the middle makes it
// undecided.
//
// # Fetching
//
// Box.Fetch gives each mail to take and deletes it when take returned nil, never
// before and never by its UID alone: RFC 1939 lets a server give the UID of a deleted
// mail to a new one. What was taken comes again if the connection is cut before the
// server confirms the end of the session, so take must know content that it has.
//
// # Servers are not trusted
//
// TLS is 1.2 or later and the certificate is checked; in clear only this machine is
// talked to. Every step has a deadline, every answer a limit of bytes, and the end of
// the context closes the connection at once. A text of a server reaches an error with
// at most 200 printable ASCII characters, and not at all where it follows a password.
// Nothing that goes on a line may hold a line end.
//
// # What is our own
//
// The dialogue of SMTP is that of github.com/wneessen/go-mail/smtp, but for the end of
// DATA: its Close does not tell a final dot that did not leave from an answer that did
// not come. POP3 is our own: the client at hand (github.com/knadh/go-pop3) has no
// STLS, keeps whole answers however long, takes an empty line for a success, does not
// tell a refusal from a cut, and changes line ends.
package mail
