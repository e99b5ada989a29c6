package tables

// Organisme is a payer: régime, caisse and centre.
type Organisme struct {
	Entry
	Regime        string // 2 digits
	Caisse        string // 3 digits
	Centre        string // 4 digits
	Destinataire  string // organism that receives the lots, 3 digits
	CTI           string // computing centre, 3 digits, "" where not known
	Ville         string
	Demonstration bool // test payer: never in production
}

// The payer of every SMG invoice, whatever the patient's régime.
const (
	SMGRegime = "08"
	SMGCaisse = "835"
	SMGCentre = "0300"
)

// CentreDefaut is the centre that stands for a caisse as a whole.
const CentreDefaut = "0000"

// organismeCols are the columns of the published list of payers; a practice
// brings its own list up to date with the first eight alone.
var organismeCols = []string{"regime", "caisse_health_fund", "centre", "dest_organism", "cti_computer_center", "name", "zip", "city",
	"demonstration", "valide_du", "valide_au", "source", "certitude", "note"}

type organismeKey [9]byte

func keyOfOrganisme(regime, caisse, centre string) (organismeKey, bool) {
	var k organismeKey
	if len(regime) != 2 || len(caisse) != 3 || len(centre) != 4 {
		return k, false
	}
	copy(k[:], regime)
	copy(k[2:], caisse)
	copy(k[5:], centre)
	return k, true
}

func (s *Set) loadOrganismes(f *file) error {
	var optional []string
	if f.local {
		optional = organismeCols[8:]
	}
	if err := f.require(organismeCols, optional); err != nil {
		return err
	}
	for i := range f.rows {
		r := f.record(i)
		o := &Organisme{
			Regime: r.key("regime"), Caisse: r.key("caisse_health_fund"), Centre: r.key("centre"),
			Destinataire: r.text("dest_organism"), CTI: r.text("cti_computer_center"),
			Ville: r.text("city"), Demonstration: r.yes("demonstration"),
		}
		o.Entry = r.entry(o.Regime + "/" + o.Caisse + "/" + o.Centre)
		o.Libelle = r.text("name")
		if f.local && r.text("certitude") == "" {
			// The practice copied a list: it vouches for it as a secondary source.
			o.Ref.Certitude = VuSecond
		}
		k, ok := keyOfOrganisme(o.Regime, o.Caisse, o.Centre)
		if !ok {
			r.fail("centre", errOrganisme)
		}
		if r.err != nil {
			return r.err
		}
		s.organismes[k] = o
	}
	return nil
}

// Organisme returns the payer of exactly that régime, caisse and centre.
func (s *Set) Organisme(regime, caisse, centre string) (*Organisme, bool) {
	k, ok := keyOfOrganisme(regime, caisse, centre)
	if !ok {
		return nil, false
	}
	o, ok := s.organismes[k]
	return o, ok
}
