package frontal

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/durable"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/seal"
)

// payer is an organism that receives lots.
type payer struct{ regime, organisme string }

// payers are those of the routing table, by address: the destinations of all the
// payers that an FSE may have.
func payers() (map[string]payer, error) {
	table, found := tables.Default().Table("organismes")
	if !found {
		return nil, errors.New("cannot list the payers: no table organismes")
	}
	column := func(name string) int { return slices.Index(table.Colonnes, name) }
	regime, caisse, centre := column("regime"), column("caisse_health_fund"), column("centre")
	all := map[string]payer{}
	for _, row := range table.Rangees {
		route, err := b2.RouteOf(row[regime], row[caisse], row[centre])
		if err != nil {
			continue // nobody can send to it
		}
		p := payer{route.Destinataire.Regime(), route.Destinataire.Organisme()}
		address, err := seal.Address(p.regime, p.organisme, true)
		if err != nil {
			return nil, fmt.Errorf("cannot list the payers: %w", err)
		}
		all[address] = p
	}
	return all, nil
}

// openPayers makes the folder of the payers' certificates when it is not there, or is
// that of another key or another routing table. It is whole or not there: it has its
// name only once it is full.
func (k *keys) openPayers(dir string, all map[string]payer) error {
	folder := filepath.Join(dir, payersDir)
	addresses := slices.Sorted(maps.Keys(all))
	if good, err := k.certified(folder, addresses); good || err != nil {
		return err
	}
	unfinished := folder + ".tmp"
	if err := errors.Join(os.RemoveAll(unfinished), os.Mkdir(unfinished, 0o700)); err != nil {
		return fmt.Errorf("cannot make the payers' certificates: %w", err)
	}
	if err := k.certifyAll(unfinished, addresses); err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(folder), os.Rename(unfinished, folder)); err != nil {
		return fmt.Errorf("cannot make the payers' certificates: %w", err)
	}
	return durable.SyncDir(dir)
}

// certified tells whether a folder has a certificate for each address, sorted, and no
// other. The first one speaks for the key of all: they were made together.
func (k *keys) certified(folder string, addresses []string) (bool, error) {
	entries, err := os.ReadDir(folder) // sorted by name
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("cannot list the payers' certificates: %w", err)
	}
	same := slices.EqualFunc(entries, addresses, func(e fs.DirEntry, address string) bool { return e.Name() == address+".pem" })
	if !same || len(entries) == 0 {
		return false, nil
	}
	data, err := os.ReadFile(filepath.Join(folder, entries[0].Name()))
	if err != nil {
		return false, fmt.Errorf("cannot read a payer's certificate: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return false, nil
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	return err == nil && k.payers.PublicKey.Equal(cert.PublicKey), nil
}

// certifyAll writes a certificate for each address.
func (k *keys) certifyAll(folder string, addresses []string) error {
	for _, address := range addresses {
		template := template(address)
		template.EmailAddresses = []string{address}
		template.KeyUsage = x509.KeyUsageKeyEncipherment
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
		der, err := k.certify(template, k.payers.Public())
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, address+".pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
		}
		if err != nil {
			return fmt.Errorf("cannot make the certificate of %s: %w", address, err)
		}
	}
	return nil
}

// certificate returns the certificate of a payer, from the folder that the sender
// has it from.
func (f *Frontal) certificate(p payer, at time.Time) (*x509.Certificate, error) {
	return seal.Folder{Dir: filepath.Join(f.dir, payersDir), Demonstration: true}.Certificate(p.regime, p.organisme, at)
}
