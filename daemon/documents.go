package daemon

import (
	"errors"
	"fmt"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/paper"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Document is a paper made as a PDF. Its name and its title hold numbers and days only:
// they are seen in folders and in the queue of the printer.
type Document struct {
	Name  string // of a file: "fse-000000001-feuille.pdf"
	Title string // "Agrafe FSE 000000001"
	PDF   []byte

	numeroAM string      // whose printer it is for, "" for nobody's
	papers   lot.Printed // those that are followed
	owner    string      // whose FSE they are of
}

// The documents of an FSE and of a lot.
const (
	docFeuille   = "feuille"
	docPapier    = "papier"
	docQuittance = "quittance"
	docBordereau = "bordereau"
	docLiasse    = "liasse"
	docEnveloppe = "enveloppe"
	docALaMain   = "a-la-main"
)

// degraded is the certification of the lots whose papers are followed.
const degraded = "D"

func errDocument(possible ...string) error {
	return &state.Error{Kind: state.Invalid, Code: "DOCUMENT", Path: "document",
		Message: "Ce document n'existe pas ici : demandez " + strings.Join(possible, ", ") + "."}
}

func errNothingToPost() error {
	return &state.Error{Kind: state.Invalid, Code: "LOT_SANS_PAPIER",
		Message: "Ce lot n'a pas de papiers à envoyer : seuls ceux des lots dégradés vont à la caisse."}
}

func errNames() error {
	return &state.Error{Kind: state.Denied, Code: "DOCUMENT_NOMINATIF", Path: "document",
		Message: "Ce document nomme les patients : ce site n'a pas le droit de les voir."}
}

func errOver(f lot.FSE) error {
	message := "Cette FSE est annulée : elle n'a plus de document."
	if f.State == fse.Remplacee {
		message = "Cette FSE est remplacée : imprimez celle qui la remplace."
	}
	return &state.Error{Kind: state.Invalid, Code: "FSE_TERMINEE", Message: message}
}

// FSEDocument makes a document of an FSE of owner's: feuille, papier or quittance; "" is
// the sheet that it has. One that is cancelled or replaced has none: a payer would take
// its sheet for a claim.
func (d *Daemon) FSEDocument(owner, id, kind string) (Document, error) {
	f, err := d.book.Get(owner, id)
	if err != nil {
		return Document{}, bookFailure(err)
	}
	if f.State == fse.Annulee || f.State == fse.Remplacee {
		return Document{}, errOver(f)
	}
	if kind == "" {
		kind = docFeuille
		if f.State == fse.Papier {
			kind = docPapier
		}
	}
	c, err := d.cabinetOf(f.NumeroAM())
	if err != nil {
		return Document{}, err
	}
	number := 0
	if f.Lot != "" {
		l, err := d.book.Lot(f.Lot)
		if err != nil {
			return Document{}, bookFailure(err)
		}
		number = l.Numero
	}
	s, err := d.sheetOf(f, number)
	if err != nil {
		return Document{}, bookFailure(err)
	}
	out := Document{Name: "feuille-" + dayOf(d.now()).String() + ".pdf", Title: "Agrafe", numeroAM: c.NumeroAM}
	if s.Numero != "" {
		out.Name, out.Title = "fse-"+s.Numero+"-"+kind+".pdf", "Agrafe FSE "+s.Numero
	}
	if f.Paper != nil && kind != docQuittance {
		out.papers.Sheets, out.owner = []lot.PrintedSheet{{FSE: f.ID, Lot: f.Lot}}, owner
	}
	out.PDF, err = d.drawFSE(d.practiceOf(c), &s, f, kind)
	return out, paperFailure(err)
}

func (d *Daemon) drawFSE(p *paper.Practice, s *paper.Sheet, f lot.FSE, kind string) ([]byte, error) {
	switch {
	case kind == docFeuille && f.State != fse.Papier:
		return paper.FeuilleDeSoins(p, s, d.printNow())
	case kind == docPapier && f.State == fse.Papier:
		return paper.FeuillePapier(p, s, d.printNow())
	case kind == docQuittance && f.State != fse.Papier:
		if f.Collected == nil {
			return nil, &state.Error{Kind: state.Invalid, Code: "RIEN_ENCAISSE",
				Message: "Rien n'a été encaissé pour cette FSE : notez d'abord ce que le patient a réglé."}
		}
		return paper.Quittance(p, s, paper.Payment{Amount: f.Collected.Amount, Date: f.Collected.Date, Means: meansWords[f.Collected.Means]}, d.printNow())
	case f.State == fse.Papier:
		return nil, errDocument(docPapier)
	}
	return nil, errDocument(docFeuille, docQuittance)
}

// meansWords are the means of payment as the quittance says them.
var meansWords = map[lot.Means]string{
	lot.MeansCard: "carte bancaire", lot.MeansCheque: "chèque", lot.MeansCash: "espèces", lot.MeansTransfer: "virement",
}

// LotDocument makes a document of a lot for v: bordereau, liasse, enveloppe or a-la-main;
// "" is the bundle. All but the envelope name the patients of every front end: they are for
// one who sees patients.
func (d *Daemon) LotDocument(v Viewer, id, kind string) (Document, error) {
	if kind == "" {
		kind = docLiasse
	}
	draw, ok := lotDocuments[kind]
	if !ok {
		return Document{}, errDocument(docBordereau, docLiasse, docEnveloppe, docALaMain)
	}
	if kind != docEnveloppe && !v.FSE {
		return Document{}, errNames()
	}
	l, err := d.book.Lot(id)
	if err != nil {
		return Document{}, bookFailure(err)
	}
	followed := kind == docBordereau || kind == docLiasse
	if l.Certification != degraded && !followed {
		return Document{}, errNothingToPost()
	}
	p, papers, members, err := d.lotOf(l)
	if err != nil {
		return Document{}, bookFailure(err)
	}
	out := Document{Name: "lot-" + papers.Numero + "-" + kind + ".pdf", Title: "Agrafe lot " + papers.Numero, numeroAM: l.NumeroAM}
	if followed && l.Certification == degraded && l.Closed != nil {
		out.owner, out.papers.Lot, out.papers.Closed = lot.Practice, l.ID, *l.Closed
		if kind == docLiasse {
			out.papers.Sheets = sheetsOf(members)
		}
	}
	out.PDF, err = draw(p, papers, d.printNow())
	return out, paperFailure(err)
}

// sheetsOf names the sheets of the FSE of a lot that are followed.
func sheetsOf(members []lot.FSE) (sheets []lot.PrintedSheet) {
	for _, f := range members {
		if f.Paper != nil && f.State != fse.Remplacee {
			sheets = append(sheets, lot.PrintedSheet{FSE: f.ID, Lot: f.Lot})
		}
	}
	return sheets
}

var lotDocuments = map[string]func(*paper.Practice, *paper.Lot, paper.Print) ([]byte, error){
	docBordereau: paper.BordereauDeLot, docLiasse: paper.Liasse, docEnveloppe: paper.Enveloppe, docALaMain: paper.ALaMain,
}

// ByHand returns what to write by hand for a lot when no printer answers, by lines, to one
// who sees patients.
func (d *Daemon) ByHand(v Viewer, id string) ([]string, error) {
	if !v.FSE {
		return nil, errNames()
	}
	l, err := d.book.Lot(id)
	if err != nil {
		return nil, bookFailure(err)
	}
	if l.Certification != degraded {
		return nil, errNothingToPost()
	}
	p, papers, _, err := d.lotOf(l)
	if err != nil {
		return nil, bookFailure(err)
	}
	lines, err := paper.PlainLines(p, papers, d.printNow())
	return lines, paperFailure(err)
}

// Document makes a document of what has the ID: an FSE that v reads or, for one who
// sees lots whole, a lot.
func (d *Daemon) Document(v Viewer, id, kind string) (Document, error) {
	if v.Lots {
		if _, err := d.book.Lot(id); !errors.Is(err, lot.ErrNotFound) {
			return d.LotDocument(v, id, kind)
		}
	}
	return d.FSEDocument(v.reads(), id, kind)
}

// Pages is how many pages the document has. A PDF of ours names each one in the clear.
func (doc Document) Pages() int { return strings.Count(string(doc.PDF), "/Type /Page\n") }

// paperFailure is Failure for the errors of making a paper.
func paperFailure(err error) error {
	switch {
	case errors.Is(err, paper.ErrAddress):
		return &state.Error{Kind: state.Invalid, Code: "RATTACHEMENT_ABSENT", Err: err,
			Message: "L'adresse de la caisse de rattachement manque : renseignez-la avec « agrafe setup » ou dans les réglages de la console."}
	case errors.Is(err, paper.ErrIncomplete):
		return &state.Error{Kind: state.Invalid, Code: "DOCUMENT_INCOMPLET", Err: err,
			Message: "Ce document ne peut pas encore être fait : la FSE n'a ni numéro ni prix, ou le lot est vide. Signez d'abord."}
	case err != nil:
		return Failure(fmt.Errorf("cannot make the document: %w", err))
	}
	return nil
}
