// Package frontal plays the payer, for demonstrations and tests: it takes lots by
// SMTP, checks and keeps them, and answers by mails that are fetched with POP3.
//
// Its contract: everything is a demonstration. It takes mails only from and for its
// own mailboxes and for the payers of the routing table under .test, and listens on its
// own machine alone; a file needs the mark of a demonstration, and a seal the mark TEST
// in its certificates and the signature key of the card. All that it
// sends is marked likewise, and no code of a reject is imitated: there is no public
// table, so the code is DEMO and the label says DEMONSTRATION.
//
// A file is decrypted, decoded and checked; each seal is verified and compared with
// its invoice. What a payer owes is what the seal says: the AMO part with tiers
// payant, and the AMC part with tiers payant AMC or AME, because one payer plays both
// here. The script says how it answers, and all chance in it follows from its seed and
// the numbers of the lot: the same lots get the same answers, in any order.
//
// Its truth is an append-only ledger: what came, what is owed, which answers are
// planned and which were sent. A mail is taken (250) only once the ledger is on disk,
// and its copy for the sender is shown only then: a copy proves that the mail was
// taken. An answer is noted as sent only once its mails are in the mailbox, under names
// that make a repetition harmless. A mail with a Message-ID that is known from its sender
// for its payer is taken and not looked at again. The ledger and the log hold numbers and amounts, no name and no
// NIR; the certificate and key files, the mails and the password are in the folder,
// readable by their owner alone.
//
// Time moves with Tick alone, so that tests drive it.
//
// The POP3 server is ours because the libraries at hand are clients; it serves what
// RFC 1939 and CAPA ask for and no more.
package frontal
