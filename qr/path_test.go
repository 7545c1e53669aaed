package qr

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	qrcode "github.com/skip2/go-qrcode"
)

// stroked plays a path's strokes back into modules.
func stroked(t *testing.T, d string, side int) [][]bool {
	t.Helper()
	modules := make([][]bool, side)
	for y := range modules {
		modules[y] = make([]bool, side)
	}
	in, x, y := strings.NewReader(d), 0, 0
	for {
		verb, err := in.ReadByte()
		if errors.Is(err, io.EOF) {
			return modules
		}
		n := 0
		switch verb {
		case 'M':
			_, err = fmt.Fscanf(in, "%d %d.5", &x, &y)
		case 'm':
			_, err = fmt.Fscanf(in, "%d 0", &n)
			x += n
		case 'h':
			_, err = fmt.Fscanf(in, "%d", &n)
			for range n {
				modules[y][x] = true
				x++
			}
		default:
			t.Fatalf("the path has a %q", verb)
		}
		if err != nil {
			t.Fatalf("after %q: %v", verb, err)
		}
	}
}

func TestThePathIsTheMatrix(t *testing.T) {
	t.Parallel()
	for _, text := range qrTexts {
		d, side, err := Path(text)
		if err != nil {
			t.Fatal(err)
		}
		code, err := qrcode.New(text, qrcode.Medium)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(code.Bitmap(), stroked(t, d, side)); diff != "" {
			t.Errorf("%s:\n%s", text, diff)
		}
		t.Logf("%d letters: %d modules, %d bytes", len(text), side, len(d))
	}
	if _, _, err := Path(strings.Repeat("x", 3000)); err == nil {
		t.Error("3000 bytes were drawn")
	}
}
