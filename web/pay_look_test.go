package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"payferbot/kassa"
)

// shelf is a store that takes a while to answer, and counts.
type shelf struct {
	reads atomic.Int32
	takes time.Duration
	err   error
	panic bool
}

func (s *shelf) find(ctx context.Context, order string) (kassa.Invoice, kassa.Shop, error) {
	s.reads.Add(1)
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return kassa.Invoice{}, kassa.Shop{}, ctx.Err()
	}
	if s.panic {
		panic("torn page")
	}
	return kassa.Invoice{Order: order, Number: int(s.reads.Load())}, kassa.Shop{}, s.err
}

func (s *shelf) looks() *looks {
	return &looks{find: s.find, log: quiet(), byOrder: map[string]*look{}}
}

// wait lets time pass in a bubble.
func wait(d time.Duration) { <-time.After(d) }

func TestManyWhoAskForAnOrderReadItOnceASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{takes: 100 * time.Millisecond}
		l := s.looks()
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if inv, _, err := l.at(t.Context(), "a"); err != nil || inv.Number != 1 {
					t.Errorf("got %d, %v", inv.Number, err)
				}
			})
		}
		all.Wait()
		for _, c := range []struct {
			later time.Duration
			want  int
		}{{0, 1}, {lookKept - 1, 1}, {1, 2}, {lookKept - 1, 2}, {time.Hour, 3}} {
			wait(c.later)
			if inv, _, err := l.at(t.Context(), "a"); err != nil || inv.Number != c.want {
				t.Errorf("after %v more: the answer of reading %d, %v; want that of %d", c.later, inv.Number, err, c.want)
			}
		}
		if _, _, err := l.at(t.Context(), "b"); err != nil || s.reads.Load() != 4 {
			t.Errorf("another order: %d readings, %v", s.reads.Load(), err)
		}
	})
}

func TestAFailureIsSharedByThoseWhoWaitAndNotKept(t *testing.T) {
	t.Parallel()
	for _, want := range []error{errors.New("disk full"), kassa.ErrNotFound} {
		synctest.Test(t, func(t *testing.T) {
			s := &shelf{takes: time.Millisecond, err: want}
			l := s.looks()
			var all sync.WaitGroup
			for range 10 {
				all.Go(func() {
					if _, _, err := l.at(t.Context(), "a"); !errors.Is(err, want) {
						t.Errorf("got %v", err)
					}
				})
			}
			all.Wait()
			if n := s.reads.Load(); n != 1 || len(l.byOrder) != 0 {
				t.Errorf("%d readings, %d kept", n, len(l.byOrder))
			}
			s.err = nil
			if _, _, err := l.at(t.Context(), "a"); err != nil {
				t.Errorf("then: %v", err)
			}
		})
	}
}

func TestALookOutlivesWhoBeganIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{takes: time.Second}
		l := s.looks()
		ctx, hangUp := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { _, _, _ = l.at(ctx, "a") })
		synctest.Wait()
		all.Go(func() {
			if _, _, err := l.at(t.Context(), "a"); err != nil {
				t.Errorf("who waited gets %v", err)
			}
		})
		all.Go(func() {
			if _, _, err := l.at(ctx, "a"); !errors.Is(err, context.Canceled) {
				t.Errorf("who waited and hung up gets %v", err)
			}
		})
		synctest.Wait()
		hangUp()
		all.Wait()
		if n := s.reads.Load(); n != 1 {
			t.Errorf("%d readings", n)
		}
	})
}

func TestAStoreThatHangsIsWaitedForFiveSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, began := (&shelf{takes: time.Hour}).looks(), time.Now()
		if _, _, err := l.at(t.Context(), "a"); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != lookTime {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

func TestAPanicLeavesNobodyWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{takes: time.Second, panic: true}
		l := s.looks()
		var all sync.WaitGroup
		all.Go(func() {
			defer func() { _ = recover() }()
			_, _, _ = l.at(t.Context(), "a")
		})
		synctest.Wait()
		if _, _, err := l.at(t.Context(), "a"); !errors.Is(err, errCutShort) {
			t.Errorf("who waited gets %v", err)
		}
		all.Wait()
		s.panic = false
		if _, _, err := l.at(t.Context(), "a"); err != nil {
			t.Errorf("then: %v", err)
		}
	})
}

func TestKeptLooksAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{}
		l := s.looks()
		ask := func(order string) {
			if inv, _, err := l.at(t.Context(), order); err != nil || inv.Order != order {
				t.Errorf("%s: %s, %v", order, inv.Order, err)
			}
		}
		for i := range 3 * mostLooks {
			ask(fmt.Sprint(i))
		}
		if len(l.byOrder) != mostLooks {
			t.Errorf("%d looks kept, want %d", len(l.byOrder), mostLooks)
		}
		reads := s.reads.Load()
		if ask("0"); s.reads.Load() != reads {
			t.Error("those that were there first have lost their places")
		}
		wait(lookKept)
		if ask("new"); len(l.byOrder) != 1 {
			t.Errorf("%d old ones are kept", len(l.byOrder)-1)
		}
	})
}

func TestAPageIsOverdueOnTheSecondWhateverIsKept(t *testing.T) {
	t.Parallel()
	s := sample(nil)
	o := payOptions(t, finder(s, nil))
	now := s.inv.Expires.Add(-1)
	o.Now = func() time.Time { return now }
	h := New(o)
	if got := ask(t, h, "GET", "/pay/"+code+"/status").Body.String(); strings.Contains(got, "overdue") {
		t.Errorf("a moment before: %s", got)
	}
	now = s.inv.Expires
	if got := ask(t, h, "GET", "/pay/"+code+"/status").Body.String(); !strings.Contains(got, `"overdue":true`) {
		t.Errorf("at the end: %s", got)
	}
}
