package bridge

import (
	"slices"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// methods is the API. What a method may do stands beside its name: who may call
// it, how it runs, what it changes, how it may fail, and since which API level.
var methods = slices.Concat(systemMethods, cardMethods, fseMethods, practiceMethods, lotMethods, originMethods, tlsMethods, journalMethods)

var systemMethods = []method{
	{"system.ping", "Answers with what it was given.",
		open, quick, reads, nil, 1, with(ping)},
	{"system.status", "Tells the version, the environment and how the service is.",
		open, quick, reads, nil, 1, with(status)},
	{"system.diagnostics", "Makes an archive for the support, without names, numbers or codes.",
		onlyLocal, slow, reads, notYet, 1, with(later[none, documentResult])},
	{"system.snapshot", "Gives all that a front end shows, as the hello does.",
		open, quick, reads, nil, 1, with(snapshot)},
	{"events.resync", "Gives the events after one, or a snapshot when they are no longer kept or are another run's.",
		open, quick, reads, nil, 1, with(resync)},
	{"readers.list", "Lists the readers and what is in them.",
		forReaders, quick, reads, nil, 1, with(listReaders)},
	{"tables.list", "Lists the tables of codes and tariffs, with how sure their rows are.",
		forReaders, quick, reads, nil, 1, with(listTables)},
	{"tables.show", "Gives the rows of a table, a page at a time.",
		forReaders, quick, reads, readsBook[:1], 1, with(showTable)},
	{"tables.search", "Finds rows by words, in all tables.",
		forReaders, quick, reads, nil, 1, with(searchTables)},
	{"jobs.get", "Gives a job of the caller's as it is now, with its result once it has ended.",
		open, quick, reads, readsBook[:1], 1, with(getJob)},
	{"jobs.list", "Lists the caller's jobs, the newest first, without their results.",
		open, quick, reads, nil, 1, with(listJobs)},
	{"jobs.cancel", "Stops a job of the caller's before its next step; what it has done stays done.",
		open, quick, remembered, readsBook[:1], 1, with(cancelJob)},
	{"print.list", "Lists the papers that wait to be printed, signed or posted.",
		forFSE, quick, reads, kinds(notYet, readsBook), 1, with(later[pageParams, papersResult])},
	{"print.printers", "Lists the printers of this machine.",
		forFSE, slow, reads, notYet, 1, with(later[none, printersResult])},
	{"print.job", "Prints a document on a printer of this machine, and notes its papers as printed once it has.",
		forFSE, long, remembered, kinds(notYet, keepsFSE), 1, job(func(c call, p printParams) (int, work[printResult], error) {
			_, err := later[printParams, printResult](c, p)
			return 0, nil, err
		})},
	{"print.mark", "Notes papers as printed, signed, posted or scanned.",
		forFSE, slow, journaled, kinds(notYet, keepsFSE), 1, with(later[markParams, papersResult])},
}

var cardMethods = []method{
	{"cards.readVitale", "Gives the persons on the Carte Vitale, as it was read when it came.",
		forCards, slow, reads, readsCard, 1, with(readVitale)},
	{"cards.readCPS", "Gives the holder and the certificate of the CPS.",
		forCards, slow, reads, readsCard, 1, with(readCPS)},
	{"cards.openPinSession", "Has the user type the code of the CPS, and gives the situations d'exercice.",
		forFSE, slow, remembered, usesCode, 1, with(openPINSession)},
	{"cards.closePinSession", "Forgets the code of the CPS.",
		forFSE, slow, remembered, readsCard, 1, with(closePINSession)},
	{"lease.acquire", "Reserves the card in a reader for a time, or renews its reservation.",
		forCards, quick, remembered, readsCard[:1], 1, with(acquireLease)},
	{"lease.release", "Gives a reservation back.",
		forCards, quick, remembered, readsCard[:1], 1, with(releaseLease)},
	{"lease.steal", "Reserves the card in a reader, whoever holds it.",
		forCards, quick, remembered, readsCard[:1], 1, with(stealLease)},
	{"rights.fromCard", "Gives the rights of a person on the Carte Vitale, in the terms of a draft.",
		forCards, slow, reads, kinds(readsCard, readsBook[:1]), 1, with(rightsFromCard)},
	{"rights.adri", "Asks the payer for the rights of a person.",
		forCards, slow, reads, notYet, 1, with(later[adriParams, rightsResult])},
	{"rights.manual", "Tells what stands against rights that the user has typed, from a draft that may hold nothing else.",
		forFSE, quick, reads, readsBook[1:], 1, drafted(manualRights)},
}

var fseMethods = []method{
	{"fse.price", "Prices a draft and keeps nothing; what stands against it is in the answer.",
		forFSE, quick, reads, readsBook[1:], 1, drafted((*daemon.Daemon).Price)},
	{"fse.check", "Prices a draft with all that forbids to sign it, and keeps nothing.",
		forFSE, quick, reads, readsBook[1:], 1, drafted((*daemon.Daemon).Check)},
	{"fse.create", "Keeps a draft as a new FSE; it need not be complete.",
		forFSE, slow, journaled, keepsFSE, 1, with(createFSE)},
	{"fse.get", "Gives an FSE of the caller's.",
		forFSE, quick, reads, readsBook, 1, with(getFSE)},
	{"fse.list", "Lists the caller's FSE, the newest first.",
		forFSE, quick, reads, kinds(readsBook, notYet), 1, with(listFSE)},
	{"fse.update", "Replaces the draft of an FSE that is not signed.",
		forFSE, slow, journaled, keepsFSE, 1, with(updateFSE)},
	{"fse.confirmNature", "Asks whether the care is soins médicaux gratuits; with the token of that question, makes it so.",
		forFSE, slow, remembered, keepsFSE, 1, with(confirmNature)},
	{"fse.leaveNature", "Gives an FSE back the payer, rights, nature and pathway that it had before.",
		forFSE, slow, remembered, keepsFSE, 1, with(leaveNature)},
	{"fse.split", "Separates an FSE that mixes natures or pathways into linked ones that do not.",
		forFSE, slow, journaled, keepsFSE, 1, with(splitFSE)},
	{"fse.degrade", "Makes an unsigned FSE one in degraded mode.",
		forFSE, slow, remembered, keepsFSE, 1, with(degradeFSE)},
	{"fse.sign", "Prices an FSE for the last time, has the CPS seal it, and puts it in a lot.",
		forFSE, slow, journaled, signs, 1, with(signFSE)},
	{"fse.signMany", "Signs FSE one after the other, with one code.",
		forFSE, long, remembered, signs, 1, signManyFSE},
	{"fse.seal", "Gives the seal of a signed FSE.",
		forFSE, quick, reads, readsBook, 1, with(sealOfFSE)},
	{"fse.cancel", "Ends an FSE that was not transmitted; its number is not used again.",
		forFSE, slow, journaled, keepsFSE, 1, with(cancelFSE)},
	{"fse.remake", "Begins an FSE that replaces one that was rejected.",
		forFSE, slow, journaled, kinds(notYet, keepsFSE), 1, with(later[remakeParams, lot.FSE])},
	{"fse.toPaper", "Ends an unsigned FSE as a paper sheet.",
		forFSE, slow, journaled, kinds(notYet, keepsFSE), 1, with(later[change, lot.FSE])},
	{"fse.print", "Makes the paper of an FSE.",
		forFSE, slow, reads, kinds(notYet, readsBook), 1, with(later[documentParams, documentResult])},
	{"fse.collect", "Notes what the patient gave for an FSE.",
		forFSE, slow, journaled, kinds(notYet, keepsFSE), 1, with(later[collectParams, lot.FSE])},
	{"takings.days", "Sums what the days of a time have brought, by their day of care.",
		forFSE, slow, reads, kinds(notYet, readsBook), 1, with(later[takingsParams, takingsResult])},
	{"takings.print", "Makes the page of a day's takings.",
		forFSE, slow, reads, kinds(notYet, readsBook), 1, with(later[dayParams, documentResult])},
}

var practiceMethods = []method{
	{"practice.list", "Gives the settings of the practice, one for each number of a professional.",
		forFSE, quick, reads, kinds(notYet, readsBook), 1, with(later[none, cabinetsResult])},
	{"practice.propose", "Makes settings of what the CPS says, one for each situation d'exercice; its code is asked for.",
		forAdmin, slow, reads, kinds(notYet, usesCode), 1, with(later[proposeParams, cabinetsResult])},
	{"practice.check", "Tells what stands against settings.",
		forAdmin, quick, reads, notYet, 1, with(later[cabinetParams, issuesResult])},
	{"practice.set", "Keeps the settings of a number; nothing is signed for a number before.",
		forAdmin, slow, journaled, kinds(notYet, keepsFSE), 1, with(later[setCabinetParams, cabinet.Cabinet])},
}

var lotMethods = []method{
	{"lots.list", "Lists the practice's lots, the newest first.",
		forLots, quick, reads, readsBook[1:], 1, with(listLots)},
	{"lots.get", "Gives a lot and its lines; without the scope lots, its number, its state and the caller's own lines.",
		forLines, quick, reads, readsBook, 1, with(getLot)},
	{"lots.close", "Closes an open lot.",
		forLots, slow, journaled, keepsFSE, 1, with(closeLot)},
	{"lots.reopen", "Opens a closed lot again, as long as it was not sent.",
		forLots, slow, journaled, keepsFSE, 1, with(reopenLot)},
	{"lots.takeOut", "Takes an FSE out of a lot that was not sent, into another one of the same payer.",
		forLots, slow, journaled, keepsFSE, 1, with(takeOut)},
	{"lots.late", "Tells what has to be signed, closed or sent first, with its legal deadline.",
		forLots, quick, reads, readsBook[1:], 1, with(late)},
	{"lots.b2", "Gives the B2 file of a closed lot.",
		forLots, quick, reads, readsBook, 1, with(lotFile)},
	{"lots.transmit", "Sends closed lots to their payers.",
		forLots, long, remembered, kinds(notYet, readsBook), 1, with(later[transmitParams, jobResult])},
	{"lots.bordereau", "Makes the bordereau of a lot, its bundle in stapling order, or the page for its envelope.",
		forLots, slow, reads, kinds(notYet, readsBook), 1, with(later[documentParams, documentResult])},
	{"lots.byHand", "Says what to write by hand for a lot when no printer answers.",
		forLots, quick, reads, kinds(notYet, readsBook), 1, with(later[idParams, linesResult])},
	{"lots.papers", "Lists the papers that go with a lot, the bordereau first.",
		forLots, quick, reads, kinds(notYet, readsBook), 1, with(later[idParams, papersResult])},
	{"returns.list", "Lists the returns of the payers, the newest first.",
		forLots, quick, reads, kinds(notYet, readsBook), 1, with(later[pageParams, returnsResult])},
	{"returns.fetch", "Fetches the returns of the payers.",
		forLots, long, remembered, kinds(notYet, readsBook), 1, with(later[fetchParams, jobResult])},
	{"returns.reconcile", "Says which FSE or lot a return is about.",
		forLots, slow, journaled, kinds(notYet, keepsFSE), 1, with(later[reconcileParams, state.Return])},
	{"returns.reject", "Notes a reject that somebody has read elsewhere: on a web site, in a letter.",
		forLots, slow, journaled, kinds(notYet, keepsFSE), 1, with(later[rejectParams, state.Return])},
}
