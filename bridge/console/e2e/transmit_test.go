//go:build chromium

package e2e

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/frontal"
)

// closedLot has a practice with that mail sign an FSE with the Vitale and close its lot,
// which the page then shows.
func closedLot(t *testing.T, mail daemon.MailConfig) (p *practice, u *user, fse string) {
	t.Helper()
	p = newPracticeWith(t, func(c *daemon.Config) { c.Mail = mail })
	u = p.invoice()
	u.click("AMO")
	u.sees(`named("input", "AMO").checked`)
	fse = p.sign(u)
	u.goTo("lots")
	u.clickOn(`"tr"`, "001")
	u.reads("FSE du lot")
	u.click("Clore le lot")
	u.clickOn(`"dialog button"`, "Clore le lot")
	u.reads("À transmettre")
	return p, u, fse
}

// sentLot is closedLot, and the lot has left.
func sentLot(t *testing.T, mail daemon.MailConfig) (p *practice, u *user, fse string) {
	t.Helper()
	p, u, fse = closedLot(t, mail)
	u.click("Transmettre")
	u.reads("1 lot parti.")
	return p, u, fse
}

// fetch fetches what a payer answers, once its time has come.
func (u *user) fetch(payer *frontal.Frontal) {
	u.t.Helper()
	if err := payer.Tick(time.Now().Add(time.Minute)); err != nil {
		u.t.Fatal(err)
	}
	u.goTo("retours")
	u.tabTo("Relever les retours")
	u.press(kb.Enter)
	u.reads("messages relevés")
}

// W6: from the lot to the payment.
func TestLotIsSentAndPaid(t *testing.T) {
	payer, mail := newPayer(t, "")
	p, u, f := closedLot(t, mail)
	u.goTo("lots")
	u.isForEverybody("a lot to be sent")
	u.click("Transmettre 1 lot")
	u.reads("1 lot parti.")
	u.click("Envoyés")
	u.sees(`named("tr", "001")?.querySelector(".payer")?.innerText.split("\n").join("|") === "SERVEUR CNDA (demonstration)|01-349-9881"`)
	u.sees(`document.querySelector(".grid tr[data-row] .badge").textContent === "Parti"`)
	u.sees(`[...document.querySelectorAll(".grid tr[data-row] .num")].filter((e) => e.textContent === "` + time.Now().Format("02/01/2006") + `").length === 2`) // closed and sent
	if got := p.get(f); got.State != "transmise" {
		t.Errorf("the FSE is %s", got.State)
	}

	u.fetch(payer)
	u.reads("21,00")
	u.sees(`named("h2", "")?.textContent.includes("SERVEUR CNDA (demonstration) 01-349-9881")`)
	u.isForEverybody("payments")
	if got := p.get(f); got.State != "payee" {
		t.Errorf("the FSE is %s", got.State)
	}
	u.click("Relever les retours")
	u.reads("0 message relevé")

	u.goTo("lots")
	u.click("Envoyés")
	u.clickOn(`"tr"`, "001")
	u.reads("Dû et payé, par FSE")
	u.reads("Réponses de la caisse")
	u.isForEverybody("a lot that was answered")
	u.goTo("fse/" + f)
	u.reads("Payé par les caisses")
	u.isForEverybody("the history of a payment")
	u.goTo("retours/fichiers")
	u.reads("NOEMIE")
	u.isForEverybody("files of the payers")
}

// The server has the lot or not: nobody sends it again by itself, and both answers are
// explained before they count.
func TestUndecidedLot(t *testing.T) {
	server, mail := newServer(t, gone)
	p, u, f := closedLot(t, mail)
	u.click("Transmettre")
	u.reads("Agrafe ne sait pas si le serveur a pris ce lot")
	u.isForEverybody("an undecided lot")
	u.goTo("jour")
	u.reads("envoi à décider")
	if n := server.has(); n != 1 {
		t.Fatalf("%d mails came", n)
	}

	server.heal()
	u.goTo("lots")
	u.click("Il n’est pas parti, renvoyer")
	u.reads("elle peut le payer une deuxième fois")
	u.isForEverybody("a decision")
	u.click("Annuler")
	u.reads("Agrafe ne sait pas si le serveur a pris ce lot")
	if n := server.has(); n != 1 {
		t.Fatalf("%d mails came before anybody had decided", n)
	}
	u.click("Il n’est pas parti, renvoyer")
	u.clickOn(`"dialog button"`, "Il n’est pas parti, renvoyer")
	u.reads("1 lot parti.")
	if n := server.has(); n != 2 {
		t.Errorf("%d mails came", n)
	}
	if got := p.get(f); got.State != "transmise" {
		t.Errorf("the FSE is %s", got.State)
	}
}

// Somebody has looked: the lot was sent, and is never sent again.
func TestUndecidedLotWasSent(t *testing.T) {
	server, mail := newServer(t, gone)
	p, u, f := closedLot(t, mail)
	u.click("Transmettre")
	u.click("Il est parti")
	u.reads("ses FSE ne seront pas payées")
	u.clickOn(`"dialog button"`, "Il est parti")
	u.reads("noté comme parti")
	u.reads("noté à la main")
	if got := p.get(f); got.State != "transmise" || server.has() != 1 {
		t.Errorf("the FSE is %s, %d mails came", got.State, server.has())
	}
}

// What a payer says of an FSE that nobody here has made waits for somebody.
func TestReturnIsSettled(t *testing.T) {
	p := newPractice(t)
	u := p.sit("/retours/fichiers")
	u.reads("Aucun fichier reçu")
	for _, want := range []string{"Fichier importé : 1 retour.", "Ce fichier était déjà connu"} {
		u.imports(pays(t, 777, 1))
		u.reads(want)
	}
	u.goTo("jour")
	u.reads("retour à régler")
	u.goTo("retours/a-regler")
	u.reads("000000777")
	u.isForEverybody("returns to settle")
	u.click("Rapprocher…")
	u.reads("Aucune FSE d’Agrafe n’a ce numéro.")
	u.isForEverybody("the question which FSE is meant")
	u.click("Annuler")
	u.click("Classer sans suite…")
	u.fill("Motif", "Vu avec la caisse : autre cabinet")
	u.clickOn(`"dialog button"`, "Classer sans suite")
	u.reads("Rien à régler")
	u.click("Tous les retours")
	u.reads("Classé")
}

// A reject that was noted by mistake is withdrawn.
func TestRejectIsWithdrawn(t *testing.T) {
	p := newPractice(t)
	u := p.noteReject()
	u.click("Retirer le rejet…")
	u.isForEverybody("a reject to withdraw")
	u.fill("Motif", "autre cabinet")
	u.clickOn(`"dialog button"`, "Retirer le rejet")
	u.reads("Aucun rejet")
}

// Where no mail is set the page says so, and nothing is lost.
func TestNoMailIsSet(t *testing.T) {
	_, u, _ := closedLot(t, daemon.DefaultConfig().Mail)
	u.reads("le fichier B2 est prêt et le lot attend")
	u.click("Transmettre")
	u.reads("[mail]")
	u.click("Voir les réglages")
	u.reads("pas configurée")
	u.reads("agrafe mail password")
}

// What the settings tell of the mail, and that both servers answer.
func TestMailSettings(t *testing.T) {
	_, mail := newPayer(t, "")
	p := newPracticeWith(t, func(c *daemon.Config) { c.Mail = mail })
	u := p.sit("/reglages/transmission")
	u.reads(mail.SMTP)
	u.reads(mail.POP3)
	u.click("Vérifier")
	u.reads("Les deux serveurs ont accepté")
	u.isForEverybody("the settings of the mail")
}
