package state

// PaperKind is what a paper is.
type PaperKind string

// The kinds of papers that are followed until they are on their way.
const (
	PaperSheet     PaperKind = "feuille"   // of a degraded FSE
	PaperFSP       PaperKind = "papier"    // sheet of last resort
	PaperBordereau PaperKind = "bordereau" // of a degraded lot
)

// Paper is a paper that somebody has to print, sign and post.
type Paper struct {
	ID            string    `json:"id"` // of its FSE or lot
	Kind          PaperKind `json:"type"`
	State         string    `json:"etat"`                   // a-imprimer, imprime, signe, poste or scanne
	PatientSigned bool      `json:"signePatient"`           // of a sheet
	Date          string    `json:"date,omitempty"`         // ISO, of posting or scanning
	Numero        string    `json:"numero"`                 // of its FSE or lot; "" of a paper sheet
	DateSoins     string    `json:"dateSoins,omitempty"`    // ISO, of a sheet
	Lot           string    `json:"lot,omitempty"`          // ID of the lot of a sheet
	NumeroLot     string    `json:"numeroLot,omitempty"`    // 3 digits
	Sheets        int       `json:"feuilles,omitempty"`     // that go with a bordereau
	Person        string    `json:"beneficiaire,omitempty"` // of a sheet, in lists only
}

// Takings are what a day, or each day of a time, has brought. All but Collected and
// ByMeans is of the FSE whose day of care it is; those two are of what patients gave on
// that day, for whatever day of care: the till of the day.
type Takings struct {
	Date       string           `json:"jour"`       // ISO
	Count      int              `json:"nombre"`     // FSE with a price, and paper sheets
	Honoraires int64            `json:"honoraires"` // cents, as all that follow
	AMO        int64            `json:"amo"`
	AMC        int64            `json:"amc"`
	Patient    int64            `json:"patient"`
	Uncovered  int64            `json:"nonPrisEnCharge"`
	Collected  int64            `json:"encaisse"`           // what patients gave on that day and was not given back
	ByMeans    map[string]int64 `json:"parMoyen,omitempty"` // of Collected
	Unpriced   int              `json:"sansPrix,omitempty"` // paper sheets that count for nothing
}

// Printer is a printer of this machine.
type Printer struct {
	Name    string `json:"nom"`
	Default bool   `json:"defaut,omitzero"`
	State   string `json:"etat"`             // prete, occupee or arretee
	Detail  string `json:"detail,omitempty"` // why it does not print, as the system says it
}
