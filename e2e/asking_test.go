package e2e

import "testing"

// Without a public address no webhook comes: the payment is found by asking,
// first after fifteen seconds.
func TestPaymentIsFoundByAskingWhereNoWebhookComes(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		o := start(t, k, "PUBLIC_URL=").newLinked("en")
		m, p := o.invoice("50000")
		o.pay(p.Order)
		if told := o.announced(m); !o.tells("paid.plain", 1, p.Unique)(told) {
			t.Errorf("told %q", told.Text)
		}
		o.edited(m, withoutButtons)
		if n := len(o.f.Payfer.CallsFor(p.Order)); n > 4 {
			t.Errorf("Payfer was called %d times about one order", n)
		}
	})
}

// A Payfer that loses the webhook makes it late, not lost.
func TestLostWebhookIsMadeUpForByAsking(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		o := start(t, k).newLinked("en")
		m, p := o.invoice("50000")
		o.f.Payfer.LoseHooks(1)
		o.pay(p.Order)
		o.announced(m)
		o.sale()
		if got := o.replies(m); len(got) != 1 {
			t.Errorf("%d announcements, want one", len(got))
		}
	})
}
