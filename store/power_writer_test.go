package store_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"payferbot/kassa"
	"payferbot/secret"
	"payferbot/store"
)

// asWriter makes the test binary a program that writes to the store in the
// folder "folder" what the seed says: FOLDER SEED.
const asWriter = "PAYFERBOT_TEST_AS_WRITER"

const (
	lanes = 8  // that write at the same time, and so share commits
	steps = 36 // of each lane
	lives = 3  // how often the store is opened for them
	slots = 12 // the invoices of a lane

	lettersOfALane = 1_000_000 // numbers for them
)

// lane is one of those that write: what it does at each step follows from the
// seed, so what the store must hold after any step is known.
type lane struct {
	seed uint64
	id   int
}

// step is what a lane writes at once: in one Update, Receive or Discard.
type step struct {
	n        int
	invoices []kassa.Invoice
	receive  []kassa.Letter
	discard  int64
}

func (l lane) peer() kassa.PeerID { return kassa.PeerID(fmt.Sprint("lane", l.id)) }

func (l lane) order(slot int) string { return fmt.Sprintf("order-%d-%d", l.id, slot) }

// step gives the lane's nth step, from 1.
func (l lane) step(n int) step {
	dice := rand.New(rand.NewPCG(l.seed, uint64(l.id)<<32|uint64(n)))
	first := int64(l.id)*lettersOfALane + int64(n)*10 // number of a letter
	switch n % 6 {
	case 3:
		s := step{n: n}
		for i := range 1 + dice.Int64N(3) {
			s.receive = append(s.receive, kassa.Letter{ID: first + i, Body: words(dice, 3000)})
		}
		return s
	case 5:
		return step{n: n, discard: first - 20} // the first letter of step n-2
	}
	s := step{n: n}
	for range 1 + dice.IntN(4) {
		slot := dice.IntN(slots)
		s.invoices = append(s.invoices, kassa.Invoice{
			Order: l.order(slot), Peer: l.peer(), Shop: "shop", Number: slot + 1, By: int64(n),
			State: kassa.Pending, Created: at(n), Note: string(words(dice, 12_000)),
		})
	}
	return s
}

func at(n int) time.Time { return moment.Add(time.Duration(n) * time.Second) }

// words are a few bytes mostly, up to most at times: pages split and join.
func words(dice *rand.Rand, most int) []byte {
	if dice.IntN(3) > 0 {
		most = 100
	}
	out := make([]byte, dice.IntN(most))
	for i := range out {
		out[i] = 'a' + byte(dice.IntN(26))
	}
	return out
}

// do writes the step. An Update writes its number with the lane's peer, beside
// invoices and their places in due: all of these or none.
func (l lane) do(s *store.Store, step step) error {
	switch ctx := context.Background(); {
	case step.receive != nil:
		_, err := s.Receive(ctx, step.receive, at(step.n))
		return err
	case step.discard != 0:
		return s.Discard(ctx, step.discard)
	default:
		return s.Update(ctx, func(tx kassa.Tx) error {
			tx.PutPeer(kassa.Peer{ID: l.peer(), Last: step.n})
			for _, inv := range step.invoices {
				tx.PutInvoice(inv)
				tx.SetDue("shop", inv.Order, at(step.n))
			}
			return nil
		})
	}
}

// holds is what the store holds of a lane, in words to be compared.
type holds map[string]string

func (h holds) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		fmt.Fprintf(&b, "%s=%.80s\n", name, h[name])
	}
	return b.String()
}

func (h holds) invoice(inv kassa.Invoice, due time.Time) {
	h[inv.Order] = fmt.Sprintf("of step %d, due %s, numbered %d, %x", inv.By, due.UTC(), inv.Number, sha256.Sum256([]byte(inv.Note)))
}

func (h holds) letter(l kassa.Letter) { h[fmt.Sprint("letter ", l.ID)] = string(l.Body) }

// after is what the store must hold of the lane when the first n steps were done.
func (l lane) after(n int) holds {
	h := holds{}
	for i := 1; i <= n; i++ {
		h.take(l.step(i))
	}
	return h
}

// take is what the step makes of it.
func (h holds) take(step step) {
	for _, inv := range step.invoices {
		h.invoice(inv, at(step.n))
	}
	if step.invoices != nil {
		h["last"] = fmt.Sprint(step.n)
	}
	for _, letter := range step.receive {
		h.letter(letter)
	}
	delete(h, fmt.Sprint("letter ", step.discard))
}

// allLetters are those that wait in the inbox.
func allLetters(ctx context.Context, s *store.Store) ([]kassa.Letter, error) {
	ids, err := s.Waiting(ctx)
	if err != nil {
		return nil, err
	}
	return s.Letters(ctx, ids)
}

// found is what the store does hold of the lane. The letters are the store's, read once for all.
func (l lane) found(s *store.Store, letters []kassa.Letter) (holds, error) {
	h := holds{}
	for _, letter := range letters {
		if letter.ID/lettersOfALane == int64(l.id) {
			h.letter(letter)
		}
	}
	err := s.View(context.Background(), func(tx kassa.Tx) error {
		peer, err := tx.Peer(l.peer())
		if err == nil {
			h["last"] = fmt.Sprint(peer.Last)
		} else if !errors.Is(err, kassa.ErrNotFound) {
			return err
		}
		for slot := range slots {
			inv, err := tx.Invoice(l.order(slot))
			if errors.Is(err, kassa.ErrNotFound) {
				continue
			} else if err != nil {
				return err
			}
			due, err := tx.Due(inv.Order)
			if err != nil {
				return err
			}
			h.invoice(inv, due)
		}
		return nil
	})
	return h, err
}

// write is the program: it says "LANE STEP" when a step was acknowledged.
func write(args string) error {
	var dir string
	var seed uint64
	if _, err := fmt.Sscan(args, &dir, &seed); err != nil {
		return err
	}
	for life := range lives {
		if err := writeFor(dir, seed, life*steps/lives+1, (life+1)*steps/lives); err != nil {
			return err
		}
	}
	return nil
}

// writeFor does the lanes' steps from first to last.
func writeFor(dir string, seed uint64, first, last int) error {
	s, err := store.Open(context.Background(), store.Options{DataDir: dir, Keys: keysOf(seed), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	var failures [lanes]error
	for id := range lanes {
		wg.Go(func() {
			l := lane{seed, id}
			for n := first; n <= last && failures[id] == nil; n++ {
				if failures[id] = l.do(s, l.step(n)); failures[id] == nil {
					fmt.Fprintf(os.Stdout, "%d %d\n", id, n)
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(append(failures[:], s.Close())...)
}

// keysOf gives the seed's own key.
func keysOf(seed uint64) *secret.Keyring {
	raw := sha256.Sum256(fmt.Append(nil, seed))
	keys, err := secret.ParseKeys(base64.StdEncoding.EncodeToString(raw[:]))
	if err != nil {
		panic(err)
	}
	return keys
}
