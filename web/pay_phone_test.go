package web

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"payferbot/kassa"
)

// The screen of a small phone, in CSS pixels.
const (
	phoneWidth  = 360
	phoneHeight = 740
)

// stand is a real server with one sale, which may change; its clock stands at teatime.
type stand struct {
	*httptest.Server
	mu   sync.Mutex
	sale sale
	err  error // of the store
}

func newStand(t *testing.T, s sale) *stand {
	t.Helper()
	st := &stand{sale: s}
	st.Server = httptest.NewServer(New(payOptions(t, func(context.Context, string) (kassa.Invoice, kassa.Shop, error) {
		st.mu.Lock()
		defer st.mu.Unlock()
		return st.sale.inv, st.sale.shop, st.err
	})))
	t.Cleanup(st.Close)
	return st
}

func (st *stand) sell(s sale) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.sale = s
}

// fail makes the store fail with err; nil: no more.
func (st *stand) fail(err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.err = err
}

func (st *stand) page(lang string) string { return st.URL + "/pay/" + code + "?lang=" + lang }

// chromium starts a real browser without a window and gives what opens phones in it.
func chromium(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(findBrowser(t)), chromedp.DisableGPU, chromedp.Flag("hide-scrollbars", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it refuses to start as root otherwise
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	return ctx
}

// findBrowser is the one that this machine has.
func findBrowser(t *testing.T) (path string) {
	t.Helper()
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("this test needs a browser: sudo apt-get install chromium")
	return ""
}

// phone is a browser's tab on a narrow screen, with storage of its own. Whatever
// the browser complains about, the page's Content-Security-Policy first of all, fails the test.
type phone struct {
	t    *testing.T
	ctx  context.Context
	mu   sync.Mutex
	sent []string // the addresses it asked for
	came float64  // the bytes of the answers, as they came
}

// aPhone opens one. Its clock is right, until later moves it.
func aPhone(chromium context.Context, t *testing.T) *phone {
	t.Helper()
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ph := &phone{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, ph.hear); err != nil {
		t.Fatal(err)
	}
	call(ph, network.Enable, network.EnableParams{})
	call(ph, cdplog.Enable, cdp.Empty{})
	call(ph, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: phoneWidth, Height: phoneHeight, DeviceScaleFactor: 1, Mobile: true})
	ph.inject(`window.skew = 0; { const now = Date.now; Date.now = () => now() + skew }`)
	return ph
}

// soon bounds what one thing on the phone may take.
func (ph *phone) soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(ph.ctx, time.Minute)
}

// call sends the browser a command.
func call[P, R any](ph *phone, cmd cdp.Command[P, R], params P) {
	ph.t.Helper()
	ctx, cancel := ph.soon()
	defer cancel()
	if _, err := chromedp.Call(ctx, cmd, params); err != nil {
		ph.t.Fatalf("%s: %v", cmd.Method, err)
	}
}

func (ph *phone) hear(ev any) {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		ph.sent = append(ph.sent, ev.Request.URL)
	case *network.EventLoadingFinished:
		ph.came += ev.EncodedDataLength
	case *runtime.EventExceptionThrown:
		ph.t.Errorf("the script fails: %s", ev.ExceptionDetails.Text)
	case *cdplog.EventEntryAdded:
		if ev.Entry.Source != cdplog.EntrySourceNetwork { // a server that is away is part of some tests
			ph.t.Errorf("the browser complains: %s", ev.Entry.Text)
		}
	}
}

// inject runs a script in front of the page's own, in every page opened from now on.
func (ph *phone) inject(script string) {
	ph.t.Helper()
	call(ph, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

// without turns the page's scripts off.
func (ph *phone) without() {
	ph.t.Helper()
	call(ph, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// media sets what the page may ask of the phone: "prefers-color-scheme", "dark".
func (ph *phone) media(kind string, features ...string) {
	ph.t.Helper()
	p := emulation.SetEmulatedMediaParams{Media: kind}
	for i := 0; i < len(features); i += 2 {
		p.Features = append(p.Features, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	call(ph, emulation.SetEmulatedMedia, p)
}

func (ph *phone) open(url string) {
	ph.t.Helper()
	ph.mu.Lock()
	ph.sent, ph.came = nil, 0
	ph.mu.Unlock()
	ctx, cancel := ph.soon()
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		ph.t.Fatalf("open %s: %v", url, err)
	}
}

// press is a finger on what the selector finds.
func (ph *phone) press(selector string) {
	ph.t.Helper()
	ctx, cancel := ph.soon()
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		ph.t.Fatalf("press %s: %v", selector, err)
	}
}

// tells waits until an expression is true on the page, for half a minute at most.
func (ph *phone) tells(expression string) {
	ph.t.Helper()
	ctx, cancel := ph.soon()
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+expression+")")); err != nil {
		ph.t.Fatalf("never: %s: %v\n%s", expression, err, ph.says())
	}
}

// says is the text that can be seen.
func (ph *phone) says() string { return eval[string](ph, `document.body.innerText`) }

func eval[T any](ph *phone, expression string) T {
	ph.t.Helper()
	ctx, cancel := ph.soon()
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		ph.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// later is that much later on the phone's clock, as when it was asleep.
func (ph *phone) later(d time.Duration) {
	ph.t.Helper()
	eval[bool](ph, fmt.Sprintf(`skew += %d; document.dispatchEvent(new Event('visibilitychange'))`, d.Milliseconds()))
}

// asked are the addresses of the page's requests, and the bytes that they brought.
func (ph *phone) asked() (sent []string, came int) {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	return slices.Clone(ph.sent), int(ph.came)
}

// picture is the whole page as the phone shows it.
func (ph *phone) picture() (raw []byte, picture image.Image) {
	ph.t.Helper()
	ctx, cancel := ph.soon()
	defer cancel()
	raw, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		ph.t.Fatal(err)
	}
	picture, err = png.Decode(bytes.NewReader(raw))
	if err != nil {
		ph.t.Fatal(err)
	}
	return raw, picture
}
