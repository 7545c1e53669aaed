package e2e

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"payferbot/locales"
	"payferbot/money"
	"payferbot/sandbox"
)

// texts are read once.
var texts = sync.OnceValues(locales.Load)

// book gives the texts: these tests hold the bot to keys rather than wording.
func book(t *testing.T) *locales.Book {
	t.Helper()
	b, err := texts()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// says tells a message that is this text, or begins with it.
func (o *owner) says(lang, key string, args locales.Args) func(sandbox.Message) bool {
	o.f.t.Helper()
	want := book(o.f.t).HTML(lang, key, args)
	return func(m sandbox.Message) bool { return strings.HasPrefix(m.HTML, want) }
}

// tells tells a message that is about the kassa and begins with the text about
// its invoice number n and a sum.
func (o *owner) tells(key string, n int, sum money.Amount) func(sandbox.Message) bool {
	o.f.t.Helper()
	begins := o.says(o.Lang, key, locales.Args{"Number": n, "Sum": sum.String()})
	return func(m sandbox.Message) bool {
		return begins(m) && has(fmt.Sprintf("№%d", n), sum.String(), o.name)(m)
	}
}

// plain is a text for a toast.
func (o *owner) plain(key string, args locales.Args) string {
	o.f.t.Helper()
	return book(o.f.t).Plain(o.Lang, key, args)
}

// toast waits for what the bot answers to the press of a button.
func (o *owner) toast(m sandbox.Message, which any) string {
	o.f.t.Helper()
	cb, err := o.Press(m, which)
	if err != nil {
		o.f.t.Fatalf("press %v: %v; the message: %q %v", which, err, m.Text, m.Buttons)
	}
	answer, err := cb.Wait(soon(o.f.t))
	if err != nil {
		o.f.t.Fatalf("the press of %v was not answered: %v", which, err)
	}
	return answer.Text
}

// next fails unless the first message after the command is this text: a bot
// that says one thing too many does not pass.
func (o *owner) next(text, key string, args locales.Args) sandbox.Message {
	o.f.t.Helper()
	got := o.ask(text, nil)
	if !o.says("en", key, args)(got) {
		o.f.t.Errorf("%q is answered %q, want %s", text, got.HTML, key)
	}
	return got
}

// current is the message as it stands now.
func (o *owner) current(m sandbox.Message) sandbox.Message {
	o.f.t.Helper()
	now, ok := o.f.Telegram.Message(o.Chat(), m.ID)
	if !ok {
		o.f.t.Fatalf("message %d is gone", m.ID)
	}
	return now
}
