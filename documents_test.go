package main

import (
	"errors"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"

	"payferbot/locales"
)

// variables gives Config's variables in order, with their defaults.
func variables() (names []string, defaults map[string]string) {
	defaults = map[string]string{}
	for field := range reflect.TypeFor[Config]().Fields() {
		name := field.Tag.Get("env")
		names = append(names, name)
		defaults[name] = field.Tag.Get("envDefault")
	}
	return names, defaults
}

func TestEnvExampleHasEveryVariableWithItsDefault(t *testing.T) {
	t.Parallel()
	names, defaults := variables()
	raw, err := os.ReadFile(".env.example")
	if err != nil {
		t.Fatal(err)
	}
	got, err := godotenv.UnmarshalBytes(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(defaults, got); diff != "" {
		t.Error(diff)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	var order []string
	for i, line := range lines {
		if name, _, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			order = append(order, name)
			if !strings.HasPrefix(lines[i-1], "# ") {
				t.Errorf("%s has no line about it", name)
			}
		}
	}
	if diff := cmp.Diff(names, order); diff != "" {
		t.Error(diff)
	}
}

var tableName = regexp.MustCompile("^\\| ((?:`[A-Z_]+`(?:, )?)+) \\| ")

func TestReadmeTableHasEveryVariable(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("README.md")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no README yet")
	}
	if err != nil {
		t.Fatal(err)
	}
	want, defaults := variables()
	var got []string
	for line := range strings.Lines(string(raw)) {
		found := tableName.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		for name := range strings.SplitSeq(found[1], ", ") {
			name = strings.Trim(name, "`")
			got = append(got, name)
			if d := defaults[name]; d != "" && !strings.Contains(line, "`"+d+"`") {
				t.Errorf("%s: the line does not name the default %s", name, d)
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDefaultLangTakesTheLanguagesThatThereAre(t *testing.T) {
	t.Parallel()
	book, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range book.Langs() {
		c, err := readConfig(map[string]string{"BOT_TOKEN": goodToken, "DEFAULT_LANG": lang})
		if err != nil || c.DefaultLang != lang {
			t.Errorf("%s: %v", lang, err)
		}
	}
}
