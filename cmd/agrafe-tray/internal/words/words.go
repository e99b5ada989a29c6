// Package words holds what the tray and its dialogs say, in French and in English.
//
// Its contract: every text is a field of Catalog, set in each language; a test looks.
// Texts with %s or %d take the same values in the same order in each language. None
// of them is fit for a patient's name, and none is given one.
package words

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// Catalog is all that is said in one language.
type Catalog struct {
	Lang  string // "fr" or "en"
	Title string

	State  State
	Card   Card
	Queue  Queue
	Menu   Menu
	Alert  Alert
	Notice Notice
	Code   Code
	Site   Site
	About  string // version, environment
}

// State is the first line of the menu.
type State struct {
	Down      string // the service can't be reached
	Denied    string // the service refuses this user, who is not of its group
	Other     string // it refuses this session, another one being at the machine
	Refused   string // it refuses this session, and can't tell who is at the machine
	PortTaken string // port, program
	NoCards   string // the card service is down
	NoReader  string
	Ready     string
	Working   string // a card is being read
	Attention string
	Paused    string
}

// Card is what is in a reader.
type Card struct {
	Line      string // reader, card
	Absent    string
	Mute      string
	Unknown   string
	CPS       string
	Vitale    string
	Reading   string
	Demo      string
	Blocked   string
	OneTry    string
	Expired   string
	ExpiresOn string // date
	CPSOf     string // given name, name
	CodeKept  string // the same, while a code is kept
	Forget    string // a line that has the code forgotten
	TypeHere  string // the reader waits for the code
}

// Queue is what waits for the user. Each takes a count; the first is for one.
type Queue struct {
	ToSign1, ToSign   string
	Papers1, Papers   string
	Lots1, Lots       string
	Rejects1, Rejects string
}

// Menu are the lines that do something.
type Menu struct {
	Sites       string
	NoSite      string
	Revoke      string // origin
	PolicySite  string // origin
	Open        string
	Support     string
	Diagnostics string
	Logs        string
	Pause       string
	About       string
	Quit        string
	QuitHint    string
}

// Alert are the lines that stand under the state while something is wrong.
type Alert struct {
	Journal       string // damaged
	Backup        string // why, as the service says it
	TLSSoon       string // date
	TLSExpired    string
	TLSFault      string
	RecoveryCode  string // nobody has noted it
	Developer     string
	SitesRefused  string
	NoDesktopIcon string // no place for icons on this desktop
	Update        string // version; nothing is wrong, and the icon stays as it is
}

// Notice are the notifications, and what dialogs say at the end of an action.
type Notice struct {
	Late          string // count
	Late1         string
	Reject        string
	Rejects       string // count
	Journal       string
	Enrolled      string // origin
	CardSoon      string // date
	CardExpired   string
	Stolen        string // reader
	TypeHere      string // reader, which waits for the code
	Forgotten     string
	NotKept       string // there was no code to forget
	NoDialog      string
	NoConsole     string // why
	NoBrowser     string // nothing opened it
	Failed        string // why
	SupportCopied string
	NoClipboard   string
	Saved         string // file
	NoLogs        string // what shows them
	ConfirmRevoke string // origin
	RevokeButton  string
	Keep          string
	ActionOpen    string
}

// Code is the dialog for the code porteur.
type Code struct {
	Title      string
	Asks       string // who, operation
	Here       string // who, when it is a program of this machine
	Reader     string // reader
	Tries      string // count
	WasWrong   string // count of tries left
	LastTry    string // reader
	LastTryYes string
	OK         string
	Cancel     string
	BadLength  string
	OnReader   string // the code will be typed there
	GoOn       string
}

// Site is the dialog for a page that wants to be paired.
type Site struct {
	Title    string
	Wants    string // unicode origin
	Exact    string // origin
	Name     string // what the page calls itself
	Mixed    string
	Other    string
	Compare  string // code
	Scopes   string
	Readers  string
	Cards    string
	FSE      string
	Lots     string
	Admin    string
	Accept   string
	Refuse   string
	Unknown  string // scope
	TimeLeft string // seconds
}

// Of is the catalog of a language of the user's ("fr", "en_GB.UTF-8"), French unless
// it is English.
func Of(lang string) *Catalog {
	if strings.HasPrefix(lang, "en") {
		return &english
	}
	return &french
}

// Session is the language that the session asks for, as POSIX says: the first of
// these variables that is set.
func Session() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return ""
}

// Count is one for one thing and many, which takes n, for others. None is said as in
// each language: "0 lot", "0 lots".
func (c *Catalog) Count(n int, one, many string) string {
	if n == 1 || n == 0 && c.Lang == "fr" {
		return strings.Replace(one, "%d", strconv.Itoa(n), 1)
	}
	return strings.Replace(many, "%d", strconv.Itoa(n), 1)
}

// Date is a day as it is written on screen.
func (c *Catalog) Date(t time.Time) string {
	if c.Lang == "fr" {
		return t.Format("02/01/2006")
	}
	return t.Format("2 January 2006")
}
