package frontal

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/seal"
)

// Faults of an invoice or of a lot, as the ARL tells them.
const (
	faultSealCount  = "DEMONSTRATION : il n'y a pas un sceau par facture"
	faultSeal       = "DEMONSTRATION : le sceau n'est pas valable"
	faultSigner     = "DEMONSTRATION : le sceau n'est pas d'une carte de test connue"
	faultContent    = "DEMONSTRATION : le contenu du sceau n'est pas lisible"
	faultDisagrees  = "DEMONSTRATION : le sceau ne concorde pas avec la facture (%s)"
	faultKnown      = "DEMONSTRATION : cette facture est déjà reçue"
	faultSameNumber = "DEMONSTRATION : deux factures du lot ont le même numéro"
)

// sealed is what the payer reads of the sealed bytes of an FSE (format
// agrafe-fse-1). It leaves the names where they are.
type sealed struct {
	Format        string `json:"format"`
	Number        string `json:"numero"`
	Environment   string `json:"environnement"`
	Demonstration bool   `json:"demonstration"`
	Draft         struct {
		Professional struct {
			Number   string `json:"numeroAM"`
			Replaced *struct {
				Number string `json:"numeroAM"`
			} `json:"remplace"`
		} `json:"professionnel"`
		AMO struct {
			AME bool `json:"ame"`
		} `json:"amo"`
	} `json:"facture"`
	Price struct {
		Total struct {
			Fees int64 `json:"honoraires"`
			AMO  int64 `json:"amo"`
			AMC  int64 `json:"amc"`
		} `json:"total"`
		Payer struct {
			Regime string `json:"regime"`
			Caisse string `json:"caisse"`
			Centre string `json:"centre"`
		} `json:"destinataire"`
		ThirdParty struct {
			AMO bool `json:"amo"`
			AMC bool `json:"amc"`
		} `json:"tiersPayant"`
		Certification string `json:"certification"`
	} `json:"prix"`
}

// professional is the AM number that the FSE is billed under.
func (s *sealed) professional() string {
	if r := s.Draft.Professional.Replaced; r != nil {
		return r.Number
	}
	return s.Draft.Professional.Number
}

// owed is what the payer owes the professional. AME leaves nothing to the patient
// with or without tiers payant AMC.
func (s *sealed) owed() (a Amounts) {
	if s.Price.ThirdParty.AMO {
		a.AMO = max(0, s.Price.Total.AMO)
	}
	if s.Price.ThirdParty.AMC || s.Draft.AMO.AME {
		a.AMC = max(0, s.Price.Total.AMC)
	}
	return a
}

// inspect makes the invoice that a payer keeps of one of a file and its seal, and
// returns the certification that the seal tells.
func (f *Frontal) inspect(professional string, one *b2.Facture, der []byte, at time.Time) (invoice, string) {
	digest := sha256.Sum256(der)
	i := invoice{Number: one.Numero, Seal: hex.EncodeToString(digest[:]), AMC: one.OrganismeAMC}
	if len(one.Lignes) > 0 {
		i.Date = one.Lignes[0].Date
	}
	opened, err := seal.Open(der)
	if err != nil {
		i.Fault = faultSeal
		return i, ""
	}
	if opened.Cert.KeyUsage&x509.KeyUsageContentCommitment == 0 || !f.signers.trust(opened.Cert, at) { // the other key of a card is for logins
		i.Fault = faultSigner
		return i, ""
	}
	var s sealed
	if json.Unmarshal(opened.Content, &s) != nil || s.Format != "agrafe-fse-1" || !s.Demonstration {
		i.Fault = faultContent
		return i, ""
	}
	if field := s.differs(professional, one); field != "" {
		i.Fault = fmt.Sprintf(faultDisagrees, field)
		return i, s.Price.Certification
	}
	i.Owed = s.owed()
	return i, s.Price.Certification
}

// differs names what is not the same in the seal and in the invoice.
func (s *sealed) differs(professional string, one *b2.Facture) string {
	number, err := strconv.Atoi(s.Number)
	totals, payer := one.Totaux(), s.Price.Payer
	switch {
	case err != nil || number != one.Numero:
		return "numéro"
	case s.professional() != professional:
		return "professionnel"
	case payer.Regime != one.Regime || payer.Caisse != one.Caisse || payer.Centre != one.Centre:
		return "organisme"
	case s.Price.Total.Fees != totals.Honoraires4:
		return "honoraires"
	case s.Price.Total.AMO != totals.AMO4:
		return "part AMO"
	case s.Price.Total.AMC != totals.AMC4:
		return "part AMC"
	}
	return ""
}

// signers are the authorities of the test cards; nil for any that calls itself TEST.
type signers struct{ roots *x509.CertPool }

// openSigners reads the authorities in the PEM files of a folder, "" for none. Files
// of a keyring hold keys and cards too: they are passed over.
func openSigners(dir string) (signers, error) {
	if dir == "" {
		return signers{}, nil
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.pem"))
	if err != nil {
		return signers{}, fmt.Errorf("cannot list the authorities of the cards: %w", err)
	}
	s, found := signers{roots: x509.NewCertPool()}, false
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return signers{}, fmt.Errorf("cannot read the authorities of the cards: %w", err)
		}
		for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
			if cert, err := x509.ParseCertificate(block.Bytes); err == nil && block.Type == "CERTIFICATE" && cert.IsCA {
				s.roots.AddCert(cert)
				found = true
			}
		}
	}
	if !found {
		return signers{}, errors.New("cannot use the authorities of the cards: no certificate of an authority in " + dir)
	}
	return s, nil
}

// trust tells whether a card of test was certified by an authority that is known.
func (s signers) trust(cert *x509.Certificate, at time.Time) bool {
	marked := false
	for _, name := range append(cert.Issuer.Organization, cert.Issuer.CommonName) {
		marked = marked || strings.HasPrefix(name, "TEST ") || name == "TEST"
	}
	if !marked || s.roots == nil {
		return marked
	}
	_, err := cert.Verify(x509.VerifyOptions{Roots: s.roots, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	return err == nil
}
