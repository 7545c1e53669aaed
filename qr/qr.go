// Package qr draws QR codes as small PNG pictures: bare ones, and slips that say
// also whose they are and what there is to pay.
package qr

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/adler32"
	"slices"

	qrcode "github.com/skip2/go-qrcode"
)

// least is the least width of the picture in pixels: sharp on any phone, and
// large enough that Telegram's recompression leaves the modules clean.
const least = 512

// PNG draws text as a QR code: black on white, one bit a pixel, error level
// Medium, with the quiet zone of four modules that the standard asks for.
//
// The library's own PNG takes milliseconds, nearly all of them in its image
// encoder. A QR code is rows of modules, each repeated; so it is enough to pack
// one row of pixels for a row of modules and to say "the same again". Bitmap is
// called once: it recomputes everything, and a second call would append to the data.
func PNG(text string) ([]byte, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("qr: %w", err)
	}
	return picture(code.Bitmap()), nil
}

// picture draws square modules, black where they are set, as large as is needed.
func picture(modules [][]bool) []byte {
	scale := (least + len(modules) - 1) / len(modules)
	side := len(modules) * scale

	var out bytes.Buffer
	out.WriteString(pngSignature)
	pngChunk(&out, "IHDR", pngHeader(side))
	pngChunk(&out, "IDAT", pngRows(modules, scale))
	pngChunk(&out, "IEND", nil)
	return out.Bytes()
}

// pngHeader describes a square gray picture of one bit a pixel, 0 black.
func pngHeader(side int) []byte {
	h := binary.BigEndian.AppendUint32(nil, uint32(side))
	h = binary.BigEndian.AppendUint32(h, uint32(side))
	return append(h, 1, 0, 0, 0, 0)
}

// pngRows packs the picture's rows, each behind its filter byte (none), and
// compresses them: a row is written out once and then copied.
func pngRows(modules [][]bool, scale int) []byte {
	width := 1 + (len(modules)*scale+7)/8
	row, sum := make([]byte, width), adler32.New()
	z := deflater{out: []byte{0x78, 0x01}} // zlib: deflate, 32 KiB window
	z.bits(0b011, 3)                       // the last block, with the fixed codes
	for i, line := range modules {
		copies := scale
		if i == 0 || !slices.Equal(line, modules[i-1]) {
			packRow(row[1:], line, scale)
			for _, b := range row {
				z.literal(b)
			}
			copies--
		}
		z.repeat(copies*width, width)
		for range scale {
			sum.Write(row)
		}
	}
	return sum.Sum(z.finish())
}

// packRow writes a row of modules as bits: 1 is white.
func packRow(dst []byte, line []bool, scale int) {
	clear(dst)
	for i, black := range line {
		if black {
			continue
		}
		for x := i * scale; x < (i+1)*scale; x++ {
			dst[x/8] |= 0x80 >> (x % 8)
		}
	}
}
