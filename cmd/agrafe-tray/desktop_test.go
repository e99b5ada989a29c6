//go:build desktop

package main

import (
	"archive/zip"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/cardtest"
)

// plainSpaces makes the no-break spaces of French typography ordinary ones.
func plainSpaces(text string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(text)
}

func TestMenu(t *testing.T) {
	s := newSession(t, true)
	readers := virtual.NewReaders("Lecteur A", "Lecteur B")
	d := serve(t, folder(t), readers)
	s.run(t, d.socket())
	i := s.icon(t)
	if err := readers.Insert("Lecteur A", cardtest.Open(t, "medecin-secteur1")); err != nil {
		t.Fatal(err)
	}
	i.shows(t, "CLAIRE ESSAI")
	i.shows(t, "Aucun site")
	list, err := i.entries()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Quelque chose demande votre attention",
		"⚠ Le code de secours du journal n'est pas noté",
		"-",
		"Lecteur A : CPS (démonstration)", "Lecteur B : vide",
		"-",
		"CPS de CLAIRE ESSAI",
		"-",
		"0 FSE à signer", "0 papier à poster", "0 lot en attente", "0 rejet",
		"-",
		"Sites connectés", "  Aucun site",
		"-",
		"Ouvrir la console", "Copier les informations de support", "Exporter un diagnostic (.zip)", "Journaux du service",
		"Pause", "À propos d'Agrafe", "Quitter",
	}
	var got []string
	for _, l := range labels(list, "") {
		got = append(got, plainSpaces(l))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the menu (-want +got):\n%s", d)
	}
}

func TestTrayOutlivesTheService(t *testing.T) {
	s := newSession(t, true)
	readers, dir := virtual.NewReaders("Lecteur"), folder(t)
	d := serve(t, dir, readers)
	s.run(t, d.socket())
	i := s.icon(t)
	i.shows(t, "vide")
	d.stop()
	i.shows(t, "Service injoignable")
	i.hides(t, "vide")
	i.able(t, "Ouvrir la console", false)
	serve(t, dir, readers)
	i.shows(t, "vide")
	i.hides(t, "Service injoignable")
}

// More readers than the menu was made for.
func TestManyReaders(t *testing.T) {
	s := newSession(t, true)
	readers := virtual.NewReaders("Lecteur 1")
	d := serve(t, folder(t), readers)
	s.run(t, d.socket())
	i := s.icon(t)
	i.shows(t, "Lecteur 1")
	for _, name := range []string{"Lecteur 2", "Lecteur 3", "Lecteur 4", "Lecteur 5", "Lecteur 6"} {
		readers.AddReader(name)
	}
	i.shows(t, "Lecteur 6")
	i.click(t, "Pause") // the lines that were made anew do what they say
	if e := i.shows(t, "Pause"); !e.checked {
		i.shows(t, "En pause")
	}
}

// The console is opened by a file that only the user can read, its address being on no
// command line.
func TestClickOpensTheConsole(t *testing.T) {
	s := newSession(t, true)
	seen := filepath.Join(t.TempDir(), "seen")
	s.programs(t, map[string]string{"xdg-open": `stat -c %a "$1" >` + seen + `.mode; cat "$1" >` + seen})
	d := serve(t, folder(t), virtual.NewReaders("Lecteur"))
	s.run(t, d.socket())
	i := s.icon(t)
	i.click(t, "à poster")
	page := written(t, seen)
	address := regexp.MustCompile(`url=http://` + d.addr + `(/\?ouverture=[\w-]+)#lancement=[\w-]+/papiers"`).FindStringSubmatch(page)
	if address == nil {
		t.Fatalf("the file is %q", page)
	}
	if mode := strings.TrimSpace(written(t, seen+".mode")); mode != "600" {
		t.Errorf("the file's mode is %s", mode)
	}
	if left, _ := filepath.Glob(filepath.Join(s.runtimeDir(), "agrafe-console-*")); len(left) != 1 {
		t.Errorf("before the browser comes there are %d files for it", len(left))
	}
	visit, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+d.addr+address[1], nil)
	if err != nil {
		t.Fatal(err)
	}
	visit.Header = http.Header{"Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}}
	answer, err := http.DefaultClient.Do(visit)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	eventually(t, func() string {
		left, err := filepath.Glob(filepath.Join(s.runtimeDir(), "agrafe-console-*"))
		if err != nil || len(left) > 0 {
			return "the file is left: " + strings.Join(left, " ")
		}
		return ""
	})
}

func TestClickWithoutABrowser(t *testing.T) {
	s := newSession(t, true)
	s.programs(t, map[string]string{"xdg-open": "echo no application >&2; exit 3"})
	d := serve(t, folder(t), virtual.NewReaders("Lecteur"))
	s.run(t, d.socket())
	s.icon(t).click(t, "Ouvrir la console")
	s.expect(t, "La console n'a pas pu s'ouvrir")
}

func TestClickWithoutABrowserIsToldInEnglish(t *testing.T) {
	s := newSession(t, true)
	s.programs(t, map[string]string{"xdg-open": "exit 3"})
	d := serve(t, folder(t), virtual.NewReaders("Lecteur"))
	s.run(t, d.socket(), "-lang", "en")
	s.icon(t).click(t, "Open the console")
	s.expect(t, "The console could not be opened: no browser opened. In a terminal")
}

