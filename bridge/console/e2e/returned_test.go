//go:build chromium

package e2e

import (
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/chromium"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/frontal"
	"github.com/chromedp/chromedp/kb"
)

// The server says no: the payer has nothing, and nothing is tried again unasked.
func TestRefusedLot(t *testing.T) {
	server, mail := newServer(t, refused)
	p, u, f := closedLot(t, mail)
	u.click("Transmettre")
	u.reads("Le serveur a refusé le lot 001")
	u.reads("il peut être renvoyé sans risque")
	u.sees(`document.querySelector("main .note.error q")?.textContent.startsWith("550")`)
	u.sees(`document.querySelectorAll("main .note.error").length === 1`)
	u.isForEverybody("a refused lot")
	u.goTo("jour")
	u.reads("envoi à décider")
	if got := p.get(f); got.State != "en-lot" || server.has() != 1 {
		t.Fatalf("the FSE is %s, %d mails came", got.State, server.has())
	}
	server.heal()
	u.goTo("lots")
	u.click("Réessayer")
	u.reads("1 lot parti.")
	if got := p.get(f); got.State != "transmise" || server.has() != 2 {
		t.Errorf("the FSE is %s, %d mails came", got.State, server.has())
	}
}

// No network: nothing is lost, the page says when it is tried again, and one may do so at
// once.
func TestLotWaitsForTheNetwork(t *testing.T) {
	o := frontal.Options{Dir: folder(t)}
	payer, set, away := playPayer(t, o)
	p, u, f := closedLot(t, set.Mail)
	away()
	u.goTo("lots")
	u.click("Transmettre 1 lot")
	u.reads("Aucun lot n’est parti : Agrafe réessaiera seul.")
	u.reads("Les lots attendent")
	u.sees(`document.querySelectorAll("main .note").length === 1`) // the reason is told once
	u.reads("Prochain essai")
	u.clickOn(`"tr"`, "001")
	u.reads("depuis ce poste")
	u.goTo("lots")
	u.reads("Les lots attendent")
	u.isForEverybody("a lot that waits for the network")
	if got := p.get(f); got.State != "en-lot" {
		t.Fatalf("the FSE is %s", got.State)
	}
	o.Listen = payer.Addresses()
	payer, _, _ = playPayer(t, o) // the network is back
	u.clickIfThere("Réessayer")
	for end := time.Now().Add(20 * time.Second); p.get(f).State == "en-lot" && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	u.sees(`!document.body.innerText.includes("Les lots attendent")`)
	if got := p.get(f); got.State != "transmise" || len(payer.Ledger()) != 1 {
		t.Errorf("the FSE is %s, the payer has %d", got.State, len(payer.Ledger()))
	}
}

// What a payer says under a number that is not ours is matched by who knows better.
func TestReturnIsMatched(t *testing.T) {
	_, mail := newPayer(t, "")
	p, u, f := sentLot(t, mail)
	u.imports(pays(t, 777, 1))
	u.reads("Fichier importé : 1 retour.")
	u.goTo("retours/a-regler")
	u.click("Rapprocher…")
	u.reads("Aucune FSE d’Agrafe n’a ce numéro.")
	u.fill("Numéro de la FSE", "1\t")
	u.reads("ADRTROIS DOMINIQUE")
	u.isForEverybody("the FSE that is meant")
	u.clickOn(`"dialog button"`, "Rapprocher")
	u.reads("Retour rapproché de la FSE 000000001.")
	u.reads("Rien à régler")
	if got := p.get(f); got.State != "payee" {
		t.Errorf("the FSE is %s", got.State)
	}
	u.click("Paiements")
	u.reads("21,00")
	u.goTo("fse/" + f)
	u.reads("Payé par les caisses")
}

// What a payer says of a whole lot under a number that is not ours is matched with the lot
// that it is about.
func TestReturnOfALotIsMatched(t *testing.T) {
	_, mail := newPayer(t, "")
	p, u, f := sentLot(t, mail)
	u.imports(refuses(t))
	u.reads("Fichier importé : 1 retour.")
	u.goTo("retours/a-regler")
	u.reads("Lot 077")
	u.click("Rapprocher…")
	u.reads("Aucun lot parti n’a ce numéro.")
	u.sees(`named("button", "Rapprocher").disabled`)
	u.fill("Numéro du lot", "")
	u.sees(`named("[type=radio]", "Lot 001").checked`)
	u.sees(`nameOf(named("[type=radio]", "Lot 001")).includes("SERVEUR CNDA (demonstration) (01-349-9881) · 30,00")`)
	u.reads("Le lot sera rejeté, avec 1 FSE.")
	u.isForEverybody("the lot that is meant")
	u.clickOn(`"dialog button"`, "Rapprocher")
	u.reads("Retour rapproché du lot 001.")
	u.reads("Rien à régler")
	if got := p.get(f); got.State != "rejetee" {
		t.Errorf("the FSE is %s", got.State)
	}
	u.click("Tous les retours")
	u.sees(`document.querySelector(".grid tr[data-row] .payer")?.textContent.includes("SERVEUR CNDA")`)
}

