package e2e

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// faultPoints finds every fault.At in the tree, so that nobody can add a point
// at which no test dies. It gives the files in which each name stands.
func faultPoints(t *testing.T) map[string][]string {
	t.Helper()
	points := map[string][]string{}
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != ".." && strings.HasPrefix(e.Name(), "."):
			return fs.SkipDir
		case e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if name, ok := faultPoint(t, path, n); ok {
				points[name] = append(points[name], filepath.Base(path))
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return points
}

// faultPoint reads the name in a call of fault.At. One that is not written out
// could not be found here, so it is an error.
func faultPoint(t *testing.T, path string, n ast.Node) (name string, ok bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return "", false
	}
	fn, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || fn.Sel.Name != "At" {
		return "", false
	}
	if pkg, ok := fn.X.(*ast.Ident); !ok || pkg.Name != "fault" {
		return "", false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		t.Errorf("%s: a fault point's name must be written out", path)
		return "", false
	}
	name, err := strconv.Unquote(lit.Value)
	return name, err == nil
}

// death is where a process is to die, and in which sale.
type death struct {
	point string
	nth   int
	lives int  // how many processes in a row die there
	lost  bool // Payfer's reply to the first create is lost, too
	hook  bool // Telegram posts its updates
}

func (d death) String() string {
	name := strings.ReplaceAll(d.point, " ", "_") + ":" + strconv.Itoa(d.nth)
	switch {
	case d.lives > 1:
		name += "_twice"
	case d.lost:
		name += "_after_a_lost_create"
	case d.hook:
		name += "_in_webhook_mode"
	}
	return name
}

// hopeless tells that both attempts which a command has may go unanswered. Then
// the answer is that, with the offer to try again.
func (d death) hopeless() bool {
	second := d.point == "create answered" && d.nth == 2 || d.point == "answer saved"
	return d.lost && second || d.lives > 1 && d.point == "create answered"
}

// deaths is every death worth dying. Each point has its first passing; some
// have more, for then the same line does something else: the first delivery
// shows an invoice, the second announces it, the third edits it.
func deaths(points map[string][]string) (list []death) {
	passings := map[string]int{"attempt saved": 3, "message sent": 3, "delivered": 3, "recorded": 3, "intent saved": 2, "create answered": 2, "inbox saved": 2, "letter done": 2}
	for name, files := range points {
		for nth := 1; nth <= max(1, passings[name]); nth++ {
			list = append(list, death{point: name, nth: nth, lives: 1})
		}
		if slices.Contains(files, "receive.go") || name == "inbox saved" {
			list = append(list, death{point: name, nth: 1, lives: 1, hook: true})
		}
	}
	for _, name := range []string{"attempt saved", "message sent", "delivered", "create answered"} {
		list = append(list, death{point: name, nth: 1, lives: 2})
	}
	// After a lost create the answer to check and the second create are part of the command.
	for _, name := range []string{"check answered", "answer saved", "create answered", "invoice saved"} {
		list = append(list, death{point: name, nth: 1, lives: 1, lost: true})
	}
	for _, name := range []string{"create answered", "invoice saved"} {
		list = append(list, death{point: name, nth: 2, lives: 1, lost: true})
	}
	slices.SortFunc(list, func(a, b death) int { return strings.Compare(a.String(), b.String()) })
	return list
}
