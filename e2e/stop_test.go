package e2e

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"payferbot/money"
	"payferbot/sandbox"
)

// A stop with fifty commands and their webhooks in flight: whatever was said is
// done, then or after the start, and nothing is done twice.
func TestTerminationUnderLoadLosesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		const owners, each = 10, 5
		f := start(t, k)
		people := f.crowd(owners)
		stopNow := f.payEveryOtherAndTellAfter(8)
		var speaking sync.WaitGroup
		for _, o := range people {
			speaking.Go(func() {
				for i := range each {
					o.Send(fmt.Sprintf("/invoice %d", 2000+i))
				}
			})
		}
		<-stopNow
		began := time.Now()
		if code, took := f.stop(), time.Since(began); code != 0 || took > 20*time.Second {
			t.Errorf("exit %d after %v", code, took)
		}
		speaking.Wait()
		t.Logf("stopped with %d of %d invoices made", len(f.Payfer.Payments("")), owners*each)
		f.restart()
		f.awaitPayfer("every command's payment", func(v *sandbox.PayferView) bool { return len(v.Payments("")) >= owners*each })
		for _, o := range people {
			f.await("every invoice", func(v *sandbox.View) bool { return len(photos(v.Sent(o.Chat()))) >= each })
		}
		f.tellAgain(people)
		for _, o := range people {
			o.complete(each)
		}
	})
}

// crowd are linked owners.
func (f *shopfloor) crowd(n int) []*owner {
	f.t.Helper()
	people := make([]*owner, n)
	for i := range people {
		people[i] = f.newLinked("en")
	}
	return people
}

// payEveryOtherAndTellAfter pays every other payment that is made from now on,
// and tells when so many were made.
func (f *shopfloor) payEveryOtherAndTellAfter(n int) <-chan struct{} {
	var mu sync.Mutex
	made, reached := 0, make(chan struct{})
	f.Payfer.OnCreate(func(p sandbox.Payment) {
		mu.Lock()
		defer mu.Unlock()
		made++
		if made%2 == 0 && p.Asked < 5000*money.Som { // those of later sales are paid by hand
			if err := f.Payfer.Pay(p.Order); err != nil {
				f.t.Error(err)
			}
		}
		if made == n {
			close(reached)
		}
	})
	return reached
}

// tellAgain sends the webhooks of all that is paid once more: those that came
// during the stop found nobody, and asking would take a while.
func (f *shopfloor) tellAgain(people []*owner) {
	f.t.Helper()
	var crew errgroup.Group
	for _, o := range people {
		for _, p := range f.Payfer.Payments(o.shop) {
			if p.State == sandbox.Paid {
				crew.Go(func() error {
					_, err := f.Payfer.SendWebhook(soon(f.t), f.public+o.hook, f.Payfer.PaidBody(p.Order))
					return err
				})
			}
		}
	}
	if err := crew.Wait(); err != nil {
		f.t.Error(err)
	}
}

// complete wants one invoice for each command and one announcement for each
// that is paid, and nothing besides.
func (o *owner) complete(commands int) {
	o.f.t.Helper()
	payments := o.f.Payfer.Payments(o.shop)
	shown := map[string]sandbox.Message{}
	for _, m := range o.photos() {
		shown[o.orderIn(m)] = m
	}
	if len(payments) != commands || len(o.photos()) != commands || len(shown) != commands {
		o.f.t.Errorf("%d payments, %d messages, %d orders shown, want %d of each:\n%s", len(payments), len(o.photos()), len(shown), commands, o.chat())
	}
	var paid []sandbox.Payment
	for _, p := range payments {
		if p.State == sandbox.Paid {
			paid = append(paid, p)
		}
	}
	o.f.allTold(patience, paid, o.Chat())
	o.sale()
	for _, p := range payments {
		want := 0
		if p.State == sandbox.Paid {
			want = 1
		}
		n := numbersIn(shown[p.Order].Text)[0]
		if got := tellings(o.f.Telegram.Sent(o.Chat()), n, p.Unique.String()); got != want {
			o.f.t.Errorf("order %s is %s and told %d times:\n%s", p.Order, p.State, got, o.chat())
		}
	}
}

// orderIn finds the order of an invoice's message, also where it never had
// buttons because it was paid before it was shown: then by its unique sum.
func (o *owner) orderIn(m sandbox.Message) string {
	if order := orderOf(m); order != "" {
		return order
	}
	for _, p := range o.f.Payfer.Payments(o.shop) {
		if has(p.Unique.String())(m) {
			return p.Order
		}
	}
	return ""
}
