package b2

// Sizes of a file and of a lot.
const (
	// MaxRecords is the number of records that a file may hold, 000 and 999
	// included (practice of the field; a care centre's public program stops at 990,
	// though the counter in 999 has 8 digits).
	MaxRecords = 999
	// CoupureRecords is the number of records at which a lot is cut, to stay
	// clear of MaxRecords (practice of another product, seen verbatim).
	CoupureRecords = 950
	// CoupureFactures is the number of FSE at which a lot is cut (ours: no public
	// source gives one).
	CoupureFactures = 200
)

// File is a B2 file: the records 000 and 999 and the lots between them.
//
// Codes are strings of digits with the width of their field; where there may be
// none the empty string stands for zeros. Amounts are cents.
type File struct {
	Emetteur      string // 14 digits: 00000 and the AM number of the professional with its key
	Destinataire  Destinataire
	Identifiant   string // 6 characters, chosen by the sender
	Creation      Date
	Message       string // free zone of 37 characters; 32 in a demonstration
	Demonstration bool   // marked DEMO in 000 and in every 5 (a mark of ours, the norm has none)
	Constantes    ConstantesFichier
	Lots          []Lot
}

// Lot is what stands between a record 1 and its record 6: the invoices of one
// professional for one payer.
type Lot struct {
	Numero     int    // 1 to 999
	NumeroPS   string // AM number of the professional with its key, 9 digits
	Organisme  string // organism of the destination, 3 digits
	Nom        string // name of the professional
	Date       Date
	Constantes ConstantesLot
	Factures   []Facture
}

// Facture is an invoice: the records 2 to 5. Nature d'assurance, parcours and
// beneficiary are those of all its lines.
type Facture struct {
	Numero       int    // FSE number, 9 digits
	NIR          string // of the assuré, 13 characters
	CleNIR       string // 2 digits
	Rang         int    // rank of the beneficiary; written 000 for régime 01
	NumeroEntree int

	Regime, Caisse, Centre string // 2, 3 and 4 digits
	NaturePiece            string // kind of the proof of rights, 1 digit; its codes are not public
	PriseEnCharge          Date   // established on
	Droits                 Date   // rights valid from
	DelivreePar            string // 3 digits
	RegimePrestation       string // 3 digits

	Nature          string // nature d'assurance, 2 digits
	Exoneration     string // of the whole invoice; see Ligne.Exoneration
	Hospitalisation Date
	Accident        string // 9 digits: number of the accident, or see AccidentDroitCommun
	Eclatement      string // F when the AMC part is billed apart, else empty

	Naissance     Date // of the beneficiary, digits of the card
	RangNaissance int
	Entree        Date
	Sortie        Date
	HeureSortie   int
	Contrat       string // kind of AMC contract, 2 digits
	OrganismeAMC  string // number of the complementary organism, up to 10 characters

	Complement *ComplementFacture // record 2S, nil when there is none
	Prealables []Record           // records 3 and their complements that come before the lines, as they are
	Lignes     []Ligne
	Editeur    string // 4 characters reserved for software editors; DEMO in a demonstration, and then empty here
}

// ComplementFacture is a record 2S.
type ComplementFacture struct {
	TitreRecette          string // 6 digits
	DestinataireReglement string // 2 digits
	NIRCertifie           string // of the beneficiary, 13 characters
	CleCertifie           string // 2 digits
	DeclarationMT         string // top déclaration médecin traitant
	NomMT, PrenomMT       string // médecin traitant or the one who sent the patient
	NumeroMT              string // AM number, 9 digits
	Parcours              string // indicator of the parcours de soins
}

// Ligne is an act billed as fees: a record 4 and what completes it.
type Ligne struct {
	ModeTraitement         string // 2 digits
	Discipline             string // 3 digits
	Prescripteur           string // AM number, 9 digits; empty when there is none
	OriginePrescription    string
	Exoneration            string // blank in the bytes, and after Decode, when the whole invoice agrees
	SpecialitePrescripteur string // 2 digits
	Executant              string // AM number, 9 digits
	ZoneTarif              string // 2 digits
	Specialite             string // 2 digits
	Date                   Date
	Code                   string // act, 4 characters, and 1 for the NGAP supplement
	Quantite               int
	Coefficient            int // hundredths: 100 is 1
	Denombrement           int
	PrixUnitaire           int64
	Base                   int64 // base de remboursement
	Taux                   int   // per cent
	AMO                    int64 // reimbursable by the AMO
	Honoraires             int64 // dépassement included
	Qualificatif           string
	AMC                    int64 // reimbursable by the AMC; 0 when it is billed apart

	Complement *ComplementLigne // record 4S, nil when there is none
	Suite      []Record         // the other records that follow (4E, 4B, 4H, 4M…), as they are
}

