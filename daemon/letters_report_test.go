package daemon

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/mail"
)

// bounceMail is a report as postfix sends it: of a mail to a payer, of which original is
// sent back as kind.
func bounceMail(action, status, recipient, kind, original string) []byte {
	return []byte(strings.ReplaceAll(fmt.Sprintf(`Return-Path: <>
Received: by mail.exemple.test (Postfix)
	id 4D2C81F00A; Tue, 16 Jun 2026 12:00:05 +0200 (CEST)
Date: Tue, 16 Jun 2026 12:00:05 +0200 (CEST)
From: MAILER-DAEMON@mail.exemple.test (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: %[1]s
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="3E1B21F009.1781604005/mail.exemple.test"
Message-Id: <20260616100005.4D2C81F00A@mail.exemple.test>

This is a MIME-encapsulated message.

--3E1B21F009.1781604005/mail.exemple.test
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.exemple.test.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

--3E1B21F009.1781604005/mail.exemple.test
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.exemple.test
X-Postfix-Queue-ID: 3E1B21F009
X-Postfix-Sender: rfc822; %[1]s
Arrival-Date: Tue, 16 Jun 2026 12:00:04 +0200 (CEST)

Final-Recipient: rfc822; %[4]s
Original-Recipient: rfc822;%[4]s
Action: %[2]s
Status: %[3]s
Remote-MTA: dns; mx.rss.test
Diagnostic-Code: smtp; 550 5.1.1 <%[4]s>: Recipient address
    rejected: User unknown

--3E1B21F009.1781604005/mail.exemple.test
Content-Description: Undelivered Message
Content-Type: %[5]s

%[6]s
--3E1B21F009.1781604005/mail.exemple.test--
`, ourAddress, action, status, recipient, kind, original), "\n", "\r\n"))
}

// original is a mail that comes back.
func original(id string) string {
	return "Return-Path: <" + ourAddress + ">\nMessage-ID: <" + id + ">\nFrom: <" + ourAddress + ">\nSubject: x\n"
}

func TestReadBounce(t *testing.T) {
	const id = "agrafe.a.b@exemple.test"
	whole := original(id) + "MIME-Version: 1.0\nContent-Type: application/x\n\nencrypted\n"
	report := func(fields string) []byte {
		return []byte("From: a@b.test\r\nContent-Type: multipart/report; boundary=x\r\nReferences: <one@b.test>\r\n <" + id + ">\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n" +
			strings.ReplaceAll(fields, "\n", "\r\n") + "\r\n--x--\r\n")
	}
	tests := []struct {
		name   string
		raw    []byte
		ok     bool
		failed bool
		status string
		names  bool // id
	}{
		{"with the mail", bounceMail("failed", "5.1.1", payerAddress, "message/rfc822", whole), true, true, "5.1.1", true},
		{"with its headers", bounceMail("failed", "5.7.1", payerAddress, "text/rfc822-headers", original(id)), true, true, "5.7.1", true},
		{"late", bounceMail("delayed", "4.4.1", payerAddress, "text/rfc822-headers", original(id)), true, false, "4.4.1", true},
		{"given up", bounceMail("failed", "4.4.7", payerAddress, "message/rfc822", whole), true, true, "4.4.7", true},
		{"of our own copy alone", bounceMail("failed", "5.2.2", strings.ToUpper(ourAddress), "message/rfc822", whole), false, false, "", true},
		{"delivered", bounceMail("delivered", "2.0.0", payerAddress, "message/rfc822", whole), false, false, "", true},
		{"a status with a comment", bounceMail("Failed", "5.1.10 (no such domain)", payerAddress, "message/rfc822", whole), true, true, "5.1.10", true},
		{"a status that is none", bounceMail("failed", "no", payerAddress, "message/rfc822", whole), true, true, "", true},
		{"of two recipients", report("Reporting-MTA: dns; b.test\n\nFinal-Recipient: rfc822; " + ourAddress + "\nAction: failed\nStatus: 5.2.2\n\nFinal-Recipient: rfc822; x@b.test\nAction: delayed\nStatus: 4.0.0\n\n" +
			"Final-Recipient: rfc822; y@b.test\nAction: failed\nStatus: 5.0.0\n"), true, true, "5.0.0", true},
		{"of two recipients, in two parts", report("Reporting-MTA: dns; b.test\n\nFinal-Recipient: rfc822; x@b.test\nAction: failed\nStatus: 5.0.0\n\n--x\n" +
			"Content-Type: message/delivery-status\n\nReporting-MTA: dns; b.test\n\nFinal-Recipient: rfc822; y@b.test\nAction: delayed\nStatus: 4.0.0\n"), true, true, "5.0.0", true},
		{"of a mail that is not sent back", report("Reporting-MTA: dns; b.test\n\nFinal-Recipient: rfc822; y@b.test\nAction: failed"), true, true, "", true},
		{"no fields", report("what went wrong"), false, false, "", false},
		{"of nobody", report("\n\n\n"), false, false, "", false},
		{"another mail", letter("a@b.test", []byte("x")), false, false, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, err := mail.Read(test.raw)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := readBounce(l, test.raw, ourAddress)
			if ok != test.ok || got.failed != test.failed || got.status != test.status || slices.Contains(got.messages, id) != test.names {
				t.Errorf("%t, %+v", ok, got)
			}
			if problem := got.problem(); !strings.Contains(problem, test.status) || strings.ContainsAny(problem, "@\n") {
				t.Errorf("problem %q", problem)
			}
		})
	}
}

func FuzzReadBounce(f *testing.F) {
	f.Add(bounceMail("failed", "5.1.1", payerAddress, "message/rfc822", original("a@b.test")))
	f.Add(bounceMail("delayed", "4.4.1", payerAddress, "text/rfc822-headers", original("a@b.test")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := mail.Read(raw)
		if err != nil {
			return
		}
		b, ok := readBounce(l, raw, ourAddress)
		if b.failed && !ok || len(b.status) > 9 || len(b.messages) > 64+maxReferences {
			t.Errorf("%t, %+v", ok, b)
		}
	})
}
