package web

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden holds got against testdata/name; with -update it becomes what is wanted.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateGolden {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (go test ./web -run Golden -update, if that is meant):\n%s", name, diff)
	}
}

// inner is the part of a page between two marks.
func inner(t *testing.T, page, from, to string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, from)
	part, _, ended := strings.Cut(rest, to)
	if !found || !ended {
		t.Fatalf("no %s…%s in\n%s", from, to, page)
	}
	return part
}

func TestGoldenPages(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"uz", "uz-Cyrl", "ru", "en"} {
		var all strings.Builder
		add := func(name string, h http.Handler) {
			page := ask(t, h, "GET", "/pay/"+code+"?lang="+lang).Body.String()
			fmt.Fprintf(&all, "<!-- %s -->\n<main%s</main>\n\n", name, inner(t, page, "<main", "</main>"))
			if name == "pending" && lang == "uz" {
				golden(t, "page.html", page)
			}
		}
		for _, c := range shown {
			add(c.name, showing(t, sample(c.change), nil))
		}
		add("no such order", showing(t, sale{}, nil))
		add("the store is down", showing(t, sale{}, errors.New("disk full")))
		golden(t, "pay."+lang+".html", all.String())
	}
}