// ComplementLigne is a record 4S.
type ComplementLigne struct {
	ConditionExecutant    string
	OptionCoordination    string
	BaseTheorique         int64
	ConditionPrescripteur string
	DemandeAccord         Date
	AccordPrealable       string // 1 digit
	ForcageAMO            string
	LieuExecution         string // 14 digits, see LieuFINESS
	Filiere               string // 14 digits
	ForcageAMC            string
	ForfaitTechnique      string // 5 digits
	Appareil              string // device or video connection, 14 digits
	GHS                   string // 4 digits
	DomaineActivite       string
	Prevention            string
	QualifiantPrevention  string
	ParticipationAssure   string
}

// Totaux are the counts and sums of a record 5. Participation is what was
// billed less what the AMO reimburses, whoever pays it.
type Totaux struct {
	Enregistrements int // records 3 and 4 with their complements
	Base3           int64
	AMO3            int64
	Honoraires4     int64
	AMO4            int64
	Participation   int64
	AMC3            int64
	AMC4            int64
	Facture3        int64
}

// Totaux computes the record 5 of the invoice.
func (f *Facture) Totaux() Totaux {
	var t Totaux
	for i := range f.Prealables {
		t.addRecord(&f.Prealables[i])
	}
	for i := range f.Lignes {
		l := &f.Lignes[i]
		t.addLigne(l)
		for j := range l.Suite {
			t.addRecord(&l.Suite[j])
		}
	}
	return t
}

func (t *Totaux) addLigne(l *Ligne) {
	t.Enregistrements++
	if l.Complement != nil {
		t.Enregistrements++
	}
	t.Honoraires4 += l.Honoraires
	t.AMO4 += l.AMO
	t.Participation += l.Honoraires - l.AMO
	t.AMC4 += l.AMC
}

// addRecord counts a record that is kept as it is, and sums it when it is a 3.
func (t *Totaux) addRecord(r *Record) {
	t.Enregistrements++
	if r.kind != Kind3 {
		return
	}
	amount := func(f *Field) int64 {
		v, _ := readDigits(string(r.raw(f)))
		return v
	}
	depense, amo := amount(stay.depense), amount(stay.amo)
	t.Base3 += amount(stay.base)
	t.AMO3 += amo
	t.Participation += depense - amo
	t.AMC3 += amount(stay.amc)
	t.Facture3 += depense
}

// add adds the sums of another invoice.
func (t *Totaux) add(o *Totaux) {
	t.Enregistrements += o.Enregistrements
	t.Base3 += o.Base3
	t.AMO3 += o.AMO3
	t.Honoraires4 += o.Honoraires4
	t.AMO4 += o.AMO4
	t.Participation += o.Participation
	t.AMC3 += o.AMC3
	t.AMC4 += o.AMC4
	t.Facture3 += o.Facture3
}

// stay holds the fields of a record 3 that a record 5 sums.
var stay = struct{ base, amo, depense, amc *Field }{
	theLayout.field(Kind3, "Base de remboursement"),
	theLayout.field(Kind3, "Montant remboursable par la caisse"),
	theLayout.field(Kind3, "Montant total de la dépense"),
	theLayout.field(Kind3, "Montant remboursable par l'OC"),
}

// actes is the number of acts and stays of the invoice, complements apart.
func (f *Facture) actes() int {
	n := len(f.Lignes)
	count := func(records []Record) {
		for i := range records {
			if records[i].kind == Kind3 {
				n++
			}
		}
	}
	count(f.Prealables)
	for i := range f.Lignes {
		count(f.Lignes[i].Suite)
	}
	return n
}

// Records is the number of records that the invoice takes in a file, 2 and 5
// included.
func (f *Facture) Records() int {
	n := 2 + len(f.Prealables) + len(f.Lignes)
	if f.Complement != nil {
		n++
	}
	for i := range f.Lignes {
		l := &f.Lignes[i]
		if n += len(l.Suite); l.Complement != nil {
			n++
		}
	}
	return n
}

// Records is the number of records that the lot takes in a file, 1 and 6
// included.
func (l *Lot) Records() int {
	n := 2
	for i := range l.Factures {
		n += l.Factures[i].Records()
	}
	return n
}

// Records is the number of records of the file, 000 and 999 included.
func (f *File) Records() int {
	n := 2
	for i := range f.Lots {
		n += f.Lots[i].Records()
	}
	return n
}
