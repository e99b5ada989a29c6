package b2

import (
	"errors"
	"testing"
)

func TestRouteOf(t *testing.T) {
	tests := []struct {
		name                    string
		regime, caisse, centre  string
		want                    string
		approche, demonstration bool
		err                     error
	}{
		{"régime général", "01", "011", "0000", "CT 00000001016011", false, false, nil},
		{"unknown centre", "01", "011", "9999", "CT 00000001016011", true, false, nil},
		{"soins médicaux gratuits", "08", "835", "0300", "CM 00000008052835", false, false, nil},
		{"militaires", "08", "756", "0100", "CM 00000008050756", false, false, nil},
		{"caisse of another organism", "02", "015", "0000", "MA 00000002011011", false, false, nil},
		{"test payer", "01", "349", "9881", "CT 00000001000349", false, true, nil},
		{"unknown caisse", "01", "000", "0000", "", false, false, ErrCaisse},
		{"no centre 0000 of this caisse", "08", "835", "0000", "", false, false, ErrCaisse},
		{"unknown régime", "42", "011", "0000", "", false, false, ErrCaisse},
		{"short code", "1", "011", "0000", "", false, false, ErrCode},
		{"letters", "01", "01A", "0000", "", false, false, ErrCode},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			route, err := RouteOf(test.regime, test.caisse, test.centre)
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			if err != nil {
				return
			}
			d := route.Destinataire
			if got := d.Type + " " + d.Numero; got != test.want || route.Approche != test.approche {
				t.Errorf("%s, approximate %v; want %s, %v", got, route.Approche, test.want, test.approche)
			}
			if d.Demonstration() != test.demonstration {
				t.Errorf("demonstration %v", d.Demonstration())
			}
		})
	}
}

func TestSMGIsTheRoutedDestination(t *testing.T) {
	route, err := RouteOf("08", "835", "0300")
	if err != nil || route.Destinataire != SMG {
		t.Errorf("%v, %v; want %v", route.Destinataire, err, SMG)
	}
	if SMG.Regime() != "08" || SMG.CTI() != "052" || SMG.Organisme() != "835" {
		t.Errorf("parts %s %s %s", SMG.Regime(), SMG.CTI(), SMG.Organisme())
	}
}

func TestNewDestinataire(t *testing.T) {
	if _, err := NewDestinataire("17", "050", "756"); !errors.Is(err, ErrRegime) {
		t.Errorf("régime without a type: %v", err)
	}
	if _, err := NewDestinataire("08", "50", "756"); !errors.Is(err, ErrCode) {
		t.Errorf("short computing centre: %v", err)
	}
}

// TestRoutesCanBeAddressed checks that every payer of the table has a destination.
func TestRoutesCanBeAddressed(t *testing.T) {
	if n := len(routes().payers); n < 1600 {
		t.Fatalf("%d payers only", n)
	}
	for key, at := range routes().payers {
		if _, err := NewDestinataire(key[:2], at.cti, at.organisme); err != nil {
			t.Errorf("payer %s: %v", key, err)
		}
	}
}

func TestLieuFINESS(t *testing.T) {
	tests := []struct{ name, finess, want string }{
		{"mainland", "750000018", "00000750000018"},
		{"Corse-du-Sud", "2A0000014", "00020010000014"},
		{"Haute-Corse", "2B0000020", "00020020000020"},
		{"letters elsewhere", "75A000018", ""},
		{"2C", "2C0000014", ""},
		{"short", "75000001", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := LieuFINESS(test.finess)
			if got != test.want || (err != nil) != (test.want == "") {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
			if err != nil && !errors.Is(err, ErrFINESS) {
				t.Errorf("error %v, want ErrFINESS", err)
			}
		})
	}
}

func TestAccidentDroitCommun(t *testing.T) {
	if got := AccidentDroitCommun(250131); got != "000250131" {
		t.Errorf("%q", got)
	}
}

func TestConstantes(t *testing.T) {
	for _, c := range Constantes() {
		if c.Source == "" || c.Certitude != "I" || c.Valeur == "" {
			t.Errorf("record %s, %s: value %q, source %q, certainty %q", c.Kind, c.Field, c.Valeur, c.Source, c.Certitude)
		}
	}
	fichier, lot := Medecin()
	if fichier.TypeEmetteur != "TP" || fichier.Norme != "CP" || lot.Unite != "U" || lot.Categorie != "000" {
		t.Errorf("constants %+v %+v", fichier, lot)
	}
}
