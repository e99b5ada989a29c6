package rights

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
)

// Bounds of a Cache, ours. Rights change from one day to the next and a daemon runs for
// weeks: an answer of yesterday is not given as today's, however young. The day is the
// practice's, as the dates of care are.
const (
	maxAnswers = 500
	MaxAge     = 12 * time.Hour
)

// Cache keeps answers, in memory only and for as long as the program runs. The journal
// is not their place: it keeps for years what is given here for a day, an FSE already
// keeps the rights that it was priced with, and a patient who is only asked about would
// be in it for good. The questions are kept as digests under a key of this run.
//
// An answer belongs to one asker. It stands for the other days of the month of care that
// it was asked for, as far as the rights in it go.
type Cache struct {
	key [sha256.Size]byte

	mu      sync.Mutex // protects answers
	answers map[digest]kept
}

type digest [sha256.Size]byte

type kept struct {
	answer adri.Response
	at     time.Time
}

// NewCache returns an empty Cache.
func NewCache() *Cache {
	c := &Cache{answers: make(map[digest]kept)}
	rand.Read(c.key[:]) // never fails
	return c
}

// Get returns what was answered to asker for the person, for the day of r or another of
// its month, and when. ok is false where there is no such answer, or none of the local
// day of now that is younger than MaxAge, or where its rights do not cover the day.
func (c *Cache) Get(asker string, r adri.Request, now time.Time) (answer adri.Response, at time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.answers[c.digest(asker, r)]
	if !ok || now.Before(k.at) || now.Sub(k.at) > MaxAge || !sameDay(now, k.at) || !covers(k.answer, r.DateSoins) {
		return adri.Response{}, time.Time{}, false
	}
	return k.answer, k.at, true
}

// Put keeps an answer. The oldest makes room for it.
func (c *Cache) Put(asker string, r adri.Request, answer adri.Response, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.digest(asker, r)
	if _, known := c.answers[d]; !known && len(c.answers) >= maxAnswers {
		delete(c.answers, c.oldest())
	}
	c.answers[d] = kept{answer, now}
}

func (c *Cache) oldest() (found digest) {
	var at time.Time
	for d, k := range c.answers {
		if at.IsZero() || k.at.Before(at) {
			found, at = d, k.at
		}
	}
	return found
}

// digest names what an answer is kept for.
func (c *Cache) digest(asker string, r adri.Request) (d digest) {
	m := hmac.New(sha256.New, c.key[:])
	fmt.Fprintf(m, "%q %s %s %d %d-%d %s", asker, r.NIR, r.Naissance, r.Rang, r.DateSoins.Year(), r.DateSoins.Month(), r.NumeroAM)
	m.Sum(d[:0])
	return d
}

func sameDay(a, b time.Time) bool {
	year, month, day := a.Local().Date()
	y, m, d := b.Local().Date()
	return year == y && month == m && day == d
}

// covers says whether everybody's rights are open on a day.
func covers(answer adri.Response, day tables.Date) bool {
	for _, p := range answer.Persons {
		if day < p.AMO.Du || !p.AMO.Au.IsZero() && day > p.AMO.Au {
			return false
		}
	}
	return true
}
