package qr

import (
	"fmt"
	"strconv"

	qrcode "github.com/skip2/go-qrcode"
)

// Path draws text as a QR code for a page that has it inline: the data of an SVG
// path, to be stroked one wide in a view box of side × side, quiet zone included. Each
// row of modules is a pen that goes up and down, "M4 4.5h7m1 0h2", which is half of
// what the rectangles would take, and a third of the PNG in base64.
func Path(text string) (d string, side int, err error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", 0, fmt.Errorf("qr: %w", err)
	}
	var out []byte
	modules := code.Bitmap()
	for y, line := range modules {
		out = appendStrokes(out, line, y)
	}
	return string(out), len(modules), nil
}

// appendStrokes draws one row: a stroke for every run of black modules.
func appendStrokes(out []byte, line []bool, y int) []byte {
	pen := -1 // where it stands; not on the row yet
	for x := 0; x < len(line); x++ {
		if !line[x] {
			continue
		}
		end := x
		for end < len(line) && line[end] {
			end++
		}
		if pen < 0 {
			out = fmt.Appendf(out, "M%d %d.5", x, y)
		} else {
			out = fmt.Appendf(out, "m%d 0", x-pen)
		}
		out = strconv.AppendInt(append(out, 'h'), int64(end-x), 10)
		pen, x = end, end
	}
	return out
}
