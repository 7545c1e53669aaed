package sim

import (
	"fmt"
	"slices"
	"time"

	"payferbot/kassa"
	"payferbot/money"
	"payferbot/payfer"
)

// website is what the shops sell elsewhere: payments that the bot did not issue.
// All that tells of them is a webhook, and some of those are forged.
func (w *world) website() {
	for i := range w.plan.strangers {
		throw := w.dice.roll(fmt.Sprint("website ", i))
		o := pick(throw, w.owners...)
		order := fmt.Sprint("WEB-", i)
		at, pays := throw.between(0, trouble), throw.below(10) < 7
		w.async(func() {
			elapse(at)
			p := &payment{
				order: order, shop: o.shop, asked: 70_000 * money.Som, unique: 70_000*money.Som + money.Amount(i+1),
				state: payfer.Pending, made: time.Now(), expires: time.Now().Add(w.plan.expiry),
			}
			w.mu.Lock()
			w.payments[order] = p
			w.strange = append(w.strange, order)
			w.mu.Unlock()
			if pays {
				elapse(throw.between(time.Second, 2*w.plan.expiry))
				w.pay(p, p.unique)
				return
			}
			w.hook(order) // forged
		})
	}
}

// taken notes that a webhook was answered 200.
func (w *world) taken(order string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.payments[order].state == payfer.Paid {
		w.hinted[order] = true
	}
}

// concerned are the chats that are to be told of the order's money: the one that
// asked for the invoice, or all of the kassa's where it is a stranger's.
func (w *world) concerned(order string) (chats []int64) {
	w.mu.Lock()
	stranger, shop := slices.Contains(w.strange, order), w.payments[order].shop
	w.mu.Unlock()
	if stranger && !w.fresh() {
		return nil
	}
	if !stranger {
		return []int64{w.chatOf(w.invoice(order).Peer)}
	}
	for _, o := range w.owners {
		if o.shop == shop {
			chats = append(chats, o.chat)
		}
	}
	return chats
}

// judgeStrangers holds what the websites sold to what was told of it.
func (w *world) judgeStrangers() {
	for _, order := range w.strange {
		for _, chat := range w.concerned(order) {
			told := w.said[saying{room: chat, kind: kassa.Announce, order: order}]
			switch {
			case w.hinted[order] && told == 0 && w.fresh():
				w.wrong("%s is paid, its webhook was taken, and %d was never told", order, chat)
			case told > 0:
				w.announced++
			}
		}
	}
}

// fresh tells that Payfer's stamps are near enough to the truth for what it says of a stranger
// to count as news.
func (w *world) fresh() bool { return w.plan.ahead.Abs() < 24*time.Hour }

// code is what Payfer calls the order.
func code(inv kassa.Invoice) string {
	if inv.Stranger() {
		return inv.Code
	}
	return inv.Order
}
