package qr

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"

	qrcode "github.com/skip2/go-qrcode"
	"pgregory.net/rapid"
)

var qrTexts = []string{
	"https://t.me/payfer_kassa_bot?start=pay_k3v7q2m5x4t6w8ab",
	"https://kassa.example/pay/k3v7q2m5x4t6w8ab",
	"1",
	"https://" + strings.Repeat("kassa.", 40) + "example/pay/k3v7q2m5x4t6w8ab",
}

func decodePNG(t *testing.T, raw []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func black(img image.Image, x, y int) bool {
	r, _, _, _ := img.At(x, y).RGBA()
	return r == 0
}

// quiet is the width of the light frame in modules.
func quiet(modules [][]bool) int {
	for n, line := range modules {
		for _, dark := range line {
			if dark {
				return n
			}
		}
	}
	return len(modules)
}

func TestTheQRIsTheMatrixPixelForPixel(t *testing.T) {
	t.Parallel()
	for _, text := range qrTexts {
		raw, err := PNG(text)
		if err != nil {
			t.Fatal(err)
		}
		code, err := qrcode.New(text, qrcode.Medium)
		if err != nil {
			t.Fatal(err)
		}
		modules := code.Bitmap()
		img := decodePNG(t, raw)
		side := img.Bounds().Dx()
		if side < least || side != img.Bounds().Dy() || side%len(modules) != 0 {
			t.Fatalf("%d × %d pixels for %d modules", side, img.Bounds().Dy(), len(modules))
		}
		if got := quiet(modules); got != 4 {
			t.Errorf("a quiet zone of %d modules, want 4", got)
		}
		scale := side / len(modules)
		for y := range side {
			for x := range side {
				if black(img, x, y) != modules[y/scale][x/scale] {
					t.Fatalf("%s: pixel %d,%d is wrong", text, x, y)
				}
			}
		}
	}
}

func TestAScannerReadsTheQR(t *testing.T) {
	t.Parallel()
	for _, text := range qrTexts {
		raw, err := PNG(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := scan(t, inGray(decodePNG(t, raw))); got != text {
			t.Errorf("the scanner reads %q, want %q", got, text)
		}
	}
}

func TestEveryMatrixSurvivesOurCompression(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(5, 60).Draw(t, "modules")
		scale := rapid.IntRange(8, 30).Draw(t, "scale")
		modules := make([][]bool, n)
		for i := range modules {
			modules[i] = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "row")
			if i > 0 && rapid.Bool().Draw(t, "same again") {
				modules[i] = modules[i-1]
			}
		}
		raw, err := zlib.NewReader(bytes.NewReader(pngRows(modules, scale)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(raw) // checks the sum as well
		if err != nil {
			t.Fatal(err)
		}
		row := make([]byte, 1+(n*scale+7)/8)
		var want []byte
		for _, line := range modules {
			packRow(row[1:], line, scale)
			want = append(want, bytes.Repeat(row, scale)...)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%d bytes came back wrong (%d were meant)", len(got), len(want))
		}
	})
}

func TestTextTooLongForAQRIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := PNG(strings.Repeat("x", 3000)); err == nil {
		t.Error("3000 bytes were drawn")
	}
}

func BenchmarkQR(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := PNG(qrTexts[0]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkQREncodeLibrary is what BenchmarkQR is measured against.
func BenchmarkQREncodeLibrary(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := qrcode.Encode(qrTexts[0], qrcode.Medium, least); err != nil {
			b.Fatal(err)
		}
	}
}
