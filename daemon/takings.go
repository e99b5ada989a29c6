package daemon

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/paper"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Takings returns what the FSE of owner's have brought from one day of care to another,
// and what was collected from one day to the other, by the days on which there was
// something, and their sum. Paper sheets are among them.
func (d *Daemon) Takings(owner string, from, to fse.Date) (days []state.Takings, sum state.Takings, err error) {
	found, err := d.book.Days(from, to, owner)
	days = append([]state.Takings{}, found...)
	sum = state.Takings{Date: from.String()}
	for _, day := range days {
		sum.Count, sum.Unpriced = sum.Count+day.Count, sum.Unpriced+day.Unpriced
		sum.Honoraires, sum.AMO, sum.AMC = sum.Honoraires+day.Honoraires, sum.AMO+day.AMO, sum.AMC+day.AMC
		sum.Patient, sum.Uncovered, sum.Collected = sum.Patient+day.Patient, sum.Uncovered+day.Uncovered, sum.Collected+day.Collected
		for means, amount := range day.ByMeans {
			if sum.ByMeans == nil {
				sum.ByMeans = make(map[string]int64)
			}
			sum.ByMeans[means] += amount
		}
	}
	return days, sum, bookFailure(err)
}

// TakingsDocument makes the page of the takings of a day of care, of owner's FSE.
func (d *Daemon) TakingsDocument(owner string, day fse.Date) (Document, error) {
	list, err := d.book.OfDay(day, owner)
	if err != nil {
		return Document{}, bookFailure(err)
	}
	p, numeroAM, err := d.practiceOfAll(list)
	if err != nil {
		return Document{}, err
	}
	sheets := make([]paper.Sheet, 0, len(list))
	for _, f := range list {
		s, err := d.sheetOf(f, 0)
		if err != nil {
			return Document{}, bookFailure(err)
		}
		sheets = append(sheets, s)
	}
	out := Document{Name: "recettes-" + day.String() + ".pdf", Title: "Agrafe recettes " + day.String(), numeroAM: numeroAM}
	out.PDF, err = paper.RecetteDuJour(p, day, sheets, d.printNow())
	return out, paperFailure(err)
}

// practiceOfAll is the practice that FSE are of and its number. Where they are of several
// professionals it bears their names, and no number; where there are none it is all of it.
func (d *Daemon) practiceOfAll(list []lot.FSE) (*paper.Practice, string, error) {
	all, err := d.book.Cabinets()
	if err != nil {
		return nil, "", bookFailure(err)
	}
	var of []*paper.Practice
	for _, c := range all {
		if len(list) == 0 || slices.ContainsFunc(list, func(f lot.FSE) bool { return f.NumeroAM() == c.NumeroAM }) {
			of = append(of, d.practiceOf(c))
		}
	}
	if len(of) == 1 {
		return of[0], of[0].NumeroAM, nil
	}
	var names []string
	for _, p := range of {
		if name := strings.TrimSpace(p.Titre + " " + p.Nom); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return &paper.Practice{Nom: strings.Join(names, ", ")}, "", nil
}

// CollectFSE notes what the patient gave for an FSE of owner's; 0 takes that back.
func (d *Daemon) CollectFSE(ctx context.Context, owner, id string, p lot.Payment, c lot.Call) (lot.FSE, error) {
	f, err := d.book.Collect(ctx, owner, id, p, c)
	if err != nil {
		return f, bookFailure(err)
	}
	d.publishFSE(f)
	return f, nil
}

// overpaid is a *lot.OverpaidError for the wire, with both amounts.
func overpaid(e *lot.OverpaidError) *state.Error {
	message := fmt.Sprintf("Le patient a réglé %s et n'a plus que %s à régler : rendez-lui la différence, corrigez l'encaissement de la FSE %s, puis recommencez.",
		euros(e.Paid), euros(e.Due), e.Numero)
	return &state.Error{Kind: state.Invalid, Code: "TROP_PERCU", Path: "encaisse", Message: message, Err: e,
		Issues: []state.Issue{{Code: "TROP_PERCU", Path: "encaisse", Message: message, Blocking: true}}}
}

// euros writes an amount as in France: 1 234,50 €, with spaces that do not break.
func euros(c fse.Cents) string {
	whole := strconv.FormatInt(int64(c)/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "\u202f" + whole[i:]
	}
	return fmt.Sprintf("%s,%02d\u00a0€", whole, int64(c)%100)
}
