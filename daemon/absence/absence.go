// Package absence notices that the user leaves the machine: that it is about to sleep,
// that the session is locked, that another session takes the seat.
//
// Its contract: Watch calls left each time, and has returned from it before the machine
// sleeps, as far as the system waits for anybody (5 s with logind). It never gives up:
// a system bus that is not there, or goes, is looked for again, and working is told.
// Too many calls of left are harmless, and cost the user one more code; too few are not:
// what can't be told for certain counts as an absence. A program that locks the screen
// and tells nobody but the user's session (org.freedesktop.ScreenSaver) is not heard here:
// the tray hears it and tells the service.
package absence
