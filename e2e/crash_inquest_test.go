package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"payferbot/kassa"
)

// inquest tells all that is known of the first commands that something is missing of,
// for a soak does not go the same way again. It ends the processes.
func (w *witness) inquest(t *testing.T, missing []string) {
	t.Helper()
	for _, p := range w.processes() {
		p.run.signal(syscall.SIGKILL)
		p.ended()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	const enough = 3
	told := 0
	for _, c := range w.commands {
		if told < enough && strings.Contains(strings.Join(missing, "\n"), c.note+":") {
			told++
			t.Logf("%s, asked for at %s:\n%s%s%s", c.note, c.at.UTC().Format(time.StampMilli), w.inChat(c), w.atPayfer(c), w.inStore(c))
		}
	}
}

func (w *witness) inChat(c *command) string {
	var out strings.Builder
	for _, m := range w.f.Telegram.Messages(c.o.Chat()) {
		if strings.Contains(m.Text, c.note) || strings.Contains(first(m), c.note) {
			fmt.Fprintf(&out, "  %s message %d, reply to %d, edited %d: %q\n", m.Date.UTC().Format(time.StampMilli), m.ID, m.ReplyTo, m.Edited, m.Text)
		}
	}
	return out.String()
}

func (w *witness) atPayfer(c *command) string {
	var out strings.Builder
	for _, p := range w.f.Payfer.Payments(c.o.shop) {
		if p.Asked != c.sum {
			continue
		}
		fmt.Fprintf(&out, "  order %s is %s, paid at %s\n", p.Order, p.State, p.PaidAt.Format(time.StampMilli))
		for _, call := range w.f.Payfer.CallsFor(p.Order) {
			fmt.Fprintf(&out, "    %s %s: %d %s %s\n", call.At.Format(time.StampMilli), call.Method, call.Status, call.Message, call.Fault)
		}
	}
	return out.String()
}

// inStore is what the bot knows of it.
func (w *witness) inStore(c *command) string {
	var out strings.Builder
	s := w.f.openStore()
	defer s.Close()
	show := func(what string, v any) {
		text, _ := json.Marshal(v)
		fmt.Fprintf(&out, "  %s %s\n", what, text)
	}
	err := s.View(soon(w.f.t), func(tx kassa.Tx) error {
		peer, err := tx.PeerAt(kassa.Address{Chat: c.o.Chat()})
		if err != nil {
			return err
		}
		show("peer", peer)
		ready, err := tx.Ready(peer.ID)
		show("ready", ready)
		if err != nil {
			return err
		}
		owed, err := tx.Owed(peer.ID, 10)
		show("owed", owed)
		if err != nil {
			return err
		}
		for _, p := range w.f.Payfer.Payments(c.o.shop) {
			if p.Asked != c.sum {
				continue
			}
			inv, err := tx.Invoice(p.Order)
			if err != nil {
				return fmt.Errorf("order %s: %w", p.Order, err)
			}
			due, err := tx.Due(p.Order)
			show("invoice", inv)
			show("due", due)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		show("error", err.Error())
	}
	return out.String()
}
