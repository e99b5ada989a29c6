package doctor

import "context"

// check is one row of the table.
type check struct {
	name string
	side Side
	asks bool // needs the service to answer
	run  func(context.Context, *Patient) []Finding
}

// checks is all that is looked at, in the order of the page.
var checks = []check{
	{"service", Session, false, serviceAnswers},
	{"versions", Session, true, sameVersion},
	{"config", Session, false, configIsRead},
	{"port", Session, false, portIsOurs},
	{"pcsc", Service, false, cardServiceIsUp},
	{"polkit", Service, false, polkitLetsIn},
	{"readers", Service, true, readersAreThere},
	{"cards", Service, true, cardsAreGood},
	{"practice", Service, true, practiceIsSet},
	{"journal", Service, true, journalIsWhole},
	{"anchor", Service, false, anchorIsThere},
	{"backup", Service, true, backupIsFresh},
	{"code", Service, true, codeIsNoted},
	{"disk", Service, false, disksHaveRoom},
	{"clock", Service, false, clockIsRight},
	{"origins", Service, true, originsAreListed},
	{"browsers", Session, true, browsersAllow},
	{"wss", Service, true, certificateIsGood},
	{"printer", Service, true, printerIsThere},
	{"mail", Service, false, mailIsSet},
	{"update", Service, true, updateIsKnown},
	{"tray", Session, false, trayHasPlace},
	{"lock", Session, false, lockIsTold},
	{"display", Session, false, displayIsThere},
	{"zenity", Session, false, dialogsCanShow},
}
