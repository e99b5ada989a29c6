package lot

import (
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/google/go-cmp/cmp"
)

// row is a late FSE or lot, as far as tests compare it.
type row struct {
	Numero    int
	Limit     string
	Days      int
	Reason    Reason
	Certitude tables.Certitude
}

func rowsOf(l Late) map[string][]row {
	rows := map[string][]row{}
	add := func(list string, numero int, d Deadline) {
		rows[list] = append(rows[list], row{numero, d.Limit.String(), d.DaysLeft, d.Reason, d.Certitude})
	}
	for _, f := range l.ToSign {
		add("à signer", f.FSE.Numero, f.Deadline)
	}
	for _, f := range l.ToSend {
		add("à transmettre", f.FSE.Numero, f.Deadline)
	}
	for _, lot := range l.Open {
		add("ouverts", lot.Lot.Numero, lot.Deadline)
	}
	for _, lot := range l.Closed {
		add("clos", lot.Lot.Numero, lot.Deadline)
	}
	return rows
}

// at is noon of a day.
func at(day string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, time.Local)
	if err != nil {
		panic(err)
	}
	return t.Add(12 * time.Hour)
}

// What is late, day by day. Care is given and signed on Tuesday 16 June 2026: FSE 1
// (patient paid) in lot 1, 2 (tiers payant) in lot 2 that is closed, 3 not signed.
func TestLate(t *testing.T) {
	b := openBook(t, t.TempDir())
	paid, tp := draft(doctor), draft(doctor)
	tp.TiersPayant.AMO = true
	tp.AMO.Caisse, tp.AMO.Centre = "999", "0000"
	signed(t, b, alice, paid, priceOf(t, paid))
	closed := signed(t, b, alice, tp, priceOf(t, tp))
	reserved(t, b, alice, paid, priceOf(t, paid))
	if _, err := b.CloseLot(t.Context(), alice, closed.Lot, Call{}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		day  string
		want map[string][]row
	}{
		{"2026-06-16", map[string][]row{}},
		{"2026-06-17", map[string][]row{}},
		{"2026-06-18", map[string][]row{
			"à signer":      {{3, "2026-06-19", 1, DeadlineNear, "V"}},
			"à transmettre": {{1, "2026-06-19", 1, DeadlineNear, "V"}},
			"ouverts":       {{1, "2026-06-19", 1, DeadlineNear, "V"}},
			"clos":          {{1, "2026-06-26", 6, WaitsForLong, Ours}},
		}},
		{"2026-06-22", map[string][]row{
			"à signer":      {{3, "2026-06-19", -1, DeadlinePassed, "V"}},
			"à transmettre": {{1, "2026-06-19", -1, DeadlinePassed, "V"}},
			"ouverts":       {{1, "2026-06-19", -1, DeadlinePassed, "V"}},
			"clos":          {{1, "2026-06-26", 4, WaitsForLong, Ours}},
		}},
		{"2026-06-26", map[string][]row{
			"à signer":      {{3, "2026-06-19", -5, DeadlinePassed, "V"}},
			"à transmettre": {{1, "2026-06-19", -5, DeadlinePassed, "V"}, {2, "2026-06-26", 0, DeadlineNear, "V"}},
			"ouverts":       {{1, "2026-06-19", -5, DeadlinePassed, "V"}},
			"clos":          {{1, "2026-06-26", 0, DeadlineNear, "V"}},
		}},
	}
	for _, test := range tests {
		t.Run(test.day, func(t *testing.T) {
			l, err := b.Late(at(test.day))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, rowsOf(l)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if l.CountToSign != len(l.ToSign) || l.CountToSend != len(l.ToSend) || l.CountOpen != len(l.Open) || l.CountClosed != len(l.Closed) {
				t.Errorf("counts %d %d %d %d", l.CountToSign, l.CountToSend, l.CountOpen, l.CountClosed)
			}
		})
	}
}

