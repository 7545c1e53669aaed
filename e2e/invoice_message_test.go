package e2e

import (
	"bytes"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"payferbot/locales"
	"payferbot/sandbox"
)

func TestInvoiceMessage(t *testing.T) {
	play(t, []scene{
		{"one photo with the exact sum, the note, the kassa and the time", oneMessage},
		{"the QR leads to the customer's page", qrLeadsToPage},
		{"paid or expired, the picture is another one and leads nowhere", closedPicture},
		{"the copy button carries the bare sum", copyButton},
		{"the check button asks Payfer and says how it stands", checkButton},
		{"a command delivered again finds its invoice", redelivered},
	})
}

func TestQRWithoutPublicAddressLeadsToTheBot(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k, "PUBLIC_URL=")
		o := f.newLinked("en")
		m, p := o.invoice("50000")
		if got, want := readQR(t, m.Photo), "https://t.me/"+f.Telegram.Username()+"?start=pay_"+p.Order; got != want {
			t.Errorf("the QR holds %q, want %q", got, want)
		}
		o.next("/webhook", "webhook.off", nil)
	})
}

func oneMessage(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	said := o.Send("/invoice 50000 tea, 2 plov")
	o.answerTo(said, isPhoto)
	o.next("/help", "help", nil)
	var got []sandbox.Message
	for _, m := range f.Telegram.Sent(o.Chat()) {
		if m.ID > said.ID {
			got = append(got, m)
		}
	}
	if len(got) != 2 || !isPhoto(got[0]) {
		t.Fatalf("an invoice is answered with %d messages, want one photo:\n%s", len(got)-1, o.chat())
	}
	m := got[0]
	for _, want := range []string{"№1", o.name, "<code>50 001,50</code> so'm", "tea, 2 plov", "⏳ "} {
		if !strings.Contains(strings.NewReplacer("<b>", "", "</b>", "").Replace(m.HTML), want) {
			t.Errorf("the caption lacks %q: %q", want, m.HTML)
		}
	}
	if !untilForm.MatchString(m.Text) {
		t.Errorf("the caption does not say until when: %q", m.Text)
	}
	img, err := png.Decode(bytes.NewReader(m.Photo))
	if err != nil || img.Bounds().Dx() < 512 {
		t.Errorf("the photo is no PNG of 512 or more (%v)", err)
	}
}

var untilForm = regexp.MustCompile(`⏳.* [0-9]{2}:[0-9]{2}`)

func qrLeadsToPage(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, p := o.invoice("50000")
	if got, want := readQR(t, m.Photo), f.public+"/pay/"+p.Order; got != want {
		t.Errorf("the QR holds %q, want %q", got, want)
	}
}

func closedPicture(t *testing.T, f *shopfloor) {
	o, c := f.newLinked("en"), f.newCustomer("ru")
	for _, end := range []struct {
		does func(order string) error
		sign string
	}{{f.Payfer.Expire, "🕓"}, {f.Payfer.Pay, "✅"}} {
		m, p := o.invoice("50000")
		seen := c.opens(p.Order)
		if err := end.does(p.Order); err != nil {
			t.Fatal(err)
		}
		o.toast(m, "check:"+p.Order)
		ended := func(m sandbox.Message) bool { return has(end.sign)(m) && !slices.ContainsFunc(m.Flat(), copies) }
		shop, customer := o.edited(m, ended), c.edited(seen, ended)
		for who, now := range map[string]sandbox.Message{"the shop": shop, "the customer": customer} {
			if bytes.Equal(now.Photo, m.Photo) || bytes.Equal(now.Photo, seen.Photo) || scanned(t, now.Photo) != "" {
				t.Errorf("%s, %s: the QR is there still", end.sign, who)
			}
		}
		if bytes.Equal(shop.Photo, customer.Photo) {
			t.Errorf("%s: the customer's picture is in the shop's language", end.sign)
		}
	}
}

func copies(b sandbox.Button) bool { return b.CopyText != "" }

