package qr

import (
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// links are what slips lead to: the page of a short PUBLIC_URL, a chat with the
// bot, the page of a long PUBLIC_URL.
var links = map[string]string{
	"page":      "https://kassa.example/pay/k3v7q2m5x4t6w8ab",
	"chat":      "https://t.me/payfer_kassa_bot?start=pay_k3v7q2m5x4t6w8ab",
	"long page": "https://a-rather-long-name.shops.example-company.uz/telegram/payferbot/production/kassa/market/pay/k3v7q2m5x4t6w8ab",
}

// scan reads a picture as a camera does; empty: there is nothing to read.
func scan(t *testing.T, img *image.Gray) string {
	t.Helper()
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Skip("zbarimg is not installed (zbar-tools)")
	}
	// PGM, for it needs no compression: most of the time would go there.
	file := append(fmt.Appendf(nil, "P5 %d %d 255\n", img.Rect.Dx(), img.Rect.Dy()), img.Pix...)
	path := filepath.Join(t.TempDir(), "slip.pgm")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(zbar, "--quiet", "--raw", path).Output()
	var failed *exec.ExitError
	if nothing := errors.As(err, &failed) && failed.ExitCode() == 4; err != nil && !nothing {
		t.Fatalf("zbarimg: %v", err)
	}
	return strings.TrimRight(string(out), "\n")
}

var bahor = Slip{Shop: "Choyxona «Bahor»", Number: 12, Sum: "50 001,50", Currency: "soʻm"}

func (s Slip) toPay(t testing.TB, link string) []byte {
	t.Helper()
	raw, err := s.ToPay(link)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// photograph is a picture of a slip: the whole of it so many pixels across, then distorted.
type photograph struct {
	name  string
	width int
	distortion
}

// photographs are what a slip has to stand. Noise is what a phone leaves of it:
// none takes a picture without smoothing it.
func photographs(t *testing.T) []photograph {
	jpeg40, unspoilt := compressed(t, 40), after()
	return []photograph{
		{"as sent", slipWidth, unspoilt},
		{"small", 256, unspoilt},
		{"small, jpeg 40", 256, jpeg40},
		{"small, jpeg 40, enlarged", 320, after(jpeg40, scaled(640))},
		{"jpeg 40", 512, jpeg40},
		{"blur 1", 512, blurred(1)},
		{"blur 1.5", 512, blurred(1.5)},
		{"blur 2", 512, blurred(2)},
		{"shaken", 512, shaken(5)},
		{"turned 5°", 512, turned(5)},
		{"turned −5°", 512, turned(-5)},
		{"turned 12°", 512, turned(12)},
		{"turned −12°", 512, turned(-12)},
		{"turned 30°", 512, turned(30)},
		{"turned 90°", 512, turned(90)},
		{"leaning 10 %", 512, leaning(0.1)},
		{"leaning 20 %", 512, leaning(0.2)},
		{"pale", 512, lit(0.4, 130)},
		{"dark", 512, lit(0.35, 0)},
		{"glaring", 512, lit(1.3, 60)},
		{"half in shadow", 512, shaded(0.35)},
		{"noise 8", 512, noisy(8)},
		{"noise 30, smoothed", 512, after(noisy(30), blurred(0.8))},
		{"a good photo", 512, after(turned(-5), leaning(0.05), blurred(1), lit(0.8, 20), noisy(6), jpeg40)},
		{"a fair photo", 512, after(turned(12), leaning(0.1), blurred(1.2), shaded(0.6), noisy(8), jpeg40)},
		{"a poor photo", 512, after(turned(30), blurred(1.2), lit(0.5, 60), noisy(8), blurred(0.8), jpeg40)},
		{"a small poor photo", 360, after(turned(-12), blurred(1), lit(0.6, 50), noisy(8), jpeg40)},
	}
}

// closely skips what looks at pixels by the million where the race detector is at work:
// make test has it again without.
func closely(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("pixels by the million: make test looks at them without the race detector")
	}
}

func TestACameraReadsTheSlipFromAnyPhotograph(t *testing.T) {
	closely(t)
	t.Parallel()
	for name, link := range links {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slip := inGray(decodePNG(t, bahor.toPay(t, link)))
			sizes := map[int]*image.Gray{}
			var table strings.Builder
			for _, p := range photographs(t) {
				if sizes[p.width] == nil {
					sizes[p.width] = wide(slip, p.width)
				}
				read := scan(t, p.distortion(sizes[p.width]))
				fmt.Fprintf(&table, "\n%4d px %-26s %v", p.width, p.name, read == link)
				if read != link {
					t.Errorf("%s: read %q", p.name, read)
				}
			}
			t.Logf("a link of %d letters:%s", len(link), table.String())
		})
	}
}

// A face that is not to be paid from must not lead anywhere, by any code that a camera knows.
func TestACameraReadsNothingFromAClosedSlip(t *testing.T) {
	closely(t)
	t.Parallel()
	for _, f := range faces {
		if strings.HasPrefix(f.name, "to pay") {
			continue
		}
		slip := inGray(decodePNG(t, f.draw(t)))
		for _, width := range []int{slipWidth, 512, 256} {
			if read := scan(t, wide(slip, width)); read != "" {
				t.Errorf("%s, %d pixels across: read %q", f.name, width, read)
			}
		}
	}
}
