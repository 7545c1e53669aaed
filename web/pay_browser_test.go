package web

import (
	"context"
	"image"
	"image/color"
	"image/png"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/money"
)

// chromium runs a real browser without a window, on a phone's narrow screen, and
// gives what it prints. Whatever it says on its console about the page's
// Content-Security-Policy fails the test.
func chromium(t *testing.T, args ...string) string {
	t.Helper()
	name := browser(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args = append([]string{
		"--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
		"--enable-logging=stderr", "--user-data-dir=" + t.TempDir(), "--window-size=360,1200",
	}, args...)
	if os.Getuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...) // it refuses to start as root otherwise
	}
	cmd := exec.CommandContext(ctx, name, args...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("chromium: %v\n%s", err, said.String())
	}
	for line := range strings.Lines(said.String()) {
		if strings.Contains(line, "CONSOLE") {
			t.Errorf("the browser complains: %s", line)
		}
	}
	return string(out)
}

// browser is the one that this machine has.
func browser(t *testing.T) (path string) {
	t.Helper()
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("this test needs a browser: sudo apt-get install chromium")
	return ""
}

// screenshot is the page as a phone shows it.
func screenshot(t *testing.T, url string, args ...string) (path string, picture image.Image) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "page.png")
	chromium(t, append(args, "--screenshot="+path, url)...)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	picture, err = png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return path, picture
}

func serve(t *testing.T, s sale) (url string) {
	t.Helper()
	srv := httptest.NewServer(showing(t, s, nil))
	t.Cleanup(srv.Close)
	return srv.URL + "/pay/" + code
}

// longest is a sale in which all that is foreign is as long as it may be.
func longest(inv *kassa.Invoice) {
	inv.Number, inv.Unique = 1_234_567, 10_000_000*money.Som+99
	inv.PayTo = kassa.Details{Card: "8600123456789012345", Holder: strings.Repeat("ABDURAHMONOVA", 9)}
	inv.Expires = teatime.Add(300 * 24 * time.Hour)
}

func TestAPageHasItsStyleAndFitsANarrowPhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, lang, dark string
		back             color.NRGBA // of the page, around the card
		change           func(*kassa.Invoice)
	}{
		{"light", "uz", "", color.NRGBA{0xee, 0xf1, 0xf4, 0xff}, nil},
		{"dark", "ru", "--blink-settings=preferredColorScheme=0", color.NRGBA{0x0f, 0x12, 0x16, 0xff}, paidFor(func(inv *kassa.Invoice) {
			longest(inv)
			inv.Paid, inv.Mismatch = money.Som, true
		})},
		{"long words", "uz-Cyrl", "", color.NRGBA{0xee, 0xf1, 0xf4, 0xff}, longest},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := sample(c.change)
			if c.name != "light" {
				s.shop.Name = strings.Repeat("Bahoristonim", 40)
			}
			var args []string
			if c.dark != "" {
				args = append(args, c.dark)
			}
			_, picture := screenshot(t, serve(t, s)+"?lang="+c.lang, args...)
			box := picture.Bounds()
			if box.Dx() != 360 {
				t.Fatalf("the screen is %d wide", box.Dx())
			}
			for y := box.Min.Y; y < box.Max.Y; y++ {
				for x := range 11 { // the margin, on both sides
					for _, x := range []int{x, box.Max.X - 1 - x} {
						if got := color.NRGBAModel.Convert(picture.At(x, y)); got != c.back {
							t.Fatalf("at %d, %d there is %v in the margin, want %v", x, y, got, c.back)
						}
					}
				}
			}
		})
	}
}

func TestTheQROnThePageLeadsToThePage(t *testing.T) {
	t.Parallel()
	path, _ := screenshot(t, serve(t, sample(nil)))
	out, err := exec.CommandContext(t.Context(), "zbarimg", "-q", "--raw", path).Output()
	if err != nil {
		t.Fatalf("zbarimg (sudo apt-get install zbar-tools): %v", err)
	}
	if got, want := strings.TrimSpace(string(out)), home+"/pay/"+code; got != want {
		t.Errorf("the QR holds %q, want %q", got, want)
	}
}

func TestAnOpenPageTurnsPaidByItself(t *testing.T) {
	t.Parallel()
	var looks atomic.Int32
	find := func(context.Context, string) (kassa.Invoice, kassa.Shop, error) {
		s := sample(nil)
		if looks.Add(1) > 2 { // the page, then its QR
			s = sample(paidFor(nil))
		}
		return s.inv, s.shop, nil
	}
	srv := httptest.NewServer(New(payOptions(t, find)))
	defer srv.Close()
	dom := chromium(t, "--virtual-time-budget=12000", "--dump-dom", srv.URL+"/pay/"+code+"?lang=en")
	if !strings.Contains(dom, "Paid") || !strings.Contains(dom, `lang="en"`) || strings.Contains(dom, "refresh") {
		t.Errorf("after %d looks the browser shows\n%s", looks.Load(), dom)
	}
}