var bareSumForm = regexp.MustCompile(`^[0-9]+\.[0-9]{2}$`)

func copyButton(t *testing.T, f *shopfloor) {
	for _, lang := range []string{"uz", "ru", "en"} {
		o := f.newLinked(lang)
		m, p := o.invoice("50000")
		b, ok := m.Button(book(t).Plain(lang, "button.copy", nil))
		if !ok || b.CopyText != "50001.50" || b.CopyText != p.Unique.Plain() || !bareSumForm.MatchString(b.CopyText) {
			t.Errorf("%s: the copy button carries %q, want %s (%v)", lang, b.CopyText, p.Unique.Plain(), m.Buttons)
		}
	}
}

func checkButton(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, p := o.invoice("50000")
	if told := o.toast(m, "check:"+p.Order); !strings.HasPrefix(told, "⏳ №1") || !strings.Contains(told, p.Unique.String()) {
		t.Errorf("told %q", told)
	}
	if told := o.toast(m, "check:"+p.Order); told != o.plain("check.busy", nil) {
		t.Errorf("a second press at once is told %q", told)
	}
	f.Payfer.SetWebhook(o.shop, "")
	m, p = o.invoice("50000")
	o.pay(p.Order)
	if told := o.toast(m, "check:"+p.Order); told != o.plain("check.paid", locales.Args{"Number": 2, "Sum": p.Unique.String()}) {
		t.Errorf("after a payment without a webhook told %q", told)
	}
	o.announced(m)
	m, p = o.invoice("50000")
	f.Payfer.Fault("check", sandbox.BadGateway, 1, sandbox.ForOrder(p.Order))
	if told := o.toast(m, "check:"+p.Order); told != o.plain("check.failed", locales.Args{"Number": 3}) {
		t.Errorf("without an answer told %q", told)
	}
}

func redelivered(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	said := o.Send("/invoice 50000")
	o.answerTo(said, isPhoto)
	f.Telegram.Redeliver(said.Update)
	f.Telegram.Redeliver(said.Update)
	o.invoice("6000")
	if n := len(f.Payfer.Payments(o.shop)); n != 2 || len(o.photos()) != 2 {
		t.Errorf("%d payments and %d messages, want two of two:\n%s", n, len(o.photos()), o.chat())
	}
}

func TestCommandDeliveredAgainAfterARestartFindsItsInvoice(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		o := start(t, k).newLinked("en")
		said := o.Send("/invoice 50000")
		m := o.answerTo(said, isPhoto)
		if code := o.f.stop(); code != 0 {
			t.Errorf("exit %d", code)
		}
		o.f.Telegram.Redeliver(said.Update)
		o.f.restart()
		o.invoice("6000")
		if n := len(o.f.Payfer.Payments(o.shop)); n != 2 || len(o.photos()) != 2 {
			t.Errorf("%d payments and %d messages, want two of two:\n%s", n, len(o.photos()), o.chat())
		}
		o.pay(orderOf(m))
		o.announced(m)
	})
}

// readQR reads a PNG as a phone's camera does.
func readQR(t *testing.T, photo []byte) string {
	t.Helper()
	read := scanned(t, photo)
	if read == "" {
		t.Fatal("no camera reads a QR there")
	}
	return read
}

// scanned is what a camera reads in a PNG; empty: nothing.
func scanned(t *testing.T, photo []byte) string {
	t.Helper()
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Fatal("this test needs zbarimg: sudo apt-get install zbar-tools")
	}
	path := filepath.Join(t.TempDir(), "qr.png")
	if err := os.WriteFile(path, photo, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(soon(t), "zbarimg", "-q", "--raw", path)
	cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS=")
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState.ExitCode() != nothingScanned {
		t.Fatalf("zbarimg: %v", err)
	}
	return strings.TrimRight(string(out), "\n")
}

// nothingScanned is how zbarimg exits where it finds no symbol.
const nothingScanned = 4
