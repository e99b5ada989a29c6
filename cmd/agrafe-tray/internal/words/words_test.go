package words

import (
	"reflect"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var verb = regexp.MustCompile(`%[sd]`)

// texts are all texts of c by their path.
func texts(v reflect.Value, path string, list map[string]string) {
	for i := range v.NumField() {
		name := path + "." + v.Type().Field(i).Name
		if f := v.Field(i); f.Kind() == reflect.Struct {
			texts(f, name, list)
		} else {
			list[name] = f.String()
		}
	}
}

func TestCatalogsAreComplete(t *testing.T) {
	fr, en := make(map[string]string), make(map[string]string)
	texts(reflect.ValueOf(french), "", fr)
	texts(reflect.ValueOf(english), "", en)
	if len(fr) < 90 {
		t.Fatalf("only %d texts were found", len(fr))
	}
	for name, french := range fr {
		english := en[name]
		if french == "" || english == "" {
			t.Errorf("%s is missing: %q, %q", name, french, english)
		}
		if d := cmp.Diff(verb.FindAllString(french, -1), verb.FindAllString(english, -1)); d != "" {
			t.Errorf("%s does not take the same values (-french +english):\n%s", name, d)
		}
	}
}

func TestLanguage(t *testing.T) {
	tests := []struct{ name, all, messages, lang, want string }{
		{"nothing set", "", "", "", "fr"},
		{"French", "", "", "fr_FR.UTF-8", "fr"},
		{"English", "", "", "en_GB.UTF-8", "en"},
		{"another language", "", "", "de_DE.UTF-8", "fr"},
		{"messages before lang", "", "en_US", "fr_FR", "en"},
		{"all before messages", "fr_FR", "en_US", "en_US", "fr"},
		{"no language", "C", "", "en_US", "fr"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("LC_ALL", tt.all)
			t.Setenv("LC_MESSAGES", tt.messages)
			t.Setenv("LANG", tt.lang)
			if got := Of(Session()).Lang; got != tt.want {
				t.Errorf("the language is %s, want %s", got, tt.want)
			}
		})
	}
}

func TestCount(t *testing.T) {
	q := func(c *Catalog, n int) string { return c.Count(n, c.Queue.Lots1, c.Queue.Lots) }
	tests := []struct {
		name string
		c    *Catalog
		n    int
		want string
	}{
		{"none in French", &french, 0, "0 lot en attente"},
		{"one in French", &french, 1, "1 lot en attente"},
		{"many in French", &french, 12, "12 lots en attente"},
		{"none in English", &english, 0, "0 lots waiting"},
		{"one in English", &english, 1, "1 lot waiting"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := q(tt.c, tt.n); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
