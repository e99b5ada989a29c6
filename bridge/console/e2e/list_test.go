//go:build chromium

package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/chromium"
	"github.com/chromedp/chromedp"
)

// scrolled is what was seen while a list was scrolled.
type scrolled struct {
	Frames []float64 `json:"frames"` // ms from one to the next
	Rows   int       `json:"rows"`   // drawn at most
	Last   int       `json:"last"`   // that was reached
}

// A long list is scrolled to its end: only what is on the screen is drawn.
func TestLongList(t *testing.T) {
	const n, most = 10_000, 80
	p := newPractice(t)
	begun := time.Now()
	p.drafts(n)
	t.Logf("%d drafts were begun in %.1f s", n, time.Since(begun).Seconds())
	u := p.sit("/fse")
	u.sees(`document.querySelector(".grid tr[data-row]")`)
	begun = time.Now()
	got := chromium.Eval[scrolled](u.tab, `
		const box = document.querySelector(".grid-box");
		const frames = [];
		let rows = 0, last = 0, before = await new Promise(requestAnimationFrame);
		const end = Date.now() + 60000;
		while (last < 9999 && Date.now() < end) {
			box.scrollTop += 2400;
			const now = await new Promise(requestAnimationFrame);
			frames.push(now - before);
			before = now;
			const drawn = [...document.querySelectorAll(".grid tr[data-row]")];
			rows = Math.max(rows, drawn.length);
			last = Number(drawn.at(-1).dataset.row);
		}
		return { frames, rows, last };`)
	slices.Sort(got.Frames)
	at := func(share float64) float64 { return got.Frames[int(share*float64(len(got.Frames)-1))] }
	t.Logf("scrolled to row %d in %.1f s, %d frames: median %.1f ms, 95 %% below %.1f ms, longest %.1f ms; %d rows drawn at most",
		got.Last+1, time.Since(begun).Seconds(), len(got.Frames), at(0.5), at(0.95), at(1), got.Rows)
	if got.Last != n-1 {
		t.Errorf("the last row is %d, want %d", got.Last, n-1)
	}
	if got.Rows > most {
		t.Errorf("%d rows are drawn, want %d at most", got.Rows, most)
	}
}

// All returns are there, as far back as one scrolls: they are read page by page.
func TestAllReturns(t *testing.T) {
	const files, each = 3, 150
	p := newPractice(t)
	for i := range files {
		p.call("returns.import", map[string]any{"nom": "retour.noe", "fichier": pays(t, 1+i*each, each)}, nil)
	}
	u := p.sit("/retours/tous")
	u.tab.Do(chromedp.EmulateViewport(1366, 768))
	u.sees(`document.querySelector(".grid")?.ariaRowCount === "201"`)
	u.sees(`(document.querySelector(".grid-box").scrollTop += 2400, document.querySelector(".grid").ariaRowCount === "451")`)
	u.sees(`(document.querySelector(".grid-box").scrollTop += 2400, [...document.querySelectorAll(".grid tr[data-row]")].at(-1).dataset.row === "449")`)
	u.isForEverybody("many returns")
	u.click("À régler (450)")
	u.reads("000000450")
}

// A page that is printed has all its rows, and nothing of the frame.
func TestPrintedPage(t *testing.T) {
	const n = 120
	p := newPractice(t)
	p.drafts(n)
	u := p.sit("/fse")
	u.sees(`document.querySelector(".grid")?.ariaRowCount > 100`)
	pdf, err := chromedp.Run(u.tab.Context(), chromedp.PrintToPDF())
	if err != nil {
		t.Fatal(err)
	}
	text := textOf(t, pdf)
	if got := strings.Count(text, "Brouillon"); got < 100 {
		t.Errorf("%d rows are printed, want all that the list has", got)
	}
	for _, frame := range []string{"Ma journée", "Raccourcis clavier"} {
		if strings.Contains(text, frame) {
			t.Errorf("%q of the frame is printed", frame)
		}
	}
}
