package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"payferbot/fault"
	"payferbot/kassa"
)

const (
	letterTime = 90 * time.Second // for one try; longer than Payfer and Telegram at their slowest
	mostPanics = 3
	// mostTries is after how many failures (about five minutes) a letter is given up,
	// if the store forgets it when told to: then the fault is the letter's, not the store's.
	mostTries = 18
)

// deal answers one letter and then forgets it. While the store fails, the
// letter is tried again and again; the end of taking ends that, and the letter
// stays in the store. One that fails while the store works is given up. A letter
// that the store has no room for has its own rules; see full.go.
func (b *Bot) deal(work, taking context.Context, inbox kassa.Inbox, e entry) {
	if e.unsaved != nil {
		e.judge(b.dealUnsaved(work, e.update))
		return
	}
	pause := newPause()
	for panics := 0; e.update != nil; e.tries++ {
		err := b.attempt(work, e.update, e.tries)
		if err == nil {
			break
		}
		var p *panicError
		if errors.As(err, &p) {
			panics++
		}
		b.log.Error("a letter was not dealt with", "update", e.id, "try", e.tries+1, "error", err)
		full := errors.Is(err, kassa.ErrFull)
		if full && b.dealFull(work, inbox, &e) {
			return
		}
		if full && !e.aside {
			e.stepAside(func() { b.deal(work, taking, inbox, e) })
			return
		}
		hopeless := panics >= mostPanics || e.tries+1 >= mostTries && !full
		if hopeless && inbox.Discard(work, e.id) == nil {
			b.giveUp(work, e.update)
			return
		}
		if sleep(taking, pause.after(err)) != nil {
			return
		}
	}
	fault.At("letter done")
	b.discard(work, taking, inbox, e)
}

// discard forgets the letter, however often the store must be asked.
func (b *Bot) discard(work, taking context.Context, inbox kassa.Inbox, e entry) {
	pause := newPause()
	for {
		err := inbox.Discard(work, e.id)
		if err == nil {
			return
		}
		b.log.Error("a letter that was dealt with cannot be forgotten", "update", e.id, "error", err)
		if errors.Is(err, kassa.ErrFull) && !e.aside {
			e.stepAside(func() { b.discard(work, taking, inbox, e) })
			return
		}
		if sleep(taking, pause.after(err)) != nil {
			return
		}
	}
}

// attempt answers the update; a panic becomes an error.
func (b *Bot) attempt(work context.Context, u *update, try int) (err error) {
	ctx, cancel := context.WithTimeout(work, letterTime)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			b.log.Error("panic", "update", u.ID, "panic", panicked(r), "stack", string(debug.Stack()))
			err = &panicError{what: panicked(r)}
		}
	}()
	return b.answer(ctx, u, try)
}

// giveUp tells the person that it was our fault.
func (b *Bot) giveUp(work context.Context, u *update) {
	ctx, cancel := context.WithTimeout(work, callTime)
	defer cancel()
	switch {
	case u.Press != nil:
		b.toast(ctx, u.Press.ID, b.book.Plain(b.langOf(&u.Press.From), "failed", nil))
	case u.Message != nil && (u.Message.Chat.private() || b.commanded(u.Message)):
		text := b.book.HTML(b.langOf(u.Message.From), "failed", nil)
		b.reply(ctx, place{u.Message.Chat.ID, u.Message.thread()}, answer{html: text})
	}
}

// commanded tells a command that is surely ours.
func (b *Bot) commanded(m *message) bool {
	c, ok := parseCommand(m.Text)
	return ok && b.meant(c) && commands[c.Name].run != nil
}

// panicError is a panic that was caught.
type panicError struct{ what string }

func (e *panicError) Error() string { return "panic: " + e.what }

// panicked describes what was panicked with. Its text may hold what a person
// wrote, so only the runtime's own is kept.
func panicked(r any) string {
	if e, ok := r.(runtime.Error); ok {
		return e.Error()
	}
	return fmt.Sprintf("a %T", r)
}
