package qr

import (
	"bytes"
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
	"image/color"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngChunk writes one PNG chunk: length, type, data, checksum of type and data.
func pngChunk(out *bytes.Buffer, kind string, data []byte) {
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	start := out.Len()
	out.WriteString(kind)
	out.Write(data)
	out.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(out.Bytes()[start:])))
}

// pngPalette is the PLTE chunk's data.
func pngPalette(colours []color.RGBA) []byte {
	data := make([]byte, 0, 3*len(colours))
	for _, c := range colours {
		data = append(data, c.R, c.G, c.B)
	}
	return data
}

// deflateRows compresses a picture's rows, all of one length, as they stand in the file.
// A drawing is runs of one colour, and rows that are like the one above: so the
// byte before and the byte above are the only places to copy from that are tried.
func deflateRows(rows []byte, length int) []byte {
	z := deflater{out: append(make([]byte, 0, len(rows)/32), 0x78, 0x01)}
	z.bits(0b011, 3)
	for i := 0; i < len(rows); {
		n, from := sameAs(rows, i, 1), 1
		if above := sameAs(rows, i, length); above > n {
			n, from = above, length
		}
		if n < 3 {
			z.literal(rows[i])
			i++
			continue
		}
		z.length(n)
		z.distance(from)
		i += n
	}
	out := z.finish()
	return binary.BigEndian.AppendUint32(out, adler32.Checksum(rows))
}

// sameAs counts the bytes from i on that repeat those at the distance before,
// as far as one copy can reach.
func sameAs(rows []byte, i, distance int) int {
	if i < distance {
		return 0
	}
	end := min(len(rows), i+258)
	n := i
	for n < end && rows[n] == rows[n-distance] {
		n++
	}
	return n - i
}
