package fse

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources returns the text of the package's own files.
func sources(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	text := map[string]string{}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text[f] = string(b)
	}
	return text
}

func TestEveryCodeHasAMessageAndAUse(t *testing.T) {
	src := sources(t)
	declared := regexp.MustCompile(`(?m)^\t(Code\w+)\s+= "([A-Z0-9_]+)"$`).FindAllStringSubmatch(src["codes.go"], -1)
	if len(declared) < 80 {
		t.Fatalf("found %d codes only", len(declared))
	}
	docs := map[string]int{}
	for _, d := range Codes() {
		docs[d.Code]++
		if d.Message == "" || !strings.HasSuffix(strings.TrimSpace(d.Message), ".") {
			t.Errorf("%s: the message is no sentence: %q", d.Code, d.Message)
		}
	}
	for _, m := range declared {
		name, code := m[1], m[2]
		if docs[code] != 1 {
			t.Errorf("%s has %d messages", code, docs[code])
		}
		uses := 0
		for f, text := range src {
			if f != "codes.go" {
				uses += len(regexp.MustCompile(`\b`+name+`\b`).FindAllString(text, -1))
			}
		}
		if uses == 0 {
			t.Errorf("%s is never given", code)
		}
	}
	if len(docs) != len(declared) {
		t.Errorf("%d messages for %d codes", len(docs), len(declared))
	}
}

func TestEveryCodeIsInAScript(t *testing.T) {
	files, err := filepath.Glob(scriptDir + "/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	elsewhere := map[string]string{
		CodeBrouillonVide:     "TestAnswerOfARefusedDraftHasNoNullList",
		CodeNIRPremierChiffre: "TestNIRKinds",
		CodeSMGJeton:          "TestConfirmSMGRefusesAnotherToken",
	}
	for _, d := range Codes() {
		if strings.HasPrefix(d.Code, "JSON_") || elsewhere[d.Code] != "" {
			continue
		}
		if !regexp.MustCompile(`(refuse|avertit) ` + d.Code + `\b`).MatchString(all.String()) {
			t.Errorf("no billing script gives %s", d.Code)
		}
	}
}

func TestEveryRuleHasWords(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if r.Regle == "" || r.Libelle == "" || seen[r.Regle] {
			t.Errorf("%+v", r)
		}
		seen[r.Regle] = true
	}
}
