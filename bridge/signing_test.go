package bridge

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// typing has a user type the code of the demonstration's cards whenever it is
// asked for, until the test ends.
func (r *rig) typing(t *testing.T) {
	t.Helper()
	ws := r.prompter(t)
	go func() {
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				return
			}
			if ws.WriteMessage(websocket.BinaryMessage, []byte("\x001234")) != nil {
				return
			}
		}
	}()
}

// consultation is today's consultation, in degraded mode, of an invented patient
// by the médecin of the card "medecin-secteur1".
func consultation(nom string) string {
	return fmt.Sprintf(`{"mode":"degrade","dateSoins":%q,"parcours":"T","doublonForce":"essai",
		"professionnel":{"numeroAM":"991000015","rpps":"99900000011","specialite":"01","convention":1,"zone":"metro"},
		"beneficiaire":{"nir":"297022A02077878","nom":%q,"nomFamille":%[2]q,"prenom":"DOMINIQUE","naissance":{"enCarte":"19970226"},"rang":1,"qualite":"0"},
		"amo":{"regime":"01","caisse":"349","centre":"9881"},"nature":{"code":"maladie"},
		"actes":[{"code":"G"}],"degrade":{"motif":"carte-absente"}}`, time.Now().Format(time.DateOnly), nom)
}

// created keeps n consultations of p's and returns their identifiers.
func (r *rig) created(t *testing.T, p principal, n int) (ids []string) {
	t.Helper()
	for range n {
		var f made
		r.must(t, p, "fse.create", `{"facture":`+consultation("DUPONTSECRET")+`}`, &f)
		ids = append(ids, f.ID)
	}
	return ids
}

// signedFSE makes and signs an FSE of p's. A user has to type the code.
func (r *rig) signedFSE(t *testing.T, p principal) (f made, lot string) {
	t.Helper()
	id := r.created(t, p, 1)[0]
	r.must(t, p, "fse.sign", fmt.Sprintf(`{"id":%q}`, id), &f)
	return f, f.Lot
}

// idList writes identifiers as JSON.
func idList(ids []string) string {
	text, _ := json.Marshal(ids)
	return string(text)
}

// memberNames are the members that parameters of type t may have.
func memberNames(t reflect.Type) (names []string) {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			names = append(names, memberNames(f.Type)...)
		} else if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	return names
}
