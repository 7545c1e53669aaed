package bot

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestLettersOfOneChatStayInOrderAndChatsRunSideBySide(t *testing.T) {
	t.Parallel()
	const chats, each = 8, 20
	var mu sync.Mutex
	got := map[int64][]int64{}
	abreast := make(chan struct{}, chats)
	all := make(chan struct{})
	var once sync.Once
	m := newMailroom(func(e entry) {
		if e.id < chats { // the first letter of each chat waits for those of all the others
			abreast <- struct{}{}
			if len(abreast) == chats {
				once.Do(func() { close(all) })
			}
			<-all
		}
		mu.Lock()
		defer mu.Unlock()
		got[e.place()] = append(got[e.place()], e.id)
	})
	for n := range int64(chats * each) {
		m.put(entry{id: n, update: &update{Message: &message{Chat: chat{ID: 1 + n%chats}}}})
	}
	for {
		mu.Lock()
		dealt := 0
		for _, ids := range got {
			dealt += len(ids)
		}
		mu.Unlock()
		if dealt == chats*each {
			break
		}
		<-m.space
	}
	m.close()
	m.wait()
	for at, ids := range got {
		if len(ids) != each || !slices.IsSorted(ids) {
			t.Errorf("chat %d: %v", at, ids)
		}
	}
	if len(m.lanes) != 0 || m.waiting != 0 || m.busy != 0 {
		t.Errorf("left over: %d lanes, %d letters, %d hands", len(m.lanes), m.waiting, m.busy)
	}
}

func TestNoMoreIsTakenThanFits(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	m := newMailroom(func(entry) { <-hold })
	for n := range int64(mostWaiting) {
		m.put(entry{id: n, update: &update{Message: &message{Chat: chat{ID: n}}}})
	}
	if !m.full() || m.busy != hands {
		t.Errorf("full %t with %d hands", m.full(), m.busy)
	}
	ctx, cancel := context.WithCancel(context.Background())
	waited := make(chan error, 1)
	go func() { waited <- m.room(ctx) }()
	close(hold)
	if err := <-waited; err != nil {
		t.Error(err)
	}
	cancel()
	m.close()
	m.wait()
}

func TestTheWindowLetsThroughSoManyInAnyMinute(t *testing.T) {
	t.Parallel()
	w := newWindow[int64](2, time.Minute)
	start := time.Unix(1_700_000_000, 0)
	for n, c := range []struct {
		key   int64
		after time.Duration
		want  bool
	}{
		{1, 0, true},
		{1, 30 * time.Second, true},
		{1, 59 * time.Second, false},
		{2, 59 * time.Second, true},
		{1, 60 * time.Second, true},
		{1, 89 * time.Second, false},
		{1, 90 * time.Second, true},
	} {
		if got := w.take(c.key, start.Add(c.after)); got != c.want {
			t.Errorf("step %d: %t", n, got)
		}
	}
	for key := range int64(2 * mostKeys) {
		w.take(1000+key, start)
	}
	if len(w.seen) > mostKeys {
		t.Errorf("remembers %d keys", len(w.seen))
	}
}
