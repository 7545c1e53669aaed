package qr

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// canvas is a picture of width × height pixels, each the number of a colour. Its
// rows stand as in the file, each behind its filter byte (none), so that they
// are compressed as they are.
type canvas struct {
	width, height int
	rows          []byte
}

// newCanvas is all paper.
func newCanvas(width, height int) *canvas {
	return &canvas{width: width, height: height, rows: make([]byte, (1+width)*height)}
}

func (c *canvas) bounds() image.Rectangle { return image.Rect(0, 0, c.width, c.height) }

// row is a row's pixels.
func (c *canvas) row(y int) []byte {
	start := y*(1+c.width) + 1
	return c.rows[start : start+c.width]
}

// Colours are numbered: the paper is 0, and every shade is some steps from the
// paper to the full colour, so that edges are smooth.
type shade struct{ first, steps uint8 }

var (
	ink    = shade{1, 12} // what is read first
	soft   = shade{13, 6} // what is read second
	ground = shade{19, 6} // what the card lies on
)

// cover is the colour where a shade covers the paper by so much of 255.
func (s shade) cover(alpha uint8) uint8 {
	step := (int(alpha)*int(s.steps) + 127) / 255
	if step == 0 {
		return 0
	}
	return s.first + uint8(step) - 1
}

// full is the shade's colour itself.
func (s shade) full() uint8 { return s.first + s.steps - 1 }

// theme is the colours of a picture.
type theme struct{ paper, ink, soft, ground color.RGBA }

// colours are what the numbers stand for.
func colours(t theme) []color.RGBA {
	all := make([]color.RGBA, ground.full()+1)
	all[0] = t.paper
	for _, of := range []struct {
		shade
		full color.RGBA
	}{{ink, t.ink}, {soft, t.soft}, {ground, t.ground}} {
		for k := uint8(1); k <= of.steps; k++ {
			all[of.first+k-1] = mix(t.paper, of.full, int(k), int(of.steps))
		}
	}
	return all
}

func mix(from, to color.RGBA, part, of int) color.RGBA {
	between := func(a, b uint8) uint8 { return uint8((int(a)*(of-part) + int(b)*part) / of) }
	return color.RGBA{between(from.R, to.R), between(from.G, to.G), between(from.B, to.B), 255}
}

// fill paints a rectangle, one row at least, with one colour.
func (c *canvas) fill(r image.Rectangle, colour uint8) {
	first := c.row(r.Min.Y)[r.Min.X:r.Max.X]
	for x := range first {
		first[x] = colour
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(c.row(y)[r.Min.X:r.Max.X], first)
	}
}

// stamp paints through a mask; where both cover a pixel, the stronger stays.
func (c *canvas) stamp(at image.Rectangle, mask image.Image, from image.Point, s shade) {
	letter, ok := mask.(*image.Alpha)
	if !ok {
		return
	}
	inside := at.Intersect(c.bounds())
	for y := inside.Min.Y; y < inside.Max.Y; y++ {
		line, alpha := c.row(y), letter.Pix[letter.PixOffset(from.X, from.Y+y-at.Min.Y):]
		for x := inside.Min.X; x < inside.Max.X; x++ {
			line[x] = max(line[x], s.cover(alpha[x-at.Min.X]))
		}
	}
}

// png gives the picture as a file.
func (c *canvas) png(t theme) []byte {
	h := binary.BigEndian.AppendUint32(nil, uint32(c.width))
	h = binary.BigEndian.AppendUint32(h, uint32(c.height))
	var out bytes.Buffer
	out.WriteString(pngSignature)
	pngChunk(&out, "IHDR", append(h, 8, 3, 0, 0, 0)) // eight bits a pixel, a palette
	pngChunk(&out, "PLTE", pngPalette(colours(t)))
	pngChunk(&out, "IDAT", deflateRows(c.rows, 1+c.width))
	pngChunk(&out, "IEND", nil)
	return out.Bytes()
}
