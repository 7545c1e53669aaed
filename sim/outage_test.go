package sim

import (
	"context"
	"flag"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"payferbot/kassa"
	"payferbot/money"
)

// An hour without Telegram: so many payments wait for each of so many chats.
const (
	outage        = time.Hour
	cutOffPerChat = 20
	drainedWithin = time.Minute
)

var cutOffChats = flag.Int("chats", 10, "for how many chats payments wait while Telegram is down")

// After an hour without Telegram everybody knows of everything within a minute
// of sending, and Telegram's limits are kept meanwhile.
func TestTelegramDownForAnHour(t *testing.T) {
	dir := quickDir(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorldOf(t, plan{processes: 1, shops: (*cutOffChats + 9) / 10, chats: *cutOffChats, rate: 30, zone: time.UTC, expiry: 3 * time.Hour}, dir)
		w.lines = nil
		p := w.boot("p1.1")
		w.processes = []*process{p}
		w.sellAll(p)
		elapse(10 * time.Minute)
		began := time.Now()
		w.plan.episodes = []episode{{atTelegram, "down", began, began.Add(outage)}}
		w.calmFrom = began.Add(outage)
		w.payAll(outage / 4)
		elapse(time.Until(w.calmFrom))
		w.limits = newLimits()
		known, last := w.untilKnown(*cutOffChats * cutOffPerChat)
		t.Logf("%d payments in %d chats known %v after Telegram was back, in %d messages; %d calls refused for a limit",
			known, *cutOffChats, last.Sub(w.calmFrom).Round(10*time.Millisecond), w.limits.news, w.limits.refused)
		if known != *cutOffChats*cutOffPerChat || last.Sub(w.calmFrom) > drainedWithin {
			t.Errorf("%d payments known after %v", known, last.Sub(w.calmFrom))
		}
		if w.limits.refused > 0 {
			t.Errorf("%d calls were refused for a limit", w.limits.refused)
		}
		p.stop()
		<-p.ended
		w.tasks.Wait()
		for _, f := range w.faults {
			t.Error(f)
		}
		w.must(w.store.Close())
	})
}

// sellAll gives every chat its invoices.
func (w *world) sellAll(p *process) {
	var chats sync.WaitGroup
	for _, o := range w.owners {
		chats.Go(func() {
			for n := range cutOffPerChat {
				_, err := p.desk.Issue(context.Background(), kassa.Command{
					Peer: o.peer, Origin: kassa.MessageOrigin(o.chat, n+1, 1), Amount: money.Amount(10_000+n) * money.Som, By: 1,
				})
				w.must(err)
				elapse(3 * time.Second)
			}
		})
	}
	chats.Wait()
}

// payAll lets all of it be paid, one after the other, within a time.
func (w *world) payAll(within time.Duration) {
	w.mu.Lock()
	orders := w.orders
	w.mu.Unlock()
	for i, order := range orders {
		w.async(func() {
			elapse(within * time.Duration(i) / time.Duration(len(orders)))
			w.mu.Lock()
			p := w.payments[order]
			w.mu.Unlock()
			w.pay(p, p.unique)
		})
	}
}

// untilKnown waits until so many payments were announced, or for ten minutes. It gives how many were, and when the last was.
func (w *world) untilKnown(all int) (known int, last time.Time) {
	end := time.Now().Add(10 * time.Minute)
	for time.Now().Before(end) {
		elapse(100 * time.Millisecond)
		w.mu.Lock()
		known, last = w.limits.known, w.limits.last
		w.mu.Unlock()
		if known >= all {
			break
		}
	}
	return known, last
}

// limits are Telegram's, as far as they are known: thirty calls a second over all
// chats, one a second in a private chat (a few at once are let pass), twenty a minute in a group.
type limits struct {
	bot     []time.Time
	chats   map[int64][]time.Time
	refused int
	news    int
	known   int
	last    time.Time
}

func newLimits() *limits { return &limits{chats: map[int64][]time.Time{}} }

// take counts one call, or gives how long the chat has to wait. The caller holds mu.
func (l *limits) take(chat int64, now time.Time) (wait time.Duration) {
	most, span := 3, 3*time.Second
	if chat < 0 {
		most, span = 20, time.Minute
	}
	l.bot, l.chats[chat] = since(l.bot, now.Add(-time.Second)), since(l.chats[chat], now.Add(-span))
	switch {
	case len(l.bot) >= 30:
		wait = time.Second
	case len(l.chats[chat]) >= most:
		wait = l.chats[chat][0].Add(span).Sub(now)
	default:
		l.bot, l.chats[chat] = append(l.bot, now), append(l.chats[chat], now)
		return 0
	}
	l.refused++
	return wait.Truncate(time.Second) + time.Second
}

// since are the times after that.
func since(times []time.Time, after time.Time) []time.Time {
	for len(times) > 0 && !times[0].After(after) {
		times = times[1:]
	}
	return times
}

// told counts news. The caller holds mu.
func (l *limits) told(d kassa.Delivery, now time.Time) {
	if d.Kind == kassa.Announce {
		l.news++
		l.known += 1 + len(d.Also)
		l.last = now
	}
}

func (l *limits) String() string {
	return fmt.Sprintf("%d known in %d messages, %d refused", l.known, l.news, l.refused)
}
