package web

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/money"
)

// pictures are the screenshots of docs/screenshots: -update takes them anew.
func pictures(t *testing.T, ph *phone) {
	for _, c := range []struct {
		name, lang, theme string
		change            func(*kassa.Invoice)
		later             time.Duration
	}{
		{"pending", "uz", "light", func(inv *kassa.Invoice) { inv.PayTo.Links = payLinks() }, 0},
		{"near-end", "ru", "light", nil, 8*time.Minute + 14*time.Second},
		{"paid", "uz", "light", paidFor(nil), 0},
		{"expired", "ru", "light", inState(kassa.Expired), 0},
		{"mismatch", "uz-Cyrl", "light", paidFor(func(inv *kassa.Invoice) { inv.Paid, inv.Mismatch = 50_000*money.Som, true }), 0},
		{"dark", "en", "dark", func(inv *kassa.Invoice) { inv.PayTo.Card, inv.PayTo.Links = "9860123456789012", payLinks()[1:] }, 0},
	} {
		ph.media("", "prefers-color-scheme", c.theme)
		ph.open(newStand(t, sample(c.change)).page(c.lang))
		if c.later > 0 {
			ph.later(c.later)
		}
		_, picture := ph.picture()
		if picture.Bounds().Dx() != phoneWidth {
			t.Errorf("%s is %v", c.name, picture.Bounds())
		}
		if !*updateGolden {
			continue
		}
		var raw bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&raw, fewer(picture)); err != nil {
			t.Fatal(err)
		}
		if raw.Len() > 60<<10 {
			t.Errorf("%s has %d bytes", c.name, raw.Len())
		}
		if err := os.WriteFile(filepath.Join("..", "docs", "screenshots", c.name+".png"), raw.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// fewer keeps the 256 colours that a picture has most of; the others, on the edges
// of letters, become the nearest of these. The file is a third of the size.
func fewer(picture image.Image) image.Image {
	box, seen := picture.Bounds(), map[color.Color]int{}
	each := func(do func(x, y int, c color.Color)) {
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				do(x, y, picture.At(x, y))
			}
		}
	}
	each(func(_, _ int, c color.Color) { seen[c]++ })
	colours := slices.SortedFunc(maps.Keys(seen), func(a, b color.Color) int {
		return cmp.Or(cmp.Compare(seen[b], seen[a]), cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	few := image.NewPaletted(box, colours[:min(256, len(colours))])
	index := map[color.Color]uint8{}
	each(func(x, y int, c color.Color) {
		i, ok := index[c]
		if !ok {
			i = uint8(few.Palette.Index(c))
			index[c] = i
		}
		few.SetColorIndex(x, y, i)
	})
	return few
}
