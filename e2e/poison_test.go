package e2e

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"payferbot/sandbox"
)

// One message that cannot be sent, for ever refused or for ever of unknown
// fate, delays nobody: not what else its chat is owed, and not other chats.
func TestPoisonMessageDelaysNobody(t *testing.T) {
	var scenes []scene
	for name, kind := range map[string]sandbox.Kind{"refused": sandbox.Refuse, "its reply always lost": sandbox.DropAfter, "never arrives": sandbox.DropBefore} {
		for _, many := range []int{3, 6} { // one by one, and gathered
			scenes = append(scenes, scene{fmt.Sprintf("%s, among %d", name, many), func(t *testing.T, f *shopfloor) {
				poisoned(t, f, kind, many)
			}})
		}
	}
	play(t, scenes)
}

// about2 limits a fault to messages that speak of №2 in one chat.
func about2(chat int64) []sandbox.FaultOption {
	return []sandbox.FaultOption{sandbox.InChat(chat), sandbox.When(func(q url.Values) bool {
		return namesInvoice(q.Get("text")+q.Get("caption")+q.Get("media"), 2)
	})}
}

func poisoned(t *testing.T, f *shopfloor, kind sandbox.Kind, many int) {
	o, other := f.newLinked("en"), f.newLinked("en")
	var payments []sandbox.Payment
	for i := range many {
		_, p := o.invoice(fmt.Sprint(50_000 + 1000*i))
		payments = append(payments, p)
	}
	elsewhere, p := other.invoice("9000")
	f.Telegram.Fault("", kind, -1, about2(o.Chat())...)
	began := time.Now()
	o.pay(payments[1].Order) // the poison first: what comes after it must pass it
	for i, p := range payments {
		if i != 1 {
			o.pay(p.Order)
		}
	}
	other.pay(p.Order)
	there := other.announced(elsewhere).Date.Sub(began)
	slowest := time.Duration(0)
	for i, p := range payments {
		if i == 1 {
			continue
		}
		m, err := f.Telegram.WaitSent(soon(t), o.Chat(), func(m sandbox.Message) bool {
			return tellings([]sandbox.Message{m}, i+1, p.Unique.String()) > 0
		})
		if err != nil {
			t.Fatalf("№%d is not told (%v):\n%s", i+1, err, o.chat())
		}
		slowest = max(slowest, m.Date.Sub(began))
	}
	t.Logf("elsewhere after %v, the others of the chat within %v", there.Round(time.Millisecond), slowest.Round(time.Millisecond))
	limit := time.Duration(3+2*many) * time.Second
	if kind == sandbox.DropBefore && many > 3 {
		limit = 40 * time.Second // nobody can tell which of those gathered is at fault: it takes a few tries
	}
	slack := time.Duration(1)
	if raceDetector {
		slack = 3
	}
	if there > 3*time.Second*slack || slowest > limit*slack {
		t.Errorf("elsewhere after %v, the others of the chat within %v", there, slowest)
	}
}
