// Package diagnostics makes the archive that a practice sends to its support.
//
// Its contract:
//
//   - The archive holds no NIR, no name of a patient or a professional, no code, no
//     token, no reservation and nothing of an FSE or a lot but how many there are.
//     Most of that is never asked for; what could hold some of it by a defect, texts,
//     goes through a sieve as well.
//   - Serials of readers are shown as hashes that differ from one archive to the next.
//   - Users, printers, the folders that the practice has set, this machine and web
//     sites have a number in place of their name, the same one wherever it stands; a
//     folder keeps its first step (/mnt/), a site its scheme. (AddDoctor numbers users
//     and machines anew: it does not know the names behind the service's numbers.) The sites that an
//     administrator's policy lists keep their name: they are products, and the support
//     has to know which.
//   - It is a ZIP of text files, small enough for a mail; the first one says what the
//     others are, so that whoever sends it can look before.
package diagnostics

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/doctor"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Source is what an archive is made of. What is nil is left out.
type Source struct {
	Program  string // agrafed or agrafe
	Version  string
	At       time.Time
	Config   daemon.Config
	Findings []doctor.Finding
	Snapshot *state.Snapshot
	Stats    *daemon.JournalStats
	Log      []string
}

// Name is that of the archive's file.
func Name(at time.Time) string { return "agrafe-diagnostic-" + at.Format("20060102-150405") + ".zip" }

const readme = `Agrafe : archive pour l'assistance.

Elle ne contient ni NIR, ni nom de patient ou de professionnel, ni code, ni contenu de FSE ou de lot.
Les utilisateurs, imprimantes, dossiers, sites et le poste y portent un numéro à la place de leur nom ;
seuls les sites que la liste de l'administrateur impose gardent le leur.
Vous pouvez lire chaque fichier avant de l'envoyer.

  versions.json     le programme, le système, les bibliothèques
  config.toml       la configuration, sans secrets ni noms d'utilisateurs
  doctor.txt        ce que dit « agrafe doctor »
  poste.json        lecteurs (numéros de série remplacés), sortes de cartes, compteurs
  journal.json      taille du journal
  log.txt           dernières lignes du journal du service (agrafed)
  goroutines.txt    ce que fait le programme en ce moment
  mesures.json      mémoire et charge du programme
`

// Write writes the archive.
func Write(w io.Writer, s Source) error {
	sieve := newSieve(s.Snapshot, s.Config, s.Findings)
	config, err := configText(s.Config)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	files := []struct {
		name string
		text string
		has  bool
	}{
		{"LISEZMOI.txt", readme, true},
		{"versions.json", versions(s), true},
		{"config.toml", sieve.clean(config), true},
		{"doctor.txt", sieve.clean(doctor.Page(s.Findings, false)), s.Findings != nil},
		{"poste.json", asJSON(station(s.Snapshot, sieve)), s.Snapshot != nil},
		{"journal.json", asJSON(sizes(s.Stats)), s.Stats != nil},
		{"log.txt", sieve.clean(strings.Join(s.Log, "\n") + "\n"), s.Log != nil},
		{"goroutines.txt", goroutines(), true},
		{"mesures.json", asJSON(measures()), true},
	}
	for _, f := range files {
		if f.has {
			if err := add(z, f.name, f.text, s.At); err != nil {
				return err
			}
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("cannot make the archive: %w", err)
	}
	return nil
}

// AddDoctor puts what the session's side has found into an archive that the service
// has made. What the service has found is in there already.
func AddDoctor(archive []byte, found []doctor.Finding, at time.Time) ([]byte, error) {
	found = doctor.Of(doctor.Session, found)
	made, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("cannot read the archive of the service: %w", err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range made.File {
		if err := z.Copy(f); err != nil {
			return nil, fmt.Errorf("cannot make the archive: %w", err)
		}
	}
	err = add(z, "doctor-session.txt", newSieve(nil, daemon.DefaultConfig(), found).clean(doctor.Page(found, false)), at)
	if err == nil {
		err = z.Close()
	}
	return out.Bytes(), err
}

func add(z *zip.Writer, name, text string, at time.Time) error {
	f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
	if err == nil {
		_, err = io.WriteString(f, text)
	}
	if err != nil {
		return fmt.Errorf("cannot make the archive: %w", err)
	}
	return nil
}

// asJSON shows v, which is made of plain values.
func asJSON(v any) string {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(text) + "\n"
}

func versions(s Source) string {
	v := map[string]any{"programme": s.Program, "version": s.Version, "date": s.At.UTC().Format(time.RFC3339)}
	if b, ok := debug.ReadBuildInfo(); ok {
		v["go"] = b.GoVersion
		settings, modules := map[string]string{}, map[string]string{}
		for _, one := range b.Settings {
			if strings.HasPrefix(one.Key, "GO") || strings.HasPrefix(one.Key, "vcs") || one.Key == "CGO_ENABLED" {
				settings[one.Key] = one.Value
			}
		}
		for _, m := range b.Deps {
			modules[m.Path] = m.Version
		}
		v["construction"], v["modules"] = settings, modules
	}
	return asJSON(v)
}

// goroutines has a stack for each set of goroutines that are at the same place: by the
// names of functions and lines of code, without arguments.
func goroutines() string {
	var out bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&out, 1); err != nil {
		return err.Error()
	}
	return out.String()
}