// W3: the payer rejects; the reject comes with the returns and is made again with the
// Vitale that lies in the reader.
func TestRejectIsMadeAgain(t *testing.T) {
	payer, mail := newPayer(t, "rejet 100 %")
	p, u, f := sentLot(t, mail)
	u.fetch(payer)
	if got := p.get(f); got.State != "rejetee" {
		t.Fatalf("the FSE is %s", got.State)
	}
	u.goTo("jour")
	u.reads("rejet")
	u.goTo("rejets")
	u.clickOn(`"tr"`, "000000001")
	u.reads("DEMONSTRATION : facture rejetée par le tirage du scénario")
	u.isForEverybody("a reject of a payer")
	u.click("Refaire avec la carte Vitale")
	u.sees(`location.hash.startsWith("#/facturer/")`)
	u.reads("ADRTROIS DOMINIQUE")
	again := p.sign(u)
	if got := p.get(again); got.State != "en-lot" || got.Number != 2 || got.Certification != "S" {
		t.Errorf("made again: %s, number %d, %s", got.State, got.Number, got.Certification)
	}
	if got := p.get(f); got.ReplacedBy != again {
		t.Errorf("the rejected FSE is %s, replaced by %q", got.State, got.ReplacedBy)
	}
	u.goTo("rejets")
	u.sees(`!document.querySelector("main").textContent.includes("000000001")`)
	u.click("Refaites")
	u.clickOn(`"tr"`, "000000001")
	u.click("Voir la nouvelle FSE")
	u.reads("FSE 000000002")
}

// manyKinds signs five FSE that the payers pay in part, and closes their four lots:
// secured, without Vitale, and degraded for two payers.
func (p *practice) manyKinds(u *user) {
	p.t.Helper()
	today := time.Now()
	for i, who := range []person{people[0], people[2], people[1], people[0]} {
		facture := record(who, today.AddDate(0, 0, -1-i), "G")
		facture["tiersPayant"] = map[string]any{"amo": true}
		if i == 3 {
			facture["mode"] = "sansVitale"
			delete(facture, "degrade")
		}
		p.call("fse.ready", map[string]any{"id": p.draft(facture)}, nil)
	}
	u.goTo("fse")
	u.click("Tout sélectionner")
	p.typing <- struct{}{}
	u.click("Signer 4 FSE")
	u.sees(`[...document.querySelectorAll(".grid tr[data-row] .badge")].filter((b) => b.textContent === "En lot").length === 4`)
	u.goTo("facturer")
	p.insert(1, "patient")
	u.reads("ADRTROIS DOMINIQUE")
	u.fill("Ajouter des actes", "G\r")
	u.click("AMO")
	u.sees(`named("input", "AMO").checked`)
	p.sign(u)
	var all struct {
		Lots []struct{ ID string } `json:"lots"`
	}
	p.call("lots.list", map[string]any{}, &all)
	for _, l := range all.Lots {
		p.call("lots.close", map[string]any{"id": l.ID}, nil)
	}
}

// W6: lots of the three kinds leave together, by keys alone; one FSE is paid in part and
// one is rejected.
func TestThreeKindsOfLots(t *testing.T) {
	payer, mail := newPayer(t, "rejet 20 % ; partiel 20 % ; graine 29")
	p := newPracticeWith(t, func(c *daemon.Config) { c.Mail = mail })
	u := p.sit("/facturer")
	p.manyKinds(u)
	u.goTo("lots")
	chromium.Eval[bool](u.tab, `
		window.touched = [];
		for (const kind of ["pointerdown", "mousedown", "touchstart"]) addEventListener(kind, (e) => touched.push(kind), true);
		return true;`)
	u.tabTo("Transmettre 4 lots")
	u.press(kb.Enter)
	u.reads("4 lots partis.")
	u.sees(`document.activeElement !== document.body`)
	if touched := chromium.Eval[[]string](u.tab, `return touched;`); len(touched) > 0 {
		t.Errorf("a mouse was used: %q", touched)
	}
	u.click("Envoyés")
	u.sees(`document.querySelectorAll(".grid tr[data-row]").length === 4`)
	u.isForEverybody("lots that left")
	u.shoot("transmis")

	u.fetch(payer)
	u.sees(`document.querySelector("table.transfer .differs")`)
	u.isForEverybody("payments of many lots")
	u.shoot("retours")
	u.goTo("rejets")
	u.reads("DEMONSTRATION : facture rejetée")
	fates := map[frontal.Fate]int{}
	for _, e := range payer.Ledger() {
		fates[e.Planned]++
	}
	if fates[frontal.FateRejected] != 1 || fates[frontal.FatePartial] != 1 || fates[frontal.FatePaid] != 3 {
		t.Errorf("the payer decided %v", fates)
	}
}
