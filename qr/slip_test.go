package qr

import (
	"bytes"
	"flag"
	"image"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write the pictures in testdata anew")

// faces are slips as they are shown, in the languages of the chats.
var faces = []struct {
	name, file string
	draw       func(testing.TB) []byte
}{
	{"to pay", "to_pay", func(t testing.TB) []byte { return bahor.toPay(t, links["chat"]) }},
	{"to pay, a long name and sum", "to_pay_long", func(t testing.TB) []byte { return galaba.toPay(t, links["long page"]) }},
	{"paid", "paid", drawn(says(bahor, "Toʻlandi"), Slip.Paid)},
	{"paid otherwise", "doubtful", drawn(says(bahor, "Toʻlandi, lekin sotuvchi bekor qilgan edi"), Slip.Doubtful)},
	{"void", "void", drawn(says(bahor, "Muddati oʻtdi, endi oʻtkazmang"), Slip.Void)},
	{"void, a long name and sum", "void_long", drawn(says(galaba, "Сотувчи бекор қилди, пул ўтказманг"), Slip.Void)},
}

var galaba = Slip{Shop: "«Ўзбекистон Ғалабаси» қишлоқ хўжалиги дўкони, Ҳазорасп", Number: 1204, Sum: "123 456 789,00", Currency: "сўм"}

func says(s Slip, words string) Slip {
	s.Says = words
	return s
}

func drawn(s Slip, face func(Slip) ([]byte, error)) func(testing.TB) []byte {
	return func(t testing.TB) []byte {
		t.Helper()
		raw, err := face(s)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
}

func TestGoldenSlips(t *testing.T) {
	t.Parallel()
	for _, f := range faces {
		raw, path := f.draw(t), filepath.Join("testdata", f.file+".png")
		if *update {
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := decodePNG(t, raw), decodePNG(t, want); !same(got, want) {
			t.Errorf("%s looks different: go test ./qr -run Golden -update, then look at %s", f.name, path)
		}
	}
}

func same(a, b image.Image) bool {
	p, okP := a.(*image.Paletted)
	q, okQ := b.(*image.Paletted)
	if !okP || !okQ || p.Rect != q.Rect {
		return false
	}
	for i := range p.Pix {
		if p.Palette[p.Pix[i]] != q.Palette[q.Pix[i]] {
			return false
		}
	}
	return true
}

func TestAllFacesHaveOneSizeAndAreLight(t *testing.T) {
	t.Parallel()
	for _, f := range faces {
		raw := f.draw(t)
		if b := decodePNG(t, raw).Bounds(); b.Dx() != slipWidth || b.Dy() != slipHeight {
			t.Errorf("%s: %v", f.name, b)
		}
		if len(raw) > 40<<10 {
			t.Errorf("%s: %d bytes", f.name, len(raw))
		}
	}
}

// marked is the box around all that is not paper within a part of a slip.
func marked(t *testing.T, raw []byte, in image.Rectangle) (box image.Rectangle) {
	t.Helper()
	img := decodePNG(t, raw).(*image.Paletted)
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			if img.ColorIndexAt(x, y) != 0 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

func TestTheQRHasItsQuietZoneAndStandsInTheMiddle(t *testing.T) {
	t.Parallel()
	below := image.Rect(border, sumLine+30, slipWidth-border, slipHeight-border-corner)
	for name, link := range links {
		img := decodePNG(t, bahor.toPay(t, link)).(*image.Paletted)
		code := marked(t, bahor.toPay(t, link), below)
		module := 0
		for img.ColorIndexAt(code.Min.X+module, code.Min.Y) != 0 {
			module++
		}
		module /= 7 // the finder's side
		quiet := code.Inset(-4 * module)
		if code.Dx() != code.Dy() || code.Dx() < 480 || module < 11 {
			t.Errorf("%s: a code of %v with modules of %d", name, code.Size(), module)
		}
		if got := marked(t, bahor.toPay(t, link), quiet); got != code {
			t.Errorf("%s: the quiet zone is not quiet: %v in %v", name, got, quiet)
		}
		if left, right := code.Min.X, slipWidth-code.Max.X; left-right > 1 || right-left > 1 {
			t.Errorf("%s: %d pixels to the left and %d to the right", name, left, right)
		}
	}
}

func TestNothingOnASlipOverflows(t *testing.T) {
	closely(t)
	t.Parallel()
	for _, text := range []string{"", " ", "W", "Ы" + strings.Repeat("ЩЖ", 300), strings.Repeat("слово ", 100), "🍵🍵", "\u202eabc\u200f", "שלום", "日本", "a\u0301\xff\x00"} {
		s := Slip{Shop: text, Number: 1 << 40, Sum: "9 223 372 036 854 775 807,99", Currency: "soʻm", Says: text}
		for _, face := range []func(Slip) ([]byte, error){Slip.Paid, Slip.Doubtful, Slip.Void, func(s Slip) ([]byte, error) { return s.ToPay("x") }} {
			raw := drawn(s, face)(t)
			const margin = 30
			left := image.Rect(border, border+corner, border+margin, slipHeight-border-corner)
			for _, in := range []image.Rectangle{left, left.Add(image.Pt(slipWidth-border-margin-border, 0))} {
				if box := marked(t, raw, in); !box.Empty() {
					t.Errorf("%.20q: something at the edge: %v", text, box)
				}
			}
		}
	}
}

func TestASumIsNeverCut(t *testing.T) {
	t.Parallel()
	set := openFonts(t)
	for _, sum := range []string{"1,00", "50 001,50", "92 233 720 368 547 758,07"} {
		p, err := set.price(sum, "soʻm")
		if err != nil {
			t.Fatal(err)
		}
		if p.sum.text != sum || p.currency.text != "soʻm" || p.width().Ceil() > textWidth {
			t.Errorf("%q %q, %d pixels wide", p.sum.text, p.currency.text, p.width().Ceil())
		}
	}
}

func TestALinkTooLongForASlipIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := bahor.ToPay(strings.Repeat("x", 3000)); err == nil {
		t.Error("3000 bytes were drawn")
	}
}

func TestSlipsAreDrawnManyAtATime(t *testing.T) {
	t.Parallel()
	want := make([][]byte, len(faces))
	for i, f := range faces {
		want[i] = f.draw(t)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i, f := range faces {
				if !bytes.Equal(f.draw(t), want[i]) {
					t.Errorf("%s came out otherwise", f.name)
				}
			}
		})
	}
	all.Wait()
}

// BenchmarkSlip is to be read beside BenchmarkQR, which its first faces contain.
func BenchmarkSlip(b *testing.B) {
	for _, f := range faces {
		b.Run(f.file, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.draw(b)
			}
		})
	}
}
