package qr

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// typefaces are what slips are set in. A font may be used by many at a time, a
// face of it by one, so that each slip makes its own.
type typefaces struct{ bold, regular *opentype.Font }

var fonts = sync.OnceValues(func() (typefaces, error) {
	bold, err := opentype.Parse(liberationsansbold.TTF)
	if err != nil {
		return typefaces{}, fmt.Errorf("qr: bold font: %w", err)
	}
	regular, err := opentype.Parse(liberationsansregular.TTF)
	if err != nil {
		return typefaces{}, fmt.Errorf("qr: regular font: %w", err)
	}
	return typefaces{bold: bold, regular: regular}, nil
})

// printable leaves what the font has letters for, on one line: emoji and marks that
// nobody sees go, and so do letters that run from right to left, which would come out reversed.
func printable(f *opentype.Font, text string) string {
	var buf sfnt.Buffer
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r), unicode.In(r, unicode.Hebrew, unicode.Arabic):
			return -1
		}
		if glyph, err := f.GlyphIndex(&buf, r); err != nil || glyph == 0 {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// line is text set in one size.
type line struct {
	face  font.Face
	text  string
	width fixed.Int26_6
}

// set sets a text in a size, in pixels to the em.
func set(f *opentype.Font, text string, size float64) (line, error) {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		return line{}, fmt.Errorf("qr: set type: %w", err)
	}
	return line{face: face, text: text, width: font.MeasureString(face, text)}, nil
}

// fit sets a text no wider than a slip has room: smaller where it must, down to the
// least size, and cut short below that.
func fit(f *opentype.Font, text string, size, least float64) (line, error) {
	l, err := set(f, text, size)
	if err != nil || l.width <= fixed.I(textWidth) {
		return l, err
	}
	size *= shrink(l.width)
	l, err = set(f, text, max(size, least))
	if err != nil || l.width <= fixed.I(textWidth) {
		return l, err
	}
	l.cut()
	return l, nil
}

// shrink is by how much type of that width has to become smaller to fit. Widths are whole
// sixty-fourths of a pixel for each letter; the thousandth is for their rounding.
func shrink(is fixed.Int26_6) float64 {
	return min(1, 0.999*float64(fixed.I(textWidth))/float64(is))
}

// cut leaves as many letters as there is room for with an ellipsis.
func (l *line) cut() {
	width := fixed.I(textWidth) - font.MeasureString(l.face, "…")
	var at fixed.Int26_6
	before := rune(-1)
	for i, r := range l.text {
		if before >= 0 {
			at += l.face.Kern(before, r)
		}
		advance, _ := l.face.GlyphAdvance(r)
		if at += advance; at > width {
			l.text = strings.TrimRight(l.text[:i], " ") + "…"
			break
		}
		before = r
	}
	l.width = font.MeasureString(l.face, l.text)
}

// print puts the line on the canvas, from x on along the baseline.
func (c *canvas) print(l line, x fixed.Int26_6, baseline int, s shade) {
	at, before := fixed.Point26_6{X: x, Y: fixed.I(baseline)}, rune(-1)
	for _, r := range l.text {
		if before >= 0 {
			at.X += l.face.Kern(before, r)
		}
		where, mask, from, advance, ok := l.face.Glyph(at, r)
		if ok {
			c.stamp(where, mask, from, s)
		}
		at.X += advance
		before = r
	}
}

// centre prints the line in the middle of the canvas.
func (c *canvas) centre(l line, baseline int, s shade) {
	c.print(l, (fixed.I(c.width)-l.width)/2, baseline, s)
}
