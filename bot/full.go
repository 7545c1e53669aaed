package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
)

// What people hear when the store has no room: the disk, or Redis' memory, is full.
//
// New work is refused at once and for good. Whoever stands at a counter must
// know now whether there will be a QR; one that appears in half an hour, when
// the customer is gone and the command was sent three times over, helps nobody. So
// a command that was refused is forgotten: by Telegram, where it could not be
// saved, and by the inbox, where it was. What needs no writing (/help,
// /invoices) is answered all the same.
//
// Where it cannot be forgotten, because forgetting takes room too, or because
// the invoice was already begun, the person is told that the answer comes later,
// and it does. And what Telegram itself says, that we were let into a group or
// that a group moved, nobody can say again: it is kept until there is room.

// fullPause is the longest pause before a try while the store is full: room comes at once.
const fullPause = 5 * time.Second

// verdict is what became of a letter that could not be saved: nil, it may be forgotten.
type verdict chan error

// receiveFull takes letters for which, together, the store has no room. Each is
// tried alone, for a small one may still fit. What does not is answered unsaved, and
// Telegram may forget the letters when that has been done. Where one has to be
// kept nil is not given, Telegram sends all of them again, and those that were
// answered are known by then.
func (i *intake) receiveFull(ctx context.Context, letters []kassa.Letter) error {
	rooms := i.rooms.Load()
	if rooms == nil {
		return kassa.ErrFull // another process answers people; this one has no say
	}
	verdicts := map[int64]verdict{}
	for _, l := range letters {
		switch err := i.save(ctx, []kassa.Letter{l}); {
		case errors.Is(err, kassa.ErrFull):
			e := readLetter(l, i.lease.log)
			e.unsaved = make(verdict, 1)
			verdicts[l.ID] = e.unsaved
			rooms.put(e)
		case err != nil:
			return err
		}
	}
	var kept []error
	for id, v := range verdicts {
		select {
		case err := <-v:
			if err == nil {
				i.answered(id)
			}
			kept = append(kept, err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.Join(kept...)
}

// dealUnsaved answers a letter that the store had no room for. An error keeps it at Telegram.
func (b *Bot) dealUnsaved(work context.Context, u *update) error {
	if u == nil {
		return nil
	}
	err := b.attempt(work, u, 0)
	if !errors.Is(err, kassa.ErrFull) {
		return err
	}
	if !u.sayable() {
		return err
	}
	key := "full"
	if b.begun(work, u) {
		key = "full_later" // the watcher has it: it needs no letter any more
	}
	b.log.Error("no room: a person was told so", "update", u.ID, "text", key, "error", err)
	return b.tellFull(work, u, key)
}

// dealFull tells the person of a saved letter that there is no room for what was
// asked, and whether that was the end of it.
func (b *Bot) dealFull(work context.Context, inbox kassa.Inbox, e *entry) (over bool) {
	if !e.update.sayable() {
		return false
	}
	if !b.begun(work, e.update) && inbox.Discard(work, e.id) == nil {
		b.log.Error("no room: a letter was refused", "update", e.id)
		_ = b.tellFull(work, e.update, "full")
		return true
	}
	if !e.told {
		e.told = b.tellFull(work, e.update, "full_later") == nil
	}
	return false
}

// sayable tells what a person said, and can say again.
func (u *update) sayable() bool {
	return u.Press != nil || u.Message != nil && u.Message.MovedTo == 0 && u.Message.MovedFrom == 0
}

// begun tells a command whose invoice is in the store already.
func (b *Bot) begun(work context.Context, u *update) bool {
	if u.Message == nil {
		return false
	}
	known, err := b.desk.Issued(work, kassa.MessageOrigin(u.Message.Chat.ID, u.Message.ID, u.Message.Date))
	return err == nil && known
}

// tellFull says it to whoever was speaking to us; an error means that it may not have been heard.
func (b *Bot) tellFull(work context.Context, u *update, key string) error {
	m := u.Message
	if m == nil || (!b.commanded(m) && !b.heeds(m)) {
		return nil
	}
	ctx, cancel := context.WithTimeout(work, callTime)
	defer cancel()
	switch c, _ := parseCommand(m.Text); {
	case c.Name == "start" && key == "full":
		key = "full_press" // a customer, perhaps, who came by a link and has nothing to do with Payfer
	case c.Name == "link" && len(strings.Fields(c.Rest)) > 1:
		b.remove(ctx, m.Chat.ID, m.ID) // it holds a key, and may not have come so far as to be read
	}
	lang := b.langOf(m.From)
	if peer, err := b.desk.Known(ctx, kassa.Address{Chat: m.Chat.ID}); err == nil && peer.Lang != "" {
		lang = peer.Lang
	}
	a := answer{html: b.book.HTML(lang, key, locales.Args{})}
	if !m.Chat.private() {
		a.replyTo = m.ID
	}
	_, err := b.send(ctx, place{m.Chat.ID, m.thread()}, a)
	if f := fateOf(err); f != nil && f.Fate != kassa.Lost && f.Fate != kassa.Flooded {
		return nil // they do not want to hear us
	}
	return err
}