// Holidays don't count: around 1 May 2026, and on Good Friday in Alsace-Moselle.
func TestLateHolidays(t *testing.T) {
	day := func(s string) fse.Date { d, _ := tables.ParseDate(s); return d }
	tests := []struct {
		name          string
		today, to     string
		alsaceMoselle bool
		want          int
	}{
		{"the day itself", "2026-04-30", "2026-04-30", false, 0},
		{"over 1 May and a weekend", "2026-04-30", "2026-05-05", false, 2},
		{"back over them", "2026-05-05", "2026-04-30", false, -2},
		{"a Saturday is no day", "2026-05-09", "2026-05-10", false, 0},
		{"Good Friday", "2026-04-02", "2026-04-03", false, 1},
		{"Good Friday in Alsace-Moselle", "2026-04-02", "2026-04-03", true, 0},
		{"far away", "2026-01-01", "2999-12-31", false, 277},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newCalendar(at(test.today), test.alsaceMoselle)
			if got := c.daysLeft(day(test.to)); got != test.want {
				t.Errorf("%d days, want %d", got, test.want)
			}
		})
	}
}

// Care on several days counts from the first, which is inferred; what leaves a lot
// is no longer late in it; a lot that was transmitted is not either.
func TestLateFollows(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	first, _ := tables.MakeDate(2026, 6, 15)
	d.Actes[0].Date = first
	f := signed(t, b, alice, d, priceOf(t, d))
	day := at("2026-06-17")
	want := map[string][]row{"à transmettre": {{1, "2026-06-18", 1, DeadlineNear, "I"}}, "ouverts": {{1, "2026-06-18", 1, DeadlineNear, "I"}}}
	expect := func(want map[string][]row) {
		t.Helper()
		l, err := b.Late(day)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, rowsOf(l)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
	expect(want)
	closed, err := b.CloseLot(t.Context(), alice, f.Lot, Call{})
	if err != nil {
		t.Fatal(err)
	}
	if err := archive(b, closed, fse.Payee); err != nil {
		t.Fatal(err)
	}
	expect(map[string][]row{})
	f = signed(t, b, alice, d, priceOf(t, d))
	if _, _, err := b.Cancel(t.Context(), alice, f.ID, "erreur", Call{}); err != nil {
		t.Fatal(err)
	}
	expect(map[string][]row{})
}

// past puts n transmitted lots of one paid FSE in the book.
func past(t testing.TB, b *Book, n int) {
	t.Helper()
	d := draft(doctor)
	price := priceOf(t, d)
	const batch = 50
	for done := 0; done < n; done += batch {
		_, err := b.journal.Update(t.Context(), func(journal.State) (entries []journal.Entry, err error) {
			add := func(e journal.Entry, fault error) {
				entries = append(entries, e)
				if err == nil {
					err = fault
				}
			}
			for i := range batch {
				l := &Lot{ID: newID(), Numero: 1 + (done+i)%maxLot, Regime: "01", Caisse: "349", Centre: "9881", Certification: "D",
					NumeroAM: doctor, Environment: Demonstration, Opened: openDay.AddDate(0, 0, -(done+i)/batch)}
				id := newID()
				add((&lotChange{State: fse.LotOuvert, New: l}).record(l.ID, alice, ""))
				add((&fseChange{State: fse.EnLot, Owner: alice, Certification: "D", Draft: d, Price: price, Numero: done + i + 1, Lot: l.ID}).record(id, alice, ""))
				add((&lotChange{State: fse.LotTransmis}).record(l.ID, alice, ""))
				add((&fseChange{State: fse.Payee}).record(id, alice, ""))
			}
			return entries, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What is over leaves no trace in what waits: the lists are as short after a
// thousand lots as before.
func TestLateForgets(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	signed(t, b, alice, d, priceOf(t, d))
	past(t, b, 1000)
	err := b.journal.View(func(s journal.State) error {
		for _, kind := range []string{setOf(fse.ASigner), setLots} {
			items, err := s.Scan(keyBlocks(kind), "", 0, false)
			if err != nil {
				return err
			}
			if want := map[string]int{setOf(fse.ASigner): 0, setLots: 2}[kind]; len(items) != want {
				t.Errorf("%d keys for what waits (%s), want %d", len(items), kind, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if l, err := b.Late(at("2026-06-18")); err != nil || l.CountToSend != 1 || l.CountOpen != 1 {
		t.Errorf("%d FSE and %d lots late, %v", l.CountToSend, l.CountOpen, err)
	}
}
