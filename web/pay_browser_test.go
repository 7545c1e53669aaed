package web

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"payferbot/kassa"
	"payferbot/money"
)

// most is what a page may weigh as it comes, headers included, in bytes.
const most = 30_000

func TestThePageInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("make test has the browser at work without the race detector")
	}
	t.Parallel()
	chromium := chromium(t)
	for _, c := range []struct {
		name string
		play func(*testing.T, *phone)
	}{
		{"one request, light, readable and no wider than the phone, in every state and language", everyPage},
		{"whole without a script", withoutScript},
		{"a press copies the sum and the card", copies},
		{"where copying is not allowed it selects", selects},
		{"an open page turns into the receipt by itself", turnsPaid},
		{"what was selected stays selected while nothing changes", staysSelected},
		{"a page that could not be shown comes by itself", comesBack},
		{"it counts at the end only, and then says that it is over, also without a network", countsDown},
		{"it counts calmly for those who want calm", countsCalmly},
		{"it asks less often while nobody answers, and at once when it is looked at", backsOff},
		{"it wears Telegram's colours where they can be read", wearsTelegram},
		{"a receipt can be shared and printed", receipts},
		{"the QR leads to the page", codeOnThePage},
		{"pictures for the documents", pictures},
	} {
		t.Run(c.name, func(t *testing.T) { c.play(t, aPhone(chromium, t)) })
	}
}

// longest is a sale in which all that is foreign is as long as it may be.
func longest(s sale) sale {
	s.shop.Name = strings.Repeat("Bahoristonim", 40)
	inv := &s.inv
	inv.Number, inv.Unique = 1_234_567, 10_000_000*money.Som+99
	inv.PayTo.Holder = strings.Repeat("ABDURAHMONOVA", 9)
	inv.PayTo.Card = "8600123456789012345"
	inv.PayTo.Links = append(payLinks(), "https://"+kassa.PayLink(strings.Repeat("uzunnom.", 20))+"uz/{order}")
	inv.Expires = teatime.Add(300 * 24 * time.Hour)
	if inv.State == kassa.Paid && !inv.Mismatch {
		inv.Paid = inv.Unique
	}
	return s
}

// tooWide names what reaches beyond the screen.
const tooWide = `[...document.querySelectorAll('body *')].filter(e => {
	const r = e.getBoundingClientRect();
	return r.width && (r.right > 360 - 11 || r.left < 11);
}).map(e => e.tagName + ' ' + e.className + ': ' + e.textContent.slice(0, 40)).concat(
	document.documentElement.scrollWidth > 360 ? ['it scrolls sideways'] : []).join('\n')`

// tooFaint names the words whose contrast is less than WCAG's AA: 4.5, 3 for large ones.
const tooFaint = `(() => {
	const rgb = c => c.match(/[\d.]+/g).map(Number);
	const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b };
	const faint = [];
	const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (words.nextNode()) {
		const e = words.currentNode.parentElement, style = getComputedStyle(e);
		if (!words.currentNode.data.trim() || !e.getClientRects().length || e.closest('#say')) continue;
		let at = e;
		while (at && rgb(getComputedStyle(at).backgroundColor)[3] === 0) at = at.parentElement;
		const [a, b] = [light(rgb(style.color)), light(rgb(getComputedStyle(at || document.documentElement).backgroundColor))].sort((x, y) => x - y);
		const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
		const contrast = (b + .05) / (a + .05);
		if (contrast < (large ? 3 : 4.5)) faint.push(contrast.toFixed(2) + ' ' + words.currentNode.data);
	}
	return faint.join('\n');
})()`

// fits holds a page that the phone shows to the phone.
func (ph *phone) fits(name string) {
	ph.t.Helper()
	if found := eval[[]string](ph, "["+tooWide+", "+tooFaint+"]"); found[0]+found[1] != "" {
		ph.t.Errorf("%s: too wide: %s; too faint: %s", name, found[0], found[1])
	}
}

func everyPage(t *testing.T, ph *phone) {
	heaviest := 0
	open := func(name, lang string, s sale) {
		st := newStand(t, s)
		defer st.Close()
		ph.open(st.page(lang))
		ph.fits(name + ", " + lang)
		sent, came := ph.asked()
		if len(sent) != 1 || came > most || came == 0 {
			t.Errorf("%s, %s: %d bytes in %q, want %d at most in one request", name, lang, came, sent, most)
		}
		heaviest = max(heaviest, came)
	}
	langs := locale(t).Langs()
	for _, c := range shown {
		for _, lang := range langs {
			open(c.name, lang, sample(c.change))
		}
	}
	ph.media("", "prefers-color-scheme", "dark")
	for i, c := range shown {
		open(c.name+", dark, long words", langs[i%len(langs)], longest(sample(c.change)))
	}
	t.Logf("the heaviest page comes in %d bytes", heaviest)
}

