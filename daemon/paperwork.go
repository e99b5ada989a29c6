package daemon

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Papers returns a page of the papers that wait for v to be printed, signed or posted,
// the oldest first, and the cursor of the next page. A bordereau is for those who see
// lots.
func (d *Daemon) Papers(v Viewer, after string, limit int) ([]state.Paper, string, error) {
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	found, next, err := d.book.Papers(v.reads(), after, limit)
	if err != nil {
		return nil, "", bookFailure(err)
	}
	list := make([]state.Paper, 0, len(found))
	for _, p := range found {
		if p.FSE != nil || v.Lots {
			list = append(list, v.paper(p))
		}
	}
	return list, next, nil
}

// LotPapers returns the papers that go with a lot, the bordereau first.
func (d *Daemon) LotPapers(v Viewer, id string) ([]state.Paper, error) {
	if _, err := d.book.Lot(id); err != nil {
		return nil, bookFailure(err)
	}
	found, err := d.book.LotPapers(id)
	return v.papers(found), bookFailure(err)
}

// MarkPapers notes what was done with papers of v's and, for one who sees lots, with
// those of lots. Of a lot the sheets of every front end are taken along: they are in
// one envelope.
func (d *Daemon) MarkPapers(ctx context.Context, v Viewer, ids []string, m lot.Mark, c lot.Call) ([]state.Paper, error) {
	for _, id := range ids {
		_, err := d.book.Get(v.reads(), id)
		if errors.Is(err, lot.ErrNotFound) && v.Lots {
			_, err = d.book.Lot(id)
		}
		if err != nil {
			return nil, bookFailure(err)
		}
	}
	marked, err := d.book.MarkPapers(ctx, v.Principal, lot.Practice, ids, m, c)
	if err != nil {
		return nil, bookFailure(err)
	}
	d.tellPapers(marked)
	return v.papers(marked), nil
}

// tellPapers tells of what papers are of.
func (d *Daemon) tellPapers(marked []lot.PaperOf) {
	d.telling.Lock()
	defer d.telling.Unlock()
	for _, p := range marked {
		switch {
		case p.FSE != nil:
			d.tellFSE(*p.FSE)
		case p.Lot != nil:
			d.publishLot(*p.Lot)
		}
	}
	d.publishQueue()
}

func (v Viewer) papers(found []lot.PaperOf) []state.Paper {
	list := make([]state.Paper, 0, len(found))
	for _, p := range found {
		list = append(list, v.paper(p))
	}
	return list
}

// paper is p as v sees it: with the patient of an FSE that v reads.
func (v Viewer) paper(p lot.PaperOf) state.Paper {
	out := state.Paper{Kind: p.Kind, State: string(p.State), PatientSigned: p.PatientSigned, Date: p.Date.String()}
	if p.Lot != nil {
		out.Lot, out.NumeroLot = p.Lot.ID, fmt.Sprintf("%03d", p.Lot.Numero)
	}
	if p.FSE == nil {
		out.ID, out.Numero, out.Lot, out.NumeroLot, out.Sheets = p.Lot.ID, out.NumeroLot, "", "", p.Lot.Count
		return out
	}
	out.ID, out.DateSoins = p.FSE.ID, p.FSE.Draft.DateSoins.String()
	if p.FSE.Numero != 0 {
		out.Numero = fmt.Sprintf("%09d", p.FSE.Numero)
	}
	out.Person = v.person(*p.FSE)
	return out
}

// person names the patient of f to one who may read f. Nobody is named who came with
// an anonymous number.
func (v Viewer) person(f lot.FSE) string {
	if !v.FSE || v.reads() != lot.Practice && f.Owner != v.Owner {
		return ""
	}
	p := &f.Draft.Beneficiaire
	if n, _, err := fse.ParseNIR(p.NIR); err == nil && n.Kind() == fse.NIRAnonyme {
		return ""
	}
	name := p.Nom
	if name == "" {
		name = p.NomFamille
	}
	return strings.TrimSpace(name + " " + p.Prenom)
}

// reads is whose FSE v reads: its own, or those of the practice.
func (v Viewer) reads() string {
	if v.Local || v.Practice {
		return lot.Practice
	}
	return v.Owner
}

// CheckMarks refuses a list of papers, or a state, that MarkPapers does not take.
func CheckMarks(ids []string, to string) error {
	if len(ids) == 0 || len(ids) > maxBulk {
		return &state.Error{Kind: state.Invalid, Code: "NOMBRE", Path: "ids", Message: "On note de 1 à 200 papiers à la fois."}
	}
	for _, move := range fse.PaperTransitions {
		if string(move.To) == to {
			return nil
		}
	}
	return &state.Error{Kind: state.Invalid, Code: "PAPIER_ETAT_INCONNU", Path: "etat",
		Message: "Un papier est à imprimer (a-imprimer), imprimé (imprime), signé (signe), posté (poste) ou scanné (scanne)."}
}
