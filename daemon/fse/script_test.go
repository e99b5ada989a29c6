package fse

import (
	"bufio"
	cmp2 "cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

const scriptDir = "../../testdata/rules"

// script is one case of a billing script; LISEZMOI.txt describes the language.
type script struct {
	name   string
	line   int
	draft  Draft
	ctx    Context
	sign   bool // Check instead of Price
	passee *Passee
	local  string   // rows of a local table of tariffs
	want   []string // expected lines, without the equals sign
}

// newScript is the case that every script starts from, as LISEZMOI.txt says.
func newScript() *script {
	return &script{draft: Draft{
		Mode: Securise, DateSoins: 20250808,
		Professionnel: Professionnel{NumeroAM: "991000015", Specialite: "01", Convention: 1, Zone: "metro"},
		Beneficiaire: Personne{NIR: "297022A02077878", Nom: "ADRTROIS", NomFamille: "ADRTROIS", Prenom: "DOMINIQUE",
			Naissance: Naissance{Civile: 19970226}, Rang: 1, Qualite: "0"},
		AMO:    AMO{Regime: "01", Caisse: "349", Centre: "9881"},
		Nature: Nature{Code: Maladie}, Parcours: "T",
	}}
}

func TestScripts(t *testing.T) {
	files, err := filepath.Glob(scriptDir + "/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, path := range files {
		if filepath.Base(path) == "LISEZMOI.txt" {
			continue
		}
		cases := readScripts(t, path)
		total += len(cases)
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			for _, s := range cases {
				t.Run(s.name, func(t *testing.T) { s.run(t, path) })
			}
		})
	}
	if total < 150 {
		t.Errorf("%d cases, want at least 150", total)
	}
}

// readScripts reads the cases of a file.
func readScripts(t *testing.T, path string) []*script {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []*script
	var always []string
	var cur *script
	names := map[string]bool{}
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		text := strings.TrimSpace(sc.Text())
		word, rest, _ := strings.Cut(text, " ")
		switch {
		case text == "" || text[0] == '#':
			continue
		case word == "cas":
			cur = newScript()
			cur.name, cur.line = strings.TrimSpace(rest), n
			if names[cur.name] {
				t.Fatalf("%s:%d: the case is there twice", path, n)
			}
			names[cur.name] = true
			cases = append(cases, cur)
			for _, l := range always {
				cur.must(t, path, n, l)
			}
		case cur == nil:
			always = append(always, text)
		case word == "=":
			cur.want = append(cur.want, strings.TrimSpace(rest))
		default:
			cur.must(t, path, n, text)
		}
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return cases
}

func (s *script) must(t *testing.T, path string, line int, text string) {
	if err := s.apply(strings.Fields(text)); err != nil {
		t.Fatalf("%s:%d: %v", path, line, err)
	}
}

func (s *script) run(t *testing.T, path string) {
	if s.passee != nil {
		s.ctx.Passees = append(s.ctx.Passees, *s.passee)
	}
	s.ctx.Tables = tables.Default()
	if s.local != "" {
		header := "code,libelle,specialites,secteur,zone,tarif,maj_nuit,maj_ferie,coefficient,coef_min,coef_max,entente_prealable," +
			"taux,tp_amo,exo_nature,categorie,apres_2022,valide_du,valide_au,source,certitude,note\n"
		var err error
		if s.ctx.Tables, err = s.ctx.Tables.WithOverride("tarifs.csv", strings.NewReader(header+s.local)); err != nil {
			t.Fatal(err)
		}
	}
	price := Price
	if s.sign {
		price = Check
	}
	got := describe(price(&s.draft, s.ctx), s.want)
	want := slices.Clone(s.want)
	for i := range want {
		want[i] = strings.Join(strings.Fields(want[i]), " ")
	}
	slices.SortStableFunc(want, byKind)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s:%d (-want +got)\n%s", path, s.line, diff)
	}
}

// byKind puts the lines in the order in which describe writes them.
func byKind(a, b string) int { return rank(a) - rank(b) }

func rank(line string) int {
	word, _, _ := strings.Cut(line, " ")
	if i := slices.Index([]string{"total", "payeur", "nature", "lot", "parcours", "centre", "raison", "certitude", "refuse", "avertit"}, word); i >= 0 {
		return i + 1
	}
	return 0
}