func withoutScript(t *testing.T, ph *phone) {
	ph.without()
	langs := locale(t).Langs()
	for i, c := range shown {
		st := newStand(t, longest(sample(c.change)))
		ph.open(st.page(langs[i%len(langs)]))
		ph.fits(c.name + ", without a script")
		if n := eval[int](ph, `[...document.querySelectorAll('button')].filter(b => b.getClientRects().length).length`); n != 0 {
			t.Errorf("%s: %d buttons that do nothing", c.name, n)
		}
		if got := eval[string](ph, `(document.querySelector('meta[http-equiv=refresh]') || {}).content || ''`); c.refresh > 0 && got != fmt.Sprint(c.refresh) {
			t.Errorf("%s: loads itself anew after %q s, want %d", c.name, got, c.refresh)
		}
		if c.stands == kassa.StandsPending && !strings.Contains(ph.says(), "10000000.99") {
			t.Errorf("%s: no bare sum in\n%s", c.name, ph.says())
		}
		st.Close()
	}
}

// allow lets the page write to the clipboard, and us read it.
func (ph *phone) allow() {
	ph.t.Helper()
	for _, name := range []string{"clipboard-write", "clipboard-read"} {
		_, err := chromedp.CallBrowser(ph.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(ph.ctx).BrowserContextID,
		})
		if err != nil {
			ph.t.Fatal(err)
		}
	}
}

func copies(t *testing.T, ph *phone) {
	ph.allow()
	ph.open(newStand(t, sample(nil)).page("en"))
	for at, want := range map[string]string{"section .copy": "50001.50", ".card .copy": "8600123456789012"} {
		ph.press(at)
		ph.tells(`document.querySelector('#say.on') && document.querySelector('#say').innerText === 'Copied: ` + want + `'`)
		if got := eval[string](ph, `navigator.clipboard.readText()`); got != want {
			t.Errorf("%s copies %q, want %q", at, got, want)
		}
	}
	ph.tells(`!document.querySelector('#say.on')`)
}

func selects(t *testing.T, ph *phone) {
	st := newStand(t, sample(nil))
	for _, c := range []struct{ name, script, want string }{
		{"an old browser", `delete Navigator.prototype.clipboard`, "Copied: 50001.50"},
		{"a refusal", `navigator.clipboard.writeText = () => Promise.reject(new Error('no')); document.execCommand = () => true`, "Copied: 50001.50"},
		{"nothing allowed", `navigator.clipboard.writeText = () => Promise.reject(new Error('no')); document.execCommand = () => { throw new Error('no') }`, "Selected, now press “Copy”."},
	} {
		ph.open(st.page("en"))
		eval[chromedp.Void](ph, c.script+"; undefined")
		ph.press("section .copy")
		ph.tells(`document.querySelector('#say.on') && document.querySelector('#say').innerText === '` + c.want + `'`)
		if got := eval[string](ph, `getSelection().toString()`); got != "50001.50" {
			t.Errorf("%s: %q is selected", c.name, got)
		}
	}
}

func turnsPaid(t *testing.T, ph *phone) {
	st := newStand(t, sample(nil))
	ph.open(st.page("ru"))
	eval[chromedp.Void](ph, `window.same = true; undefined`)
	st.sell(sample(paidFor(nil)))
	ph.tells(`document.querySelector('h1').innerText.includes('Оплачено') && window.same`)
	for _, want := range []string{"50 001,50 сум", "20 января 2024, 15:19", code} {
		if !strings.Contains(ph.says(), want) {
			t.Errorf("no %q in\n%s", want, ph.says())
		}
	}
	if got := eval[string](ph, `document.querySelector('#say').textContent`); got != "Оплачено" {
		t.Errorf("those who listen are told %q", got)
	}
	for _, not := range []string{"8600", "svg"} {
		if strings.Contains(eval[string](ph, `document.querySelector('main').outerHTML`), not) {
			t.Errorf("a receipt with %s", not)
		}
	}
	sent, _ := ph.asked()
	for _, address := range sent[1 : len(sent)-1] {
		if !strings.HasSuffix(address, "/pay/"+code+"/status") {
			t.Errorf("it asked for %s", address)
		}
	}
	ph.fits("after the change")
}