// The log is given to a program in a file of the user's home, which it can read as long
// as it runs, and which is gone when the tray is.
func TestLogsAreShownAsLongAsTheViewerRuns(t *testing.T) {
	s := newSession(t, true)
	seen := filepath.Join(t.TempDir(), "seen")
	s.programs(t, map[string]string{"journalctl": "echo a line of the log", "xdg-open": "{ stat -c '%a %n' \"$1\"; cat \"$1\"; } >" + seen + ".part; mv " + seen + ".part " + seen +
		"; sleep 12; cat \"$1\" >" + seen + ".later"})
	tray := s.run(t, filepath.Join(folder(t), "none"))
	s.icon(t).click(t, "Journaux")
	text := written(t, seen)
	if want := "600 " + s.home + "/agrafe-log-"; !strings.HasPrefix(text, want) || !strings.Contains(text, "a line of the log") {
		t.Errorf("the viewer was given %q, want %s", text, want)
	}
	time.Sleep(8 * time.Second) // with what written waits, longer than the viewer runs
	if later := written(t, seen+".later"); later != "a line of the log\n" {
		t.Errorf("later it reads %q", later)
	}
	if err := tray.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := ends(t, tray); code != 0 {
		t.Errorf("the exit code is %d", code)
	}
	if left, _ := filepath.Glob(filepath.Join(s.home, "agrafe-log-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestSupportIsCopied(t *testing.T) {
	s := newSession(t, true)
	copied := filepath.Join(t.TempDir(), "copied")
	s.programs(t, map[string]string{"xclip": "cat >" + copied})
	readers := virtual.NewReaders("Lecteur")
	d := serve(t, folder(t), readers)
	if err := readers.Insert("Lecteur", cardtest.Open(t, "medecin-secteur1")); err != nil {
		t.Fatal(err)
	}
	s.run(t, d.socket())
	i := s.icon(t)
	i.shows(t, "CLAIRE ESSAI")
	i.click(t, "support")
	text := written(t, copied)
	if !strings.Contains(text, "Lecteur") || !strings.Contains(text, "cps cps3") {
		t.Errorf("the text is %q", text)
	}
	if strings.Contains(text, "ESSAI") || strings.Contains(text, "CLAIRE") {
		t.Error("the text names the holder")
	}
	s.expect(t, "sont copiées")
}

func TestQuit(t *testing.T) {
	s := newSession(t, true)
	tray := s.run(t, filepath.Join(folder(t), "none"))
	s.icon(t).clickLast(t, "Quitter")
	if code := ends(t, tray); code != 0 {
		t.Errorf("the exit code is %d", code)
	}
}

func TestEnglish(t *testing.T) {
	s := newSession(t, true)
	s.run(t, filepath.Join(folder(t), "none"), "-lang", "en")
	s.icon(t).shows(t, "Service unreachable")
}

// A desktop without a place for icons is told once; the icon comes when the place does.
func TestNoPlaceForIcons(t *testing.T) {
	s := newSession(t, false)
	s.run(t, filepath.Join(folder(t), "none"))
	s.expect(t, "Ce bureau n'affiche pas d'icône")
	s.own(t, "org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher", &watcher{items: s.items})
	s.icon(t).shows(t, "Service injoignable")
	if n := len(s.told); n > 0 {
		t.Errorf("%d more hints", n)
	}
}

func TestNoBus(t *testing.T) {
	s := newSession(t, true)
	s.env = append(s.env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(t.TempDir(), "none"))
	if code := ends(t, s.run(t, "none")); code != exitUnavailable {
		t.Errorf("the exit code is %d", code)
	}
}

func TestWrongUsage(t *testing.T) {
	s := newSession(t, true)
	for _, args := range [][]string{{"-what"}, {"dialog", "more"}, {"more"}} {
		if code := ends(t, s.run(t, "none", args...)); code != exitUsage {
			t.Errorf("%q: the exit code is %d", args, code)
		}
	}
}

func (s *session) runtimeDir() string {
	for _, v := range s.env {
		if dir, ok := strings.CutPrefix(v, "XDG_RUNTIME_DIR="); ok && dir != os.Getenv("XDG_RUNTIME_DIR") {
			return dir
		}
	}
	return ""
}

// The archive for the support is kept in the user's folder, closed to others.
func TestDiagnosticsAreKept(t *testing.T) {
	s := newSession(t, true)
	d := serve(t, folder(t), virtual.NewReaders("Lecteur"))
	s.run(t, d.socket())
	s.icon(t).click(t, "diagnostic")
	s.expect(t, "agrafe-diagnostic-")
	list, err := filepath.Glob(filepath.Join(s.home, "agrafe-diagnostic-*.zip"))
	if err != nil || len(list) != 1 {
		t.Fatalf("%q, %v", list, err)
	}
	info, err := os.Stat(list[0])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	archive, err := zip.OpenReader(list[0])
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	if archive.File[0].Name != "LISEZMOI.txt" {
		t.Errorf("it begins with %s", archive.File[0].Name)
	}
}
