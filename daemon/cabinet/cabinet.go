// Package cabinet is what a professional says once of the practice: who bills,
// where the papers of the lots go, when the day ends, whom to call.
//
// Its contract: a Cabinet is of one number of the assurance maladie, and nothing
// is signed for a number without one. Check gives every fault at once. The package
// is pure: nothing here reads a card, a clock or a file.
package cabinet

// Cabinet is the practice of one professional under one number.
type Cabinet struct {
	NumeroAM   string `json:"numeroAM"` // 9 digits; its key is not checked
	RPPS       string `json:"rpps"`     // 11 digits
	Titre      string `json:"titre,omitempty"`
	Nom        string `json:"nom"`
	Prenom     string `json:"prenom"`
	Specialite string `json:"specialite"` // code of the table specialites
	Convention int    `json:"convention"` // 0 none, 1 secteur 1, 2 secteur 1 DP, 3 secteur 2
	OPTAM      bool   `json:"optam"`
	Zone       string `json:"zone"`                // zone of the tariffs: metro
	Structure  string `json:"structure,omitempty"` // FINESS, 9 characters
	Exercice   string `json:"exercice,omitempty"`  // L libéral, S salarié, R remplaçant, as the card says

	Adresse   []string `json:"adresse"` // lines
	Telephone string   `json:"telephone,omitempty"`

	// Rattachement is the caisse that the papers go to; ParRegime names another for
	// a régime, by its two digits.
	Rattachement Caisse            `json:"rattachement"`
	ParRegime    map[string]Caisse `json:"parRegime,omitempty"`

	Fermeture  string    `json:"fermeture,omitempty"`  // HH:MM, when open lots are closed; absent: by hand
	Imprimante string    `json:"imprimante,omitempty"` // absent: that of the system
	Contacts   []Contact `json:"contacts,omitempty"`   // les bons contacts
}

// Caisse is where papers are sent to.
type Caisse struct {
	Nom     string   `json:"nom"`
	Adresse []string `json:"adresse"` // lines below the name
}

// Contact is whom to call about something.
type Contact struct {
	Sujet     string `json:"sujet"` // facturation, paiement, impression or a text of the practice's
	Nom       string `json:"nom"`
	Telephone string `json:"telephone,omitempty"`
	Courriel  string `json:"courriel,omitempty"`
	Site      string `json:"site,omitempty"` // https address
}
