package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
	"payferbot/sandbox"
	"payferbot/store/redistest"
)

// website makes a payment as the shop's website does: the bot knows nothing of it.
func (o *owner) website(code string) sandbox.Payment {
	o.f.t.Helper()
	p, err := o.f.Payfer.Create(o.shop, 70_000*money.Som, code)
	if err != nil {
		o.f.t.Fatal(err)
	}
	return p
}

// toldOfStrangers are the texts in the chat that tell of payments that the bot did not issue.
func (f *shopfloor) toldOfStrangers(chat int64) (texts []string) {
	f.t.Helper()
	whose := book(f.t).Plain("en", "stranger.whose", nil)
	for _, m := range f.Telegram.Sent(chat) {
		if strings.Contains(m.Text, whose) {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// hears waits until the chat is told of the website's payment, and gives the message.
func (o *owner) hears(chat int64, p sandbox.Payment) sandbox.Message {
	o.f.t.Helper()
	told := o.says("en", "stranger.plain", locales.Args{"Sum": p.Unique.String(), "Code": p.Order})
	return o.f.answerIn(chat, sandbox.Message{Text: "the payment " + p.Order}, told)
}

// wantTold holds that the chat heard so often of payments that the bot did not issue.
func (o *owner) wantTold(chat int64, want int) {
	o.f.t.Helper()
	if told := o.f.toldOfStrangers(chat); len(told) != want {
		o.f.t.Errorf("told %d times of payments that the bot did not issue, want %d:\n%s", len(told), want, o.f.chat(chat))
	}
}

func TestPaymentOfTheWebsiteIsToldOnceInEveryLinkedChat(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k)
		r, o := f.newStaffed(false)
		o.link()
		other := f.newLinked("en")
		f.Payfer.RepeatHooks(20)
		p := o.website("web-<1742>")
		o.pay(p.Order)
		for _, chat := range []int64{o.Chat(), r.ID} {
			m := o.hears(chat, p)
			if !has(o.name, p.Unique.String()+" so'm", "«web-<1742>»")(m) || m.ReplyTo != 0 || len(m.Buttons) != 0 {
				t.Errorf("told %q", m.Text)
			}
		}
		if err := f.Payfer.Flush(soon(t)); err != nil {
			t.Fatal(err)
		}
		f.Payfer.RepeatHooks(1)
		if status := f.post(o.hook, string(f.Payfer.PaidBody(p.Order))); status != http.StatusOK {
			t.Errorf("a further webhook is answered %d", status)
		}
		o.sale()
		m, own := r.invoice(o, "9000")
		o.pay(own.Order)
		r.announced(m)
		o.wantTold(o.Chat(), 1)
		o.wantTold(r.ID, 1)
		o.wantTold(other.Chat(), 0)
		if n := len(f.Payfer.CallsFor(p.Order)); n > 10 {
			t.Errorf("Payfer was asked %d times about one payment", n)
		}
		for _, text := range []string{"/check " + p.Order, "/check 0", "/invoices"} {
			if got := o.ask(text, nil); has(p.Unique.String())(got) {
				t.Errorf("%s is answered %q", text, got.Text)
			}
		}
	})
}

func TestForgedAndOldPaymentsOfTheWebsiteAreNotTold(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k)
		o := f.newLinked("en")
		pending := o.website("web-pending")
		for _, code := range []string{"web-forged", pending.Order} {
			if status := f.post(o.hook, string(f.Payfer.PaidBody(code))); status != http.StatusOK {
				t.Errorf("%s is answered %d", code, status)
			}
		}
		f.Payfer.Advance(-30 * time.Hour)
		old := o.website("web-old")
		o.pay(old.Order)
		f.awaitPayfer("each is asked about", func(v *sandbox.PayferView) bool {
			return len(v.CallsFor("web-forged")) > 0 && len(v.CallsFor(pending.Order)) > 0 && len(v.CallsFor(old.Order)) > 0
		})
		f.Payfer.Advance(30 * time.Hour)
		o.sale()
		o.wantTold(o.Chat(), 0)
		f.awaitPayfer("the pending one is asked about again", func(v *sandbox.PayferView) bool { return len(v.CallsFor(pending.Order)) > 1 })
		if n := len(f.Payfer.CallsFor("web-forged")) + len(f.Payfer.CallsFor(old.Order)); n != 2 {
			t.Errorf("%d questions about a forged and an old one, want one each", n)
		}
		o.pay(pending.Order) // this time it is true
		o.hears(o.Chat(), pending)
		o.wantTold(o.Chat(), 1)
	})
}

func TestPaymentOfTheWebsiteOutlivesAKill(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k)
		o := f.newLinked("en")
		release := make(chan struct{})
		f.Payfer.Fault("check", sandbox.Slow, 1, sandbox.Until(release))
		p := o.website("web-1")
		o.pay(p.Order)
		f.awaitPayfer("the webhook is taken and Payfer asked", func(v *sandbox.PayferView) bool {
			return len(v.Hooks()) == 1 && v.Hooks()[0].Status == http.StatusOK && len(v.CallsFor(p.Order)) > 0
		})
		f.kill()
		close(release)
		f.restart()
		o.hears(o.Chat(), p)
		if code := f.stop(); code != 0 {
			t.Errorf("exit %d", code)
		}
		if left := f.unfinished(); left != (work{}) {
			t.Errorf("there is something to do: %+v", left)
		}
		f.restart()
		o.sale()
		o.wantTold(o.Chat(), 1)
	})
}

