package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"payferbot/kassa"
)

// parkedSays asks /readyz until its line of the parked chats is so.
func parkedSays(t *testing.T, a *app, want string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		status, said := parts(t, a)
		if status != 200 {
			t.Fatalf("a chat that cannot be reached is no fault of ours: %d %v", status, said)
		}
		if said["parked"] == want {
			return
		}
		select {
		case <-tick.C:
		case <-soon(t).Done():
			t.Fatalf("parked: %q, want %q", said["parked"], want)
		}
	}
}

func TestReadyzNamesTheParkedChats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := newTestApp(t, w, t.TempDir())
	end := running(t, a)
	u := w.Telegram.User(5, "Ali", "en")
	u.Start("")
	if _, err := w.Telegram.WaitSent(soon(t), u.Chat(), nil); err != nil {
		t.Fatal(err)
	}
	parkedSays(t, a, "none")
	u.Block()
	parkedSays(t, a, "1 chat waits to be reached again: 5 (blocked)")
	u.Unblock()
	parkedSays(t, a, "none")
	end()
}

func TestParkedChatsAreNamedBriefly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		chats int
		want  string
	}{{1, "1 chat waits"}, {2, "2 chats wait"}, {mostParked, "100 chats or more wait"}} {
		if got := waiting(c.chats); got != c.want {
			t.Errorf("%d: %q, want %q", c.chats, got, c.want)
		}
	}
	long := kassa.Peer{At: kassa.Address{Chat: -1001}, Parked: strings.Repeat("ж", parkedWords)}
	if got := parkedPeer(long); !strings.HasPrefix(got, "-1001 (жж") || len(got) > parkedWords+len("-1001 (…)") {
		t.Errorf("%d bytes: %s", len(got), fmt.Sprintf("%.40s", got))
	}
}