func staysSelected(t *testing.T, ph *phone) {
	st := newStand(t, sample(nil))
	ph.open(st.page("uz"))
	ph.press(".sum .pick")
	selected := `getSelection().toString().trim() === '50 001,50'`
	ph.tells(selected)
	ph.tells(`performance.getEntriesByType('resource').length > 1`) // it asked twice
	ph.tells(selected)
	if got := eval[string](ph, `performance.getEntriesByType('resource').map(e => e.responseStatus).filter(s => s !== 304).join(' ')`); got != "" {
		t.Errorf("it was answered %s", got)
	}
}

func comesBack(t *testing.T, ph *phone) {
	st := newStand(t, sample(nil))
	st.fail(errors.New("disk full"))
	ph.open(st.page("en"))
	ph.tells(`document.querySelector('h1').innerText === 'It cannot be shown right now'`)
	ph.fits("busy")
	st.fail(nil)
	ph.later(0) // as if looked at again
	ph.tells(`document.querySelector('h1').innerText === 'Waiting for payment' && document.title === '№12 · Choyxona «Bahor»'`)
}

const (
	counting = `document.querySelector('.left') && !document.querySelector('.left').hidden`
	count    = `document.querySelector('[role=timer]').innerText`
)

func countsDown(t *testing.T, ph *phone) {
	st := newStand(t, sample(nil)) // ten minutes left; the server's clock stands in 2024, the phone's is right
	ph.open(st.page("en"))
	ph.tells(`document.querySelector('.until')`)
	ph.later(7*time.Minute + 50*time.Second)
	if eval[bool](ph, counting) {
		t.Fatalf("with two minutes and more left it counts: %s", eval[string](ph, count))
	}
	ph.later(15 * time.Second)
	ph.tells(counting)
	if got := eval[string](ph, count); got < "1:50" || got > "1:55" {
		t.Errorf("with 1:55 left it shows %s", got)
	}
	if got := eval[string](ph, `document.querySelector('#say').textContent`); !strings.HasPrefix(got, "Pay by 15:30 1:5") {
		t.Errorf("those who listen are told %q", got)
	}
	ph.fits("counting")
	was := eval[string](ph, count)
	ph.tells(count + ` < '` + was + `'`)
	st.Close()
	ph.later(time.Minute + 52*time.Second)
	ph.tells(`document.querySelector('h1').innerText === 'Time is up, please do not pay'`)
	if got := eval[string](ph, `document.querySelector('main').outerHTML`); strings.Contains(got, "pick") || strings.Contains(got, "svg") || strings.Contains(got, "8600") {
		t.Errorf("over, and yet\n%s", got)
	}
	ph.fits("over")
	ph.tells(`getComputedStyle(document.querySelector('.away')).display !== 'none'`)
}

func countsCalmly(t *testing.T, ph *phone) {
	ph.media("", "prefers-reduced-motion", "reduce")
	ph.open(newStand(t, sample(nil)).page("en"))
	ph.later(8*time.Minute + 20*time.Second)
	ph.tells(counting)
	if got := eval[string](ph, count); got != "1:45" {
		t.Errorf("with 1:40 left it shows %s", got)
	}
}

func backsOff(t *testing.T, ph *phone) {
	ph.inject(`window.waits = []; { const set = setTimeout; window.setTimeout = (f, ms) => { if (f.name === 'ask') { waits.push(ms); ms = 0 } return set(f, ms) } }`)
	st := newStand(t, sample(func(inv *kassa.Invoice) { inv.Expires = time.Time{} }))
	ph.open(st.page("en"))
	ph.tells(`waits.length > 3`)
	st.fail(errors.New("disk full"))
	ph.tells(`waits.filter(ms => ms === 60000).length > 2`)
	ph.tells(`document.documentElement.classList.contains('lost')`)
	if got, want := eval[string](ph, `[...new Set(waits)].join(' ')`), "3000 6000 12000 24000 48000 60000"; got != want {
		t.Errorf("it waits %s ms, want %s", got, want)
	}
	st.fail(nil)
	ph.tells(`waits[waits.length - 1] === 3000 && !document.documentElement.classList.contains('lost')`)
	eval[chromedp.Void](ph, `Object.defineProperty(document, 'hidden', {value: true, configurable: true}); undefined`)
	ph.tells(`waits[waits.length - 1] === 30000`)
}

