package lot

import (
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// The identity of a return is the same for ever: with another one, whatever comes once
// more would count, and pay, once more.
func TestIdentityOfReturn(t *testing.T) {
	r := noemie.Return{Record: 7, Entite: "198", Kind: noemie.PayePartiel, Part: noemie.PartAMO, Lot: 12, DateLot: 260616, Facture: "000000042", Numero: 42,
		TypeFacture: "F", DateFacture: 260615, Demande: 2100, Montant: 2000, Etat: "P", TypeRetour: "01", Date: 260620, Virement: "VIREMENT 1",
		Organisme: "0000012345", Identifiant: "A1", Libelles: []noemie.Libelle{{Entite: "294", Code: "X001", Texte: "ÉTÉ", Niveau: "L", Part: "O", Ligne: "01"}}}
	in := Incoming{Kind: DeliveryNoemie, Emetteur: "00000001052349", Destinataire: doctor, Demonstration: true, Returns: []noemie.Return{r, r, {}}}
	in.Returns[1].Record = 8
	want := []string{"d77ca8e10d0e677bebdf93ccd73d95fe", "1b90e2ea6ed648ff0bb6b0875fef13f0", "a0b7ec8776e9c6b14ea2077acbeeb421"}
	for i, got := range returnsOf(&in, "x") {
		if got.ID != want[i] {
			t.Errorf("return %d is %s, want %s", i, got.ID, want[i])
		}
	}
	other := in
	other.Emetteur = "00000001052999"
	if returnsOf(&other, "x")[0].ID == want[0] {
		t.Error("two payers say the same, and one is not heard")
	}
}
