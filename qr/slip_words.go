package qr

import (
	"image"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/math/fixed"
)

// price is a sum and, smaller, its currency.
type price struct {
	sum, currency line
	gap           fixed.Int26_6
	size          float64
}

func (p price) width() fixed.Int26_6 { return p.sum.width + p.gap + p.currency.width }

// price sets a sum as large as it fits.
func (t typefaces) price(sum, currency string) (price, error) {
	p, err := t.priceOf(sumSize, sum, currency)
	if err != nil || p.width() <= fixed.I(textWidth) {
		return p, err
	}
	return t.priceOf(sumSize*shrink(p.width()), sum, currency)
}

func (t typefaces) priceOf(size float64, sum, currency string) (p price, err error) {
	p.size, p.gap = size, fixed.Int26_6(size*0.2*64)
	if p.sum, err = set(t.bold, printable(t.bold, sum), size); err != nil {
		return price{}, err
	}
	p.currency, err = set(t.regular, printable(t.regular, currency), size*0.52)
	return p, err
}

// price prints the sum in its place; one that is struck out is not to be paid.
func (c *canvas) price(p price, struck bool) {
	x := (fixed.I(c.width) - p.width()) / 2
	if !struck {
		c.print(p.sum, x, sumLine, ink)
		c.print(p.currency, x+p.sum.width+p.gap, sumLine, soft)
		return
	}
	c.print(p.sum, x, sumLine, soft)
	c.print(p.currency, x+p.sum.width+p.gap, sumLine, soft)
	const over, half = 8, 3
	middle := sumLine - int(p.size*0.36) // of a digit
	c.fill(image.Rect(x.Floor()-over, middle-half, (x+p.sum.width).Ceil()+over, middle+half), ink.full())
}

// says prints how the slip stands, on two lines where one is too short.
func (c *canvas) says(text string) error {
	faces, err := fonts()
	if err != nil {
		return err
	}
	one, err := set(faces.bold, capital(printable(faces.bold, text)), saysSize)
	if err != nil {
		return err
	}
	if one.width <= fixed.I(textWidth) {
		c.centre(one, saysLine, ink)
		return nil
	}
	first, second := halves(one.text)
	size := float64(saysSize)
	for _, half := range []string{first, second} {
		l, err := set(faces.bold, half, saysSize)
		if err != nil {
			return err
		}
		size = min(size, saysSize*shrink(l.width))
	}
	for i, half := range []string{first, second} {
		l, err := fit(faces.bold, half, max(size, leastSays), leastSays)
		if err != nil {
			return err
		}
		c.centre(l, saysLine-saysLead/2+i*saysLead, ink)
	}
	return nil
}

// halves breaks a text at the space nearest to its middle; after a comma it may be
// farther from it.
func halves(text string) (first, second string) {
	at, best := len(text), len(text)*len(text)
	for i, r := range text {
		if r != ' ' {
			continue
		}
		off := abs(2*i - len(text))
		if i > 0 && text[i-1] == ',' {
			off /= 2
		}
		if off < best {
			at, best = i, off
		}
	}
	return text[:at], strings.TrimPrefix(text[at:], " ")
}

func abs(n int) int { return max(n, -n) }

func capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return text
	}
	return string(unicode.ToUpper(r)) + text[n:]
}
