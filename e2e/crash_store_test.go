package e2e

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"payferbot/kassa"
	"payferbot/secret"
	"payferbot/store"
)

// work is what a store still holds for the processes to do.
type work struct {
	owed    int // peers to whom something is owed
	letters int // that wait
	open    int // invoices of which nobody knows yet whether Payfer made them, which people will be told
}

// unfinished opens the store of a process that has ended, and counts what is to be done.
func (f *shopfloor) unfinished() (w work) {
	f.t.Helper()
	ctx := soon(f.t)
	s := f.openStore()
	defer s.Close()
	const all = 1_000_000
	err := s.View(ctx, func(tx kassa.Tx) error {
		far := time.Now().Add(1000 * time.Hour)
		ready, err := tx.ReadyBy(far, all)
		if err != nil {
			return err
		}
		w.owed = len(ready)
		due, err := tx.DueBy(far, all)
		if err != nil {
			return err
		}
		for _, q := range due {
			inv, err := tx.Invoice(q.ID)
			if err != nil {
				return err
			}
			if inv.Next == "" && (inv.State == kassa.Creating || inv.State == kassa.Unknown) {
				w.open++
			}
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	list, err := s.Waiting(ctx)
	if err != nil {
		f.t.Fatal(err)
	}
	w.letters = len(list)
	return w
}

// openStore opens the store of a process that has ended.
func (f *shopfloor) openStore() *store.Store {
	f.t.Helper()
	o := store.Options{DataDir: filepath.Join(f.dir, "data"), Log: slog.New(slog.DiscardHandler)}
	spec := f.variable("SECRET_KEY")
	if url := f.variable("REDIS_URL"); url != "" {
		o.RedisURL = url
	} else if key, err := os.ReadFile(filepath.Join(o.DataDir, "secret.key")); err != nil {
		f.t.Fatal(err)
	} else {
		spec = strings.TrimSpace(string(key))
	}
	var err error
	if o.Keys, err = secret.ParseKeys(spec); err != nil {
		f.t.Fatal(err)
	}
	s, err := store.Open(soon(f.t), o)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// minuteLater is a minute later for the chat: what was sent there counts no more
// against what Telegram takes in a minute. For that the process is stopped and
// started again.
func (f *shopfloor) minuteLater(chat int64) {
	f.t.Helper()
	if code := f.stop(); code != 0 {
		f.t.Errorf("exit %d", code)
	}
	s := f.openStore()
	err := s.Update(soon(f.t), func(tx kassa.Tx) error {
		peer, err := tx.PeerAt(kassa.Address{Chat: chat})
		peer.Pace = time.Time{}
		tx.PutPeer(peer)
		return err
	})
	if err := errors.Join(err, s.Close()); err != nil {
		f.t.Fatal(err)
	}
	f.restart()
}

// variable is a variable that the process is started with.
func (f *shopfloor) variable(name string) (value string) {
	for _, v := range f.env {
		if rest, ok := strings.CutPrefix(v, name+"="); ok {
			value = rest
		}
	}
	return value
}