// describe writes an answer in the words of the script. Lines of acts, refusals
// and warnings are always written, so that a script can't leave one out; the others
// where the script asks for them.
func describe(a Answer, want []string) []string {
	var out []string
	if p := a.Prix; p != nil {
		for i := range p.Lignes {
			out = append(out, describeLine(&p.Lignes[i]))
		}
		for _, w := range want {
			f := strings.Fields(w)
			switch f[0] {
			case "total":
				out = append(out, describeTotal(&p.Total, f[1:]))
			case "payeur":
				out = append(out, fmt.Sprintf("payeur %s/%s/%s", p.Destinataire.Regime, p.Destinataire.Caisse, p.Destinataire.Centre))
			case "nature":
				out = append(out, "nature "+p.Nature)
			case "lot":
				out = append(out, "lot "+p.Certification)
			case "parcours":
				out = append(out, "parcours "+cmp2.Or(p.Parcours, "-"))
			case "centre":
				out = append(out, fmt.Sprintf("centre %s remplacé par %s", p.Centre.Avant, p.Centre.Apres))
			case "certitude":
				out = append(out, fmt.Sprintf("certitude %s nature %s", p.Total.Certitude, p.CertitudeNature))
			case "raison":
				out = append(out, describeReason(p, f))
			}
		}
	}
	slices.SortStableFunc(out, byKind)
	for _, is := range a.Erreurs {
		out = append(out, strings.TrimSpace("refuse "+is.Code+" "+is.Chemin))
	}
	for _, is := range a.Avertissements {
		out = append(out, strings.TrimSpace("avertit "+is.Code+" "+is.Chemin))
	}
	return out
}

// describeLine leaves out what has its usual value: honoraires equal to the base,
// amounts of 0, exemption 0, no qualifier.
func describeLine(l *Ligne) string {
	s := fmt.Sprintf("%s base %s taux %d", l.Code, l.Base, l.Taux)
	if l.Honoraires != l.Base {
		s += " honoraires " + l.Honoraires.String()
	}
	for _, x := range []struct {
		name   string
		amount Cents
	}{{"amo", l.AMO}, {"amc", l.AMC}, {"patient", l.Patient}, {"npc", l.NonPrisEnCharge}} {
		if x.amount != 0 {
			s += " " + x.name + " " + x.amount.String()
		}
	}
	if l.Exoneration != "0" {
		s += " exo " + l.Exoneration
	}
	if l.Qualificatif != "" {
		s += " qualif " + l.Qualificatif
	}
	return s
}

// describeTotal writes the sums that the script names, in its order.
func describeTotal(t *Total, names []string) string {
	sums := map[string]Cents{"base": t.Base, "honoraires": t.Honoraires, "amo": t.AMO, "amc": t.AMC, "patient": t.Patient,
		"npc": t.NonPrisEnCharge, "mtm": t.MTM, "forfait": t.Forfait, "regler": t.ARegler, "retenue": t.Retenue}
	s := "total"
	for i := 0; i < len(names); i += 2 {
		s += " " + names[i] + " " + sums[names[i]].String()
	}
	return s
}

// describeReason writes the explanation of a line that a rule gave: code, rule,
// amount, table, row.
func describeReason(p *Prix, f []string) string {
	for _, l := range p.Lignes {
		for _, e := range l.Explications {
			if l.Code == f[1] && e.Regle == f[2] {
				return fmt.Sprintf("raison %s %s %s %s : %s (%s)", l.Code, e.Regle, e.Montant, e.Table, e.Ligne, e.Certitude)
			}
		}
	}
	return "raison " + f[1] + " " + f[2] + " (aucune)"
}

// args reads the words of a line.
type args struct {
	words []string
	err   error
}

func (a *args) next() string {
	if len(a.words) == 0 {
		a.fail("a word is missing")
		return ""
	}
	w := a.words[0]
	a.words = a.words[1:]
	return w
}

func (a *args) fail(format string, v ...any) {
	if a.err == nil {
		a.err = fmt.Errorf(format, v...)
	}
}

func (a *args) date() Date {
	d, err := tables.ParseDate(a.next())
	if err != nil {
		a.fail("%v", err)
	}
	return d
}

func (a *args) euros() Cents {
	w := a.next()
	c, err := tables.ParseEuros(strings.TrimPrefix(w, "-"))
	if err != nil {
		a.fail("%v", err)
	}
	if strings.HasPrefix(w, "-") {
		c = -c
	}
	return c
}

func (a *args) number() int {
	n, err := strconv.Atoi(a.next())
	if err != nil {
		a.fail("%v", err)
	}
	return n
}

// optional reads the rest of a line as one text, - for nothing.
func (a *args) optional() string {
	s := strings.Join(a.words, " ")
	a.words = nil
	if s == "-" {
		return ""
	}
	return s
}
