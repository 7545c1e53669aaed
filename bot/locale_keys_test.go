package bot

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"payferbot/locales"
)

// call is one place in our code that asks the book for a text.
type call struct {
	where string
	key   string
	args  locales.Args // with stand-in values
	whole bool         // the arguments are all there in the call
}

// speakers are the files whose code asks the book for texts.
func speakers(t *testing.T) (files []string) {
	t.Helper()
	for _, folder := range []string{".", "../web", "../locales"} {
		found, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if !strings.HasSuffix(f, "_test.go") {
				files = append(files, f)
			}
		}
	}
	return files
}

// asked finds the calls of the book's methods, and of their short forms, whose
// key is spelled out.
func asked(t *testing.T) []call {
	t.Helper()
	var calls []call
	files := token.NewFileSet()
	for _, source := range speakers(t) {
		file, err := parser.ParseFile(files, source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok {
				if one, ok := readCall(c); ok {
					one.where = files.Position(c.Pos()).String()
					calls = append(calls, one)
				}
			}
			return true
		})
	}
	return calls
}

func readCall(c *ast.CallExpr) (call, bool) {
	method, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains([]string{"HTML", "Plain", "html", "plain", "say", "pressButton"}, method.Sel.Name) {
		return call{}, false
	}
	one := call{args: locales.Args{}, whole: true}
	for _, arg := range c.Args {
		switch arg := arg.(type) {
		case *ast.BasicLit:
			if one.key == "" {
				one.key, _ = strconv.Unquote(arg.Value)
			}
		case *ast.CompositeLit:
			for _, e := range arg.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok {
					if name, ok := pair.Key.(*ast.BasicLit); ok {
						name, _ := strconv.Unquote(name.Value)
						one.args[name] = 1
					}
				}
			}
		case *ast.Ident:
			one.whole = one.whole && arg.Name != "args"
		case *ast.CallExpr:
			one.whole = false
		}
	}
	return one, one.key != ""
}

func TestEveryTextThatTheCodeAsksForCanBeSaid(t *testing.T) {
	t.Parallel()
	book := testRenderer(t).book
	keys := allKeys(t)
	calls := asked(t)
	if len(calls) < 20 {
		t.Fatalf("found only %d calls; does the search still work?", len(calls))
	}
	for _, c := range calls {
		if !slices.Contains(keys, c.key) {
			t.Errorf("%s: there is no text %q", c.where, c.key)
			continue
		}
		for _, lang := range book.Langs() {
			if c.whole && book.Plain(lang, c.key, c.args) == c.key {
				t.Errorf("%s: %q lacks arguments in %s, has %v", c.where, c.key, lang, c.args)
			}
		}
	}
}

// allKeys are the keys of the locale files.
func allKeys(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "locales", "uz.json"))
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]any
	if err := json.Unmarshal(raw, &texts); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for key := range texts {
		keys = append(keys, key)
	}
	return keys
}

func TestNoTextLiesUnused(t *testing.T) {
	t.Parallel()
	var code strings.Builder
	for _, source := range speakers(t) {
		raw, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(raw)
	}
	// These keys are put together from a state, a refusal or a command's name.
	made := regexp.MustCompile(`^(state|check|paid|menu|pay\.state)\.|^invoice\.(rejected\.\w+|creating|overdue|expired|cancelled|withdrawn|paid_before|doubt|unknown|absent)(_todo)?$`)
	for _, key := range allKeys(t) {
		if !made.MatchString(key) && !strings.Contains(code.String(), `"`+key+`"`) {
			t.Errorf("nobody says %q", key)
		}
	}
}
