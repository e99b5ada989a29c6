package fse

// UniteMonetaire is the monetary unit of every invoice.
const UniteMonetaire = "EUR"

// FSE is an invoice with a number: the draft, its price, its signatures and its
// links. It holds the 16 items of an electronic invoice (arrêté of 9 April 1998):
// date and number here, persons, organism, nature, acts and prescriber in the
// draft, amounts in the price, unit and signatures here.
type FSE struct {
	Numero        string     `json:"numero"` // 9 digits, per professional, never reused
	Etat          State      `json:"etat"`
	Draft         Draft      `json:"fse"`
	Prix          Prix       `json:"prix"`
	Unite         string     `json:"unite"`
	Signatures    Signatures `json:"signatures"`
	Demonstration bool       `json:"demonstration"`      // test card, test payer or open seal: never to production
	Remplace      *Rejet     `json:"remplace,omitempty"` // the invoice that this one makes again
	RemplaceePar  string     `json:"remplaceePar,omitempty"`
	Liees         []string   `json:"liees,omitempty"` // numbers of the invoices split from the same draft
}

// Signatures says who signed. The seals themselves are kept beside the invoice.
type Signatures struct {
	Professionnel string `json:"professionnel"`    // serial number of the CPS
	Vitale        string `json:"vitale,omitempty"` // serial number of the Vitale that proved its presence
}