func wearsTelegram(t *testing.T, ph *phone) {
	st := newStand(t, sample(func(inv *kassa.Invoice) { inv.PayTo.Links = payLinks() }))
	for _, c := range []struct{ name, theme, card, ink, button string }{
		{"dark", `{"bg_color":"#17212b","text_color":"#f5f5f5","hint_color":"#a0b0c0","button_color":"#5288c1","button_text_color":"#ffffff","secondary_bg_color":"#232e3c"}`, "rgb(23, 33, 43)", "rgb(245, 245, 245)", "rgb(69, 115, 162)"},
		{"light", `{"bg_color":"#ffffff","text_color":"#222222","button_color":"#2481cc","button_text_color":"#ffffff","secondary_bg_color":"#f0f0f0"}`, "rgb(255, 255, 255)", "rgb(34, 34, 34)", "rgb(33, 118, 187)"},
		{"faint button", `{"bg_color":"#ffffff","text_color":"#222222","button_color":"#ffee00","button_text_color":"#ffffff"}`, "rgb(255, 255, 255)", "rgb(34, 34, 34)", "rgb(127, 119, 0)"},
		{"faint", `{"bg_color":"#ffffff","text_color":"#cccccc"}`, "rgb(255, 255, 255)", "rgb(20, 24, 29)", "rgb(11, 92, 173)"},
		{"grey", `{"bg_color":"#888888","text_color":"#000000"}`, "rgb(255, 255, 255)", "rgb(20, 24, 29)", "rgb(11, 92, 173)"},
		{"no colour", `{"bg_color":"red;x:url(//a)","text_color":"#222222"}`, "rgb(255, 255, 255)", "rgb(20, 24, 29)", "rgb(11, 92, 173)"},
		{"no theme", `]`, "rgb(255, 255, 255)", "rgb(20, 24, 29)", "rgb(11, 92, 173)"},
		{"null", `null`, "rgb(255, 255, 255)", "rgb(20, 24, 29)", "rgb(11, 92, 173)"},
	} {
		ph.open("about:blank")
		ph.open(st.page("ru") + "#tgWebAppVersion=8.0&tgWebAppThemeParams=" + url.QueryEscape(c.theme))
		for what, want := range map[string]string{
			`getComputedStyle(document.querySelector('main')).backgroundColor`: c.card,
			`getComputedStyle(document.body).color`:                            c.ink,
			`getComputedStyle(document.querySelector('.go')).backgroundColor`:  c.button,
		} {
			if got := eval[string](ph, what); got != want {
				t.Errorf("%s: %s is %s, want %s", c.name, what, got, want)
			}
		}
		ph.fits("Telegram's theme: " + c.name)
		if got := eval[string](ph, `document.querySelector('nav a').hash`); !strings.Contains(got, "tgWebAppThemeParams") {
			t.Errorf("%s: the other languages lose the theme: %q", c.name, got)
		}
	}
}

func receipts(t *testing.T, ph *phone) {
	ph.inject(`window.done = []; window.print = () => done.push('print'); navigator.share = what => { done.push(what.text + ' ' + what.url); return Promise.resolve() }`)
	st := newStand(t, sample(paidFor(nil)))
	ph.open(st.page("en") + "#tgWebAppVersion=8.0")
	ph.press(".share")
	ph.press(".print")
	if got, want := eval[string](ph, `done.join('\n')`), "№12 · Choyxona «Bahor» · Paid · 50 001,50 so'm · 20 Jan 2024, 15:19 "+st.URL+"/pay/"+code+"\nprint"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	ph.media("print", "prefers-color-scheme", "dark")
	for what, want := range map[string]string{
		`getComputedStyle(document.body).backgroundColor`:                                                        "rgb(255, 255, 255)",
		`getComputedStyle(document.querySelector('h1')).color`:                                                   "rgb(0, 0, 0)",
		`[...document.querySelectorAll('button, nav, #say')].filter(e => e.getClientRects().length).length + ''`: "0",
	} {
		if got := eval[string](ph, what); got != want {
			t.Errorf("on paper %s is %s, want %s", what, got, want)
		}
	}
	ph.fits("on paper")
}

func codeOnThePage(t *testing.T, ph *phone) {
	for _, theme := range []string{"light", "dark"} {
		ph.media("", "prefers-color-scheme", theme)
		ph.open(newStand(t, sample(nil)).page("uz"))
		raw, _ := ph.picture()
		path := filepath.Join(t.TempDir(), "page.png")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "zbarimg", "-q", "--raw", path).Output()
		if err != nil {
			t.Fatalf("zbarimg (sudo apt-get install zbar-tools): %v", err)
		}
		if got, want := strings.TrimSpace(string(out)), home+"/pay/"+code; got != want {
			t.Errorf("the QR holds %q, want %q", got, want)
		}
	}
}
