//go:build chromium

package e2e

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/bridge/chromium"
	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/chromedp/chromedp"
)

// shots is where pictures for the README and the guide are kept; nowhere by default.
var shots = flag.String("shots", "", "keep pictures of the pages in this folder")

const heaviest = 150_000 // bytes of a picture

// shoot keeps a picture of the window.
func (u *user) shoot(name string) {
	u.t.Helper()
	if *shots == "" {
		return
	}
	u.tab.Do(chromedp.EmulateViewport(1366, 768))
	defer u.tab.Do(chromedp.ResetViewport())
	chromium.Eval[bool](u.tab, `
		if (!document.querySelector("dialog[open]")) {
			document.activeElement.blur();
			for (const e of [document.scrollingElement, document.querySelector("main")]) e.scrollTop = 0;
		}
		await Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {})));
		document.querySelector(".notices")?.replaceChildren();
		return true;`)
	raw, file := filepath.Join(u.t.TempDir(), name+".png"), filepath.Join(*shots, name+".png")
	u.tab.Screenshot(raw)
	if out, err := exec.Command("convert", raw, "+dither", "-colors", "96", "-strip", "-define", "png:compression-level=9", "PNG8:"+file).CombinedOutput(); err != nil {
		u.t.Fatalf("cannot keep a picture: %v: %s; the package is imagemagick", err, out)
	}
	if is, err := os.Stat(file); err != nil || is.Size() > heaviest {
		u.t.Fatalf("%s: %v, want %d bytes at most", file, err, heaviest)
	}
}

// pdf presses what shows a document in a tab of its own, closes that tab, and gives the
// text of the document.
func (u *user) pdf(press func()) string {
	u.t.Helper()
	chromium.Eval[bool](u.tab, `
		if (window.shown === undefined) {
			const make = URL.createObjectURL;
			const show = window.open;
			URL.createObjectURL = (blob) => { made.push(blob); return make.call(URL, blob); };
			window.open = (...how) => {
				const tab = show(...how);
				if (tab !== null) shown.push(made.at(-1));
				tab?.close();
				return tab;
			};
		}
		window.made = [];
		window.shown = [];
		return true;`)
	press()
	u.sees(`window.shown.length > 0`)
	data, err := base64.StdEncoding.DecodeString(chromium.Eval[string](u.tab, `
		const bytes = new Uint8Array(await shown[0].arrayBuffer());
		return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));`))
	if err != nil {
		u.t.Fatal(err)
	}
	return textOf(u.t, data)
}

// opened presses the button that shows a document.
func (u *user) opened() string {
	u.t.Helper()
	return u.pdf(func() { u.click("Ouvrir dans le navigateur") })
}

// document has a document made as the client of another front end does: its address is
// good once.
func (p *practice) document(method string, params map[string]any) string {
	p.t.Helper()
	c, err := local.DialSocket(p.t.Context(), p.cfg.ControlSocket(), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	defer c.Close()
	var made struct{ URL, Type string }
	if err := c.Call(p.t.Context(), method, params, &made); err != nil {
		p.t.Fatal(err)
	}
	fetch := func() (int, []byte) {
		r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d%s", p.cfg.Port, made.URL), nil)
		if err != nil {
			p.t.Fatal(err)
		}
		r.Header.Set("Sec-Fetch-Mode", "navigate")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			p.t.Fatal(err)
		}
		defer answer.Body.Close()
		data, err := io.ReadAll(answer.Body)
		if err != nil {
			p.t.Fatal(err)
		}
		return answer.StatusCode, data
	}
	status, data := fetch()
	if status != http.StatusOK || made.Type != "application/pdf" {
		p.t.Fatalf("%s answers %d, %q", made.URL, status, made.Type)
	}
	if status, _ := fetch(); status == http.StatusOK {
		p.t.Error("the address is good twice")
	}
	return textOf(p.t, data)
}

// textOf is the text of a PDF.
func textOf(t *testing.T, data []byte) string {
	t.Helper()
	read := exec.Command("pdftotext", "-layout", "-", "-")
	read.Stdin = bytes.NewReader(data)
	text, err := read.Output()
	if err != nil {
		t.Fatalf("cannot read a PDF of %d bytes: %v; the package is poppler-utils", len(data), err)
	}
	return string(text)
}

// holds fails the test for each text that a document lacks.
func holds(t *testing.T, document, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("%s lacks %q:\n%s", document, want, text)
		}
	}
}
