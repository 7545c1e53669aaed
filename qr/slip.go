package qr

import (
	"fmt"
	"image"
	"image/color"
	"strconv"

	qrcode "github.com/skip2/go-qrcode"
)

// Slip is what a customer is shown of an invoice: a card with the kassa's name, the
// number, the sum and the QR. Once there is nothing to pay any more, another
// face takes the place of the one with the QR: of the same size, in another colour, and
// with nothing that a camera reads.
//
// The pictures are PNG, 720 × 960, and readable also at a third of that.
type Slip struct {
	Shop     string // the kassa's name; what the font lacks is left out, what is too long is cut
	Number   int    // № in its chat
	Sum      string // "50 001,50", never cut; empty: it is not told
	Currency string // "soʻm"
	Says     string // how it stands, in words; not said on the face with the QR
}

// ToPay is the face with the QR that leads to the link.
func (s Slip) ToPay(link string) ([]byte, error) {
	code, err := qrcode.New(link, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("qr: %w", err)
	}
	c, err := s.head(false)
	if err != nil {
		return nil, err
	}
	c.code(code.Bitmap())
	return c.png(white), nil
}

// Paid is the green face of money that came as it was asked for.
func (s Slip) Paid() ([]byte, error) {
	const x, y = slipWidth / 2, markMiddle
	return s.closed(green, both(stroke(30, x-68, y+4, x-20, y+52), stroke(30, x-20, y+52, x+70, y-46)), false)
}

// Doubtful is the yellow face of money that came otherwise: another sum, too late, twice.
func (s Slip) Doubtful() ([]byte, error) {
	const x, y = slipWidth / 2, markMiddle
	return s.closed(yellow, both(stroke(30, x, y-78, x, y+18), disc(x, y+72, 19)), false)
}

// Void is the gray face of what nobody is to pay; the sum is struck out.
func (s Slip) Void() ([]byte, error) {
	const x, y, arm = slipWidth / 2, markMiddle, 54
	return s.closed(gray, both(stroke(28, x-arm, y-arm, x+arm, y+arm), stroke(28, x-arm, y+arm, x+arm, y-arm)), true)
}

// The layout, in pixels.
const (
	slipWidth, slipHeight = 720, 960
	border, corner        = 24, 40 // of the card
	textWidth             = 584

	// Baselines of the head, and its sizes of type.
	nameLine, numberLine, sumLine = 102, 150, 254
	nameSize, numberSize, sumSize = 44, 34, 86
	leastName                     = 30

	mostQR   = 640 // across, with the quiet zone
	qrMiddle = 606

	markMiddle, markRadius = 545, 150 // the sign on a closed face
	saysLine, saysLead     = 800, 54  // the words below it: where, and from line to line
	saysSize, leastSays    = 46, 28
)

// The colours of the faces.
var (
	white  = theme{paper: rgb(0xffffff), ink: rgb(0x0b1220), soft: rgb(0x5b6675), ground: rgb(0xe3e8ef)}
	green  = theme{paper: rgb(0x178a57), ink: rgb(0xffffff), soft: rgb(0xcfeedd), ground: rgb(0x0f6e44)}
	yellow = theme{paper: rgb(0xf7bf3a), ink: rgb(0x2a1c00), soft: rgb(0x6a4c08), ground: rgb(0xe3a31c)}
	gray   = theme{paper: rgb(0xe2e5ea), ink: rgb(0x59616d), soft: rgb(0x7d8592), ground: rgb(0xc6ccd5)}
)

func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

// head draws the card, and on it what all faces have.
func (s Slip) head(struck bool) (*canvas, error) {
	faces, err := fonts()
	if err != nil {
		return nil, err
	}
	c := newCanvas(slipWidth, slipHeight)
	c.card()
	name, err := fit(faces.bold, printable(faces.bold, s.Shop), nameSize, leastName)
	if err != nil {
		return nil, err
	}
	c.centre(name, nameLine, ink)
	number, err := fit(faces.regular, "№"+strconv.Itoa(s.Number), numberSize, 0)
	if err != nil {
		return nil, err
	}
	c.centre(number, numberLine, soft)
	if s.Sum == "" {
		return c, nil
	}
	sum, err := faces.price(s.Sum, s.Currency)
	if err != nil {
		return nil, err
	}
	c.price(sum, struck)
	return c, nil
}

// closed draws a face with a mark, cut out of a disc, in the place of the QR.
func (s Slip) closed(colours theme, mark shape, struck bool) ([]byte, error) {
	c, err := s.head(struck)
	if err != nil {
		return nil, err
	}
	c.draw(without(disc(slipWidth/2, markMiddle, markRadius), mark), ink)
	if err := c.says(s.Says); err != nil {
		return nil, err
	}
	return c.png(colours), nil
}

// card draws the empty card on its ground.
func (c *canvas) card() {
	c.fill(c.bounds(), ground.full())
	c.fill(c.bounds().Inset(border), 0)
	in := c.bounds().Inset(border + corner)
	for _, at := range []struct{ x, y, dx, dy int }{
		{in.Min.X, in.Min.Y, -corner, -corner},
		{in.Max.X, in.Min.Y, corner, -corner},
		{in.Min.X, in.Max.Y, -corner, corner},
		{in.Max.X, in.Max.Y, corner, corner},
	} {
		c.draw(rest(image.Rect(at.x, at.y, at.x+at.dx, at.y+at.dy), disc(float64(at.x), float64(at.y), corner)), ground)
	}
}

// code draws the QR's modules; the quiet zone around them is the card's paper.
func (c *canvas) code(modules [][]bool) {
	scale := mostQR / len(modules)
	left, top := (c.width-scale*len(modules))/2, qrMiddle-scale*len(modules)/2
	for i, line := range modules {
		for j, black := range line {
			if black {
				x, y := left+j*scale, top+i*scale
				c.fill(image.Rect(x, y, x+scale, y+scale), ink.full())
			}
		}
	}
}