// ofForged limits a fault of Payfer to orders that somebody invented.
func ofForged() sandbox.FaultOption {
	return sandbox.When(func(q url.Values) bool { return strings.HasPrefix(q.Get("order"), "forged-") })
}

func TestWebhooksBeyondThoseThatMayWaitAreAskedToComeAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k, "LOG_LEVEL=info")
		o := f.newLinked("en")
		m, own := o.invoice("50000")
		release := make(chan struct{})
		f.Payfer.Fault("check", sandbox.Slow, -1, sandbox.Until(release), ofForged())
		for _, hook := range []string{f.newLinked("en").hook, f.newLinked("en").hook, o.hook} {
			for i := range 64 {
				if status := f.post(hook, string(f.Payfer.PaidBody(fmt.Sprint("forged-", i)))); status != http.StatusOK {
					t.Fatalf("webhook %d is answered %d", i+1, status)
				}
			}
		}
		p := o.website("web-65")
		o.pay(p.Order)
		o.pay(own.Order) // ours finds room
		if err := f.Payfer.Flush(soon(t)); err != nil {
			t.Fatal(err)
		}
		for _, h := range f.Payfer.Hooks() {
			if want := map[string]int{p.Order: http.StatusServiceUnavailable, own.Order: http.StatusOK}[h.Order]; h.Status != want {
				t.Errorf("the webhook of %s is answered %d %s, want %d", h.Order, h.Status, h.Err, want)
			}
		}
		o.announced(m) // while Payfer lets every question about a stranger wait
		close(release)
		f.eventually("there is room for the webhook", func() bool { return f.post(o.hook, string(f.Payfer.PaidBody(p.Order))) == http.StatusOK })
		o.hears(o.Chat(), p)
		o.wantTold(o.Chat(), 1)
	})
}

// eventually asks again and again until it is so.
func (f *shopfloor) eventually(what string, ok func() bool) {
	f.t.Helper()
	ctx := soon(f.t)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			f.t.Fatalf("in vain: %s", what)
		}
	}
}

// A store that failed over to a replica may have lost what was written last.
func TestOrderThatTheStoreForgotIsToldAllTheSame(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k)
		o := f.newLinked("en")
		_, p := o.invoice("50000")
		f.Payfer.LoseHooks(1)
		if code := f.stop(); code != 0 {
			t.Errorf("exit %d", code)
		}
		o.pay(p.Order)
		f.forgetInvoices(o)
		f.restart()
		for range 3 {
			if status := f.post(o.hook, string(f.Payfer.PaidBody(p.Order))); status != http.StatusOK {
				t.Errorf("its webhook is answered %d", status)
			}
		}
		o.hears(o.Chat(), p)
		o.sale()
		o.wantTold(o.Chat(), 1)
	})
}

// forgetInvoices gives the process a store that knows the owner's chat and
// kassa, and nothing else.
func (f *shopfloor) forgetInvoices(o *owner) {
	f.t.Helper()
	var peer kassa.Peer
	var shop kassa.Shop
	s := f.openStore()
	err := s.View(soon(f.t), func(tx kassa.Tx) (err error) {
		if peer, err = tx.PeerAt(kassa.Address{Chat: o.Chat()}); err != nil {
			return err
		}
		shop, err = tx.Shop(peer.Shop)
		return err
	})
	if err := errors.Join(err, s.Close(), f.emptyStore()); err != nil {
		f.t.Fatal(err)
	}
	s = f.openStore()
	err = s.Update(soon(f.t), func(tx kassa.Tx) error {
		tx.PutShop(shop)
		tx.PutPeer(peer)
		return nil
	})
	if err := errors.Join(err, s.Close()); err != nil {
		f.t.Fatal(err)
	}
}

// emptyStore puts an empty store in the place of the old one.
func (f *shopfloor) emptyStore() error {
	if f.redis != nil {
		f.redis = redistest.Start(f.t)
		f.env = append(f.env, "REDIS_URL="+f.redis.URL())
		return nil
	}
	return os.Remove(filepath.Join(f.dir, "data", "payferbot.db"))
}

// While forged webhooks pour in, the payment of an invoice is told as fast as ever.
func TestFloodOfForgedWebhooksDelaysNoPaymentOfOurs(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		const forged, most = 2000, 3 * time.Second
		f := open(t, k, "LOG_LEVEL=info")
		f.binary = fast(t)
		f.launch()
		f.ready()
		o := f.newLinked("en")
		m, p := o.invoice("50000")
		over := make(chan map[int]int, 1)
		go func() {
			over <- flood(t, forged, f.public+o.hook, func(int) []byte { return f.Payfer.PaidBody(kassa.NewOrder()) })
		}()
		f.awaitPayfer("the flood has begun", func(v *sandbox.PayferView) bool { return len(v.Calls("check")) > 20 })
		began := time.Now()
		o.pay(p.Order)
		o.announced(m)
		took := time.Since(began)
		if took > most {
			t.Errorf("told after %v among forged webhooks", took)
		}
		t.Logf("told after %v; the flood was answered %v", took.Round(time.Millisecond), <-over)
		o.wantTold(o.Chat(), 0)
	})
}
