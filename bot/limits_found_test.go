package bot

import (
	"fmt"
	"testing"
)

// Whoever has seen an offer's button may press it, with a client of his own making,
// under messages of his own; each invoice comes to the chat of the offer's maker.
func TestOneOfferIsNotPressedWithoutEnd(t *testing.T) {
	t.Parallel()
	s := perform(t)
	n := 0
	for person := range 3 {
		for range perMinute {
			n++
			s.tg.Deliver(fmt.Appendf(nil, `{"callback_query":{"id":"%d","from":{"id":%d,"is_bot":false,"first_name":"X"},`+
				`"inline_message_id":"in%[1]d","chat_instance":"1","data":"offer:aaaaaaaaaaaaaaaaaaaaaaaa"}}`, n, 500+person))
		}
	}
	s.settled(n)
	s.desk.see(func() {
		if s.desk.takenUp != perMinute {
			t.Errorf("%d invoices within a minute, want %d", s.desk.takenUp, perMinute)
		}
	})
}
