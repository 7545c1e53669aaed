package qr

import "math/bits"

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

// repeat copies n bytes, 3 at least, from the given distance. Pieces are 3 to 258
// bytes long, so no piece may leave a rest of one or two.
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

// distance writes the code for a distance: four of their own, then two for every
// power of two, with the rest in extra bits.
func (z *deflater) distance(n int) {
	v := n - 1
	if v < 4 {
		z.code(uint16(v), 5)
		return
	}
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
