package e2e

import (
	"testing"

	"payferbot/locales"
	"payferbot/sandbox"
)

func TestLinking(t *testing.T) {
	play(t, []scene{
		{"one line links, and the message with the key is deleted before Payfer is asked", linkInOneLine},
		{"the dialogue asks for id and key, and deletes the key", linkByDialogue},
		{"cancel leaves the dialogue", cancelDialogue},
		{"what Payfer says no to is told in words and the key deleted all the same", linkRefused},
		{"unlinked and linked again, open invoices stay watched", unlinkAndBack},
		{"forgotten invoices are not told", forgetNow},
		{"a kassa linked in place of another", linkAnother},
	})
}

func linkInOneLine(t *testing.T, f *shopfloor) {
	o := f.newOwner("en")
	said := o.Send("/link " + o.shop + " " + o.key)
	o.answerTo(said, o.says("en", "link.done", locales.Args{"Shop": o.name}))
	if !o.current(said).Deleted {
		t.Error("the message with the key still stands")
	}
	var deleted sandbox.Call
	for _, c := range f.Telegram.Calls("deleteMessage") {
		if c.Chat == o.Chat() {
			deleted = c
		}
	}
	for _, c := range f.Payfer.Calls("shop") {
		if c.Shop == o.shop && c.At.Before(deleted.At) {
			t.Error("Payfer was asked before the key was deleted")
		}
	}
	if told := o.ask("/shop", nil); !has(o.name, o.shop, "0,00")(told) {
		t.Errorf("/shop: %q", told.Text)
	}
}

func linkByDialogue(t *testing.T, f *shopfloor) {
	o := f.newOwner("en")
	o.next("/link", "link.ask_id", nil)
	o.next(o.shop, "link.ask_key", locales.Args{"ShopID": o.shop})
	said := o.Send(o.key)
	o.answerTo(said, o.says("en", "link.done", locales.Args{"Shop": o.name}))
	if !o.current(said).Deleted {
		t.Error("the message with the key still stands")
	}
	if m, _ := o.invoice("5000"); !has(o.name)(m) {
		t.Errorf("the invoice does not name the kassa: %q", m.Text)
	}
}

func cancelDialogue(t *testing.T, f *shopfloor) {
	o := f.newOwner("en")
	o.next("/cancel", "cancel.nothing", nil)
	o.next("/link", "link.ask_id", nil)
	o.next("/cancel", "cancel.done", nil)
	o.next(o.shop, "unknown_text", nil)
	o.next("50000", "not_linked", nil)
}

func linkRefused(t *testing.T, f *shopfloor) {
	for _, c := range []struct {
		key string
		bad func(o *owner)
	}{
		{"link.wrong", func(o *owner) { f.Payfer.SetKey(o.shop, "another") }},
		{"link.inactive", func(o *owner) { f.Payfer.Deactivate(o.shop) }},
		{"link.maintenance", func(o *owner) { f.Payfer.Fault("shop", sandbox.Maintenance, 1, ofShop(o.shop)) }},
		{"link.no_answer", func(o *owner) { f.Payfer.Fault("shop", sandbox.BadGateway, 1, ofShop(o.shop)) }},
	} {
		for _, lang := range []string{"uz", "ru", "en"} {
			o := f.newOwner(lang)
			c.bad(o)
			said := o.Send("/link " + o.shop + " " + o.key)
			o.answerTo(said, o.says(lang, c.key, nil))
			if !o.current(said).Deleted {
				t.Errorf("%s: the message with the key still stands", c.key)
			}
			o.ask("/invoice 5000", o.says(lang, "not_linked", nil))
		}
	}
}

func unlinkAndBack(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, p := o.invoice("50000")
	o.next("/unlink", "unlink.open", locales.Args{"Shop": o.name, "Count": 1})
	o.next("/invoice 5000", "not_linked", nil)
	o.next("/unlink", "unlink.none", nil)
	o.pay(p.Order)
	if told := o.announced(m); !has("№1", o.name, p.Unique.String())(told) {
		t.Errorf("announced as %q", told.Text)
	}
	o.ask("/link "+o.shop+" "+o.key, o.says("en", "link.done", locales.Args{"Shop": o.name}))
	if again, _ := o.invoice("6000"); !has("№2")(again) {
		t.Errorf("numbers begin anew after linking again: %q", again.Text)
	}
}

func forgetNow(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, p := o.invoice("50000 tea")
	asked := o.ask("/unlink", nil)
	o.toast(asked, "forget:"+o.shop)
	asked = o.edited(asked, has("№1", p.Unique.String(), "tea")) // what will be missed
	o.toast(asked, "forget_yes:"+o.shop)
	o.edited(asked, o.says("en", "unlink.forgotten", locales.Args{"Count": 1}))
	o.pay(p.Order)
	next := f.newOwner("en") // with the same kassa again a webhook that is late would find its key
	o.shop, o.key, o.name = next.shop, next.key, next.name
	o.link()
	o.sale()
	if got := o.replies(m); len(got) != 0 {
		t.Errorf("a forgotten invoice was announced: %q", got[0].Text)
	}
}

func linkAnother(t *testing.T, f *shopfloor) {
	o, other := f.newLinked("en"), f.newOwner("en")
	m, p := o.invoice("50000")
	o.ask("/link "+other.shop+" "+other.key, o.says("en", "link.replaced", locales.Args{"Old": o.name, "Shop": other.name}))
	if m, _ := o.invoice("6000"); !has(other.name)(m) {
		t.Errorf("an invoice of the new kassa reads %q", m.Text)
	}
	o.pay(p.Order)
	if told := o.announced(m); !has(o.name)(told) {
		t.Errorf("the old kassa's invoice is announced as %q", told.Text)
	}
}
