package e2e

import (
	"testing"

	"payferbot/locales"
	"payferbot/sandbox"
)

var spoken = []string{"uz", "ru", "en"}

func TestPayfersNoIsToldInPeoplesWords(t *testing.T) {
	scenes := []scene{{"try again makes the invoice", tryAgain}}
	for key, bad := range map[string]func(o *owner){
		"inactive":    func(o *owner) { o.f.Payfer.Deactivate(o.shop) },
		"credentials": func(o *owner) { o.f.Payfer.Revoke(o.shop) },
		"maintenance": func(o *owner) { o.f.Payfer.Fault("create", sandbox.Maintenance, 1, ofShop(o.shop)) },
		"amount": func(o *owner) {
			o.f.Payfer.Fault("create", sandbox.Refuse, 1, ofShop(o.shop), sandbox.Code(400), sandbox.Text("Amount must be between 1000 and 10000000"))
		},
		"other": func(o *owner) {
			o.f.Payfer.Fault("create", sandbox.Refuse, 1, ofShop(o.shop), sandbox.Code(400), sandbox.Text("Invalid <method>"))
		},
	} {
		scenes = append(scenes, scene{key, func(t *testing.T, f *shopfloor) {
			for _, lang := range spoken {
				o := f.newLinked(lang)
				bad(o)
				o.refused(lang, key)
			}
		}})
	}
	play(t, scenes)
}

// refused asks for an invoice and wants a text that says why there is none.
func (o *owner) refused(lang, why string) sandbox.Message {
	o.f.t.Helper()
	m := o.ask("/invoice 50000", nil)
	args := locales.Args{"Number": 1, "Group": false}
	key := "invoice.rejected." + why
	if todo := book(o.f.t).HTML(lang, key+"_todo", args); !o.says(lang, key, args)(m) || !has(todo)(sandbox.Message{Text: m.HTML}) || isPhoto(m) {
		o.f.t.Errorf("%s, %s: told %q", lang, why, m.HTML)
	}
	return m
}

func tryAgain(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	f.Payfer.Fault("create", sandbox.Maintenance, 1, ofShop(o.shop))
	m := o.refused("en", "maintenance")
	o.toast(m, book(t).Plain("en", "button.retry", nil))
	made := o.answerTo(m, isPhoto)
	if _, err := o.Press(m, 0); err == nil { // a second press finds what the first one made
		o.invoice("6000")
	}
	if n := len(f.Payfer.Payments(o.shop)); n > 2 || len(o.photos()) != n {
		t.Errorf("%d payments, %d messages:\n%s", n, len(o.photos()), o.chat())
	}
	o.pay(orderOf(made))
	o.announced(made)
}

func TestUnreachablePayferIsToldInPeoplesWords(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k)
		var people []*owner
		for _, lang := range spoken {
			people = append(people, f.newLinked(lang))
		}
		if err := f.StopPayfer(); err != nil {
			t.Fatal(err)
		}
		for i, lang := range spoken {
			o := people[i]
			o.refused(lang, "unreachable")
			o.ask("/shop", o.says(lang, "shop.no_answer", locales.Args{"Shop": o.name}))
			o.ask("/link "+o.shop+" "+o.key, o.says(lang, "link.no_answer", nil))
		}
		if err := f.StartPayfer(); err != nil {
			t.Fatal(err)
		}
		people[0].sale()
	})
}

func TestLostReplyOfPayferIsToldInPeoplesWords(t *testing.T) {
	play(t, []scene{{"no answer", func(t *testing.T, f *shopfloor) {
		for _, lang := range spoken {
			o := f.newLinked(lang)
			f.Payfer.Fault("create", sandbox.DropAfter, 1, ofShop(o.shop))
			f.Payfer.Fault("check", sandbox.BadGateway, 1, ofShop(o.shop))
			m := o.ask("/invoice 50000", nil)
			args := locales.Args{"Number": 1}
			if !o.says(lang, "invoice.unknown", args)(m) || isPhoto(m) {
				t.Errorf("%s: told %q", lang, m.HTML)
			}
			// The next answer clears it up: one invoice, and the notice goes.
			made := o.answerTo(m, isPhoto)
			o.pay(orderOf(made))
			o.announced(made)
		}
	}}})
}
