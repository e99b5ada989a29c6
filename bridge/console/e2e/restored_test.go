//go:build chromium

package e2e

import (
	"log/slog"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/vault"
)

// restore has the journal of a daemon that is stopped be one that a backup brought back.
func (p *practice) restore() {
	p.t.Helper()
	v, err := vault.Load(p.cfg.Places(), vault.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		p.t.Fatal(err)
	}
	b, err := v.Book()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := b.Lost(p.t.Context(), 5, "essai"); err != nil {
		p.t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		p.t.Fatal(err)
	}
}

// What a backup brought back may have been signed since: it is signed by who says so only,
// one by one and many at once.
func TestRestoredDraftIsAskedAbout(t *testing.T) {
	p := newPractice(t)
	today := time.Now()
	for i, who := range people[:2] {
		p.call("fse.ready", map[string]any{"id": p.draft(record(who, today.AddDate(0, 0, -i), "G"))}, nil)
	}
	one := p.draft(record(people[2], today, "G"))
	p.stop()
	p.restore()
	p.start()
	u := p.sit("/facturer/" + one)
	u.reads("Vient de la sauvegarde du " + today.Format("02/01/2006"))
	u.reads("Prête à signer.")
	u.click("Signer")
	u.reads("Signer 1 FSE revenue d’une sauvegarde")
	u.isForEverybody("a draft that a backup brought back")
	u.click("Annuler")
	if f := p.get(one); f.State != "brouillon" {
		t.Fatalf("it is %s before anybody has said yes", f.State)
	}
	u.clickOn(`"button.primary"`, "Signer")
	p.typing <- struct{}{}
	u.clickOn(`"dialog button"`, "Signer")
	u.reads("En lot")

	u.goTo("fse")
	u.click("Tout sélectionner")
	u.click("Signer 2 FSE")
	u.reads("Signer 2 FSE revenues d’une sauvegarde")
	p.typing <- struct{}{}
	u.clickOn(`"dialog button"`, "Signer")
	u.sees(`[...document.querySelectorAll(".grid tr[data-row] .badge")].filter((b) => b.textContent === "En lot").length === 3`)
}
