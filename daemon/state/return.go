package state

// Return is a payer's answer about an FSE or a lot, or a reject that somebody has read
// elsewhere.
type Return struct {
	ID       string   `json:"id"`
	Kind     string   `json:"type"`              // arl, noemie or main
	Received string   `json:"recu"`              // RFC 3339
	Lot      string   `json:"lot,omitempty"`     // ID
	FSE      []string `json:"fse,omitempty"`     // IDs
	Numero   string   `json:"numero,omitempty"`  // of the FSE
	Date     string   `json:"date,omitempty"`    // ISO, of the reject or of the payment
	Label    string   `json:"libelle,omitempty"` // that came with it
	External bool     `json:"externe,omitzero"`  // about an FSE of another software
	Pending  bool     `json:"aRapprocher"`       // nobody knows yet what it is about
	Remade   string   `json:"refaite,omitempty"` // ID of the FSE that replaces the rejected one

	Withdrawn string `json:"retire,omitempty"` // why it was withdrawn; absent while it stands

	Delivery  string        `json:"livraison,omitempty"` // ID of the file that it came in
	Record    int           `json:"rang,omitempty"`      // of its record in that file
	Says      string        `json:"sens,omitempty"`      // accepte, refuse, paye, paye-partiellement, rejete, differe, repris or autre
	Part      string        `json:"part,omitempty"`      // AMO, AMC; absent for both or none
	Effect    string        `json:"effet,omitempty"`     // applique, sans-effet, a-rapprocher, a-examiner or classe
	Why       string        `json:"pourquoi,omitempty"`  // of the effect, French
	LotNumero int           `json:"lotNumero,omitempty"`
	Asked     int64         `json:"demande,omitempty"` // cents, as the payer saw it
	Amount    int64         `json:"montant,omitempty"` // cents; below 0 where it is taken back
	Transfer  string        `json:"virement,omitempty"`
	Organisme string        `json:"organisme,omitempty"` // number of the AMC that pays
	Entity    string        `json:"entite,omitempty"`    // of NOEMIE
	Labels    []ReturnLabel `json:"libelles,omitempty"`
	Demo      bool          `json:"demonstration,omitzero"`
}

// ReturnLabel is a code with its label, as they came: there is no public table of them.
type ReturnLabel struct {
	Code   string `json:"code,omitempty"`
	Text   string `json:"texte,omitempty"`
	Niveau string `json:"niveau,omitempty"` // F invoice, L line, A refined code
	Part   string `json:"part,omitempty"`   // O compulsory, C complementary
}
