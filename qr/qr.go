// Package qr draws QR codes as small PNG pictures, and pictures to stand in
// their place where there is nothing to pay any more.
package qr

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"math/bits"
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
	out.WriteString("\x89PNG\r\n\x1a\n")
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

// pngChunk writes one PNG chunk: length, type, data, checksum of type and data.
func pngChunk(out *bytes.Buffer, kind string, data []byte) {
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	start := out.Len()
	out.WriteString(kind)
	out.Write(data)
	out.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(out.Bytes()[start:])))
}

// deflater writes deflate (RFC 1951) with the fixed codes. compress/zlib would do
// as well, but sets up 1.2 MB of tables a picture, which takes longer than the
// QR code itself.
type deflater struct {
	out  []byte
	hold uint64 // bits that do not fill a byte yet, the oldest lowest
	held int
}

func (z *deflater) bits(v uint64, n int) {
	z.hold |= v << z.held
	for z.held += n; z.held >= 8; z.held -= 8 {
		z.out = append(z.out, byte(z.hold))
		z.hold >>= 8
	}
}

// code writes a Huffman code of n bits, which go in with the highest first.
func (z *deflater) code(v uint16, n int) {
	z.bits(uint64(bits.Reverse16(v)>>(16-n)), n)
}

func (z *deflater) literal(b byte) {
	if b < 144 {
		z.code(0x30+uint16(b), 8)
	} else {
		z.code(0x190+uint16(b)-144, 9)
	}
}

// repeat copies n bytes from the given distance (5 at least). Pieces are 3 to
// 258 bytes long, so no piece may leave a rest of one or two.
func (z *deflater) repeat(n, distance int) {
	for n > 0 {
		piece := min(n, 258)
		if rest := n - piece; rest == 1 || rest == 2 {
			piece -= 3
		}
		z.length(piece)
		z.distance(distance)
		n -= piece
	}
}

// length writes the code for 3 to 258 bytes: eight codes of their own, then four
// for every power of two, with the rest in extra bits; 258 has the last one.
func (z *deflater) length(n int) {
	v, extra := n-3, 0
	symbol := v
	switch {
	case n == 258:
		symbol = 28
	case v >= 8:
		extra = bits.Len(uint(v)) - 3
		symbol = 4*(extra+1) + v>>extra&3
	}
	if symbol < 23 { // 257 to 279 take seven bits, 280 and up eight
		z.code(uint16(symbol)+1, 7)
	} else {
		z.code(0xc0+uint16(symbol)-23, 8)
	}
	z.bits(uint64(v&(1<<extra-1)), extra)
}

// distance writes the code for a distance of 5 or more: two for every power of
// two, with the rest in extra bits.
func (z *deflater) distance(n int) {
	v := n - 1
	extra := bits.Len(uint(v)) - 2
	z.code(uint16(2*(extra+1)+v>>extra&1), 5)
	z.bits(uint64(v&(1<<extra-1)), extra)
}

// finish ends the block and gives all that was written.
func (z *deflater) finish() []byte {
	z.code(0, 7)
	z.bits(0, 7) // flushes what does not fill a byte
	return z.out
}
