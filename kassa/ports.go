package kassa

import (
	"context"
	"fmt"
	"time"

	"payferbot/money"
	"payferbot/payfer"
)

// Gateway is Payfer; [payfer.Client] is one.
type Gateway interface {
	Create(ctx context.Context, c payfer.Credentials, amount money.Amount, order string) (payfer.Payment, error)
	Check(ctx context.Context, c payfer.Credentials, order string) (payfer.Status, error)
	Shop(ctx context.Context, c payfer.Credentials) (payfer.ShopInfo, error)
}

// Kind is what a delivery does to a chat.
type Kind string

// The kinds of delivery, in the order in which they are chosen.
const (
	Show     Kind = "show"     // send the invoice's message
	Announce Kind = "announce" // tell, as a reply to it, that it is paid
	Edit     Kind = "edit"     // make the message show the present state
	Tidy     Kind = "tidy"     // delete the notice (View.Stale) that the message replaced
	Warn     Kind = "warn"     // tell that Payfer refuses the kassa's key, or accepts it again (Shop.Refused); no invoice
)

// Delivery is one thing to do in one chat.
type Delivery struct {
	Kind    Kind
	Peer    Peer
	Invoice Invoice
	Shop    Shop // its Key is empty: a message has no use for it
	View    View // the view to act on; for an announcement, the one to reply to
	// Also is further news for the same message: paid invoices of the same chat. The
	// message then answers none of theirs.
	Also []Delivery
	// Picture is Telegram's name for a picture of the invoice as it stands now, for
	// an inline message, which takes no other; empty: none is known.
	Picture string
	// Again says that the same message may have been sent before: it is to be
	// marked as possibly a repeat.
	Again bool
}

// Messenger is Telegram. Deliver does what it is told within the context's
// deadline and tells what was sent. Its errors are *SendError.
type Messenger interface {
	Deliver(ctx context.Context, d Delivery) (Sent, error)
}

// Sent is what Telegram says of a message that was sent or edited.
type Sent struct {
	Message int    // its id; 0 where none was sent
	Picture string // Telegram's name for the picture in it; empty: none
}

// Fate is what became of a message that could not be delivered.
type Fate string

// The fates. Only Lost leaves open whether the message arrived.
const (
	Lost      Fate = "lost"      // transport error, 5xx or an unreadable reply: may have arrived
	Flooded   Fate = "flooded"   // 429: not sent, wait SendError.Wait
	Forbidden Fate = "forbidden" // 403: blocked or kicked, the whole peer
	Moved     Fate = "moved"     // the group became the supergroup SendError.MovedTo
	Refused   Fate = "refused"   // 400: this message will never be taken
	Gone      Fate = "gone"      // the message to change does not exist any more
)

// SendError says why Telegram did not confirm a delivery.
type SendError struct {
	Fate    Fate
	Wait    time.Duration // Flooded
	Ours    bool          // Flooded: the message never left us, and the wait is our own idea
	MovedTo int64         // Moved
	Err     error         // the cause, free of secrets
}

func (e *SendError) Error() string { return fmt.Sprintf("telegram: %s: %v", e.Fate, e.Err) }

func (e *SendError) Unwrap() error { return e.Err }

// Refusal is why an invoice could not be made, in words the messages know.
type Refusal string

// The refusals.
const (
	RefusedAmount      Refusal = "amount"      // outside Payfer's limits
	RefusedCredentials Refusal = "credentials" // shop_id or shop_key no longer good
	RefusedInactive    Refusal = "inactive"    // the kassa is not active
	RefusedMaintenance Refusal = "maintenance" // Payfer is being mended
	RefusedUnreachable Refusal = "unreachable" // Payfer could not be reached, nothing was sent
	RefusedOther       Refusal = "other"       // Payfer said no in other words
)
