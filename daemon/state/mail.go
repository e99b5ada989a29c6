package state

import "time"

// Mail is how lots leave for the payers and how their returns come in. Where nothing
// is set, Configured is false and the rest is absent.
type Mail struct {
	Configured  bool       `json:"configure"`
	Environment string     `json:"environnement,omitempty"` // demonstration or production
	Address     string     `json:"adresse,omitempty"`       // of the practice, from which lots leave
	SMTP        string     `json:"smtp,omitempty"`          // host:port
	POP3        string     `json:"pop3,omitempty"`          // host:port
	Send        string     `json:"envoi,omitempty"`         // clic: lots leave when somebody asks; auto
	Fetch       int        `json:"releve,omitempty"`        // minutes between two looks for returns; absent: when somebody asks
	Waiting     int        `json:"enAttente"`               // closed lots that may leave
	Undecided   int        `json:"indecis"`                 // lots undecided or refused, which wait for somebody
	Sending     bool       `json:"enCours"`                 // a lot is on its way now
	Offline     bool       `json:"horsLigne"`               // no server was reached for ten minutes
	NextTry     *time.Time `json:"prochainEssai,omitempty"` // of the lots that were to leave and did not
	LastSent    *time.Time `json:"dernierEnvoi,omitempty"`  // in this run of the service, as the next
	LastFetch   *time.Time `json:"derniereReleve,omitempty"`
	Foreign     int        `json:"etrangers,omitempty"` // messages of nobody who pays, left in the mailbox
	Problem     *Error     `json:"probleme,omitempty"`  // of the last exchange with a server
}

// Dispatch is the way of a lot to its payer.
type Dispatch struct {
	State   string     `json:"etat"`                 // en-attente, en-cours, indecis, rebond, parti or refuse
	Message string     `json:"message,omitempty"`    // Message-ID of the mail
	Tries   int        `json:"essais"`               // how many times it was begun
	Problem string     `json:"probleme,omitempty"`   // French: why it waits, is undecided or was refused
	Reply   string     `json:"reponse,omitempty"`    // words of the mail server about it, code first; addresses are masked
	Asked   *time.Time `json:"demande,omitempty"`    // when somebody has asked for a lot that waits
	AskedBy string     `json:"demandePar,omitempty"` // from where: poste (a program of this machine, the console) or site
	By      string     `json:"tranchePar,omitempty"` // who settled it: serveur, copie, retour or utilisateur
	Began   *time.Time `json:"commence,omitempty"`
	Ended   *time.Time `json:"fini,omitempty"`
}

// DispatchWaiting is the State of a lot that was to leave and did not yet. The others
// are those of the book.
const DispatchWaiting = "en-attente"

// Delivery is a file that came from a payer.
type Delivery struct {
	ID       string    `json:"id"`   // sha256 of its content
	Kind     string    `json:"type"` // noemie, arl, copie, illisible, inconnu or trop-grand
	Origin   string    `json:"origine,omitempty"`
	From     string    `json:"de,omitempty"`
	Received time.Time `json:"recu"`
	Size     int       `json:"taille"`             // bytes
	Problem  string    `json:"probleme,omitempty"` // French
	Returns  int       `json:"retours"`            // that it holds
	Applied  int       `json:"appliques"`          // of those
	Waiting  int       `json:"enAttente"`          // of those, for somebody
	Demo     bool      `json:"demonstration,omitzero"`
}
