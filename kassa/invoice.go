package kassa

import (
	"fmt"
	"time"

	"payferbot/money"
)

// State is where an invoice stands.
//
//	creating → pending | rejected | unknown | paid
//	unknown  → pending | absent | paid
//	pending  → paid | expired | cancelled
//	absent | expired | cancelled → paid (late)
//
// Paid is final. So is rejected, but for a webhook that makes us ask all the
// same: where check then says paid, money came, and that outweighs any table.
type State string

// The states.
const (
	Creating  State = "creating"  // the intent is saved, create's answer is not
	Pending   State = "pending"   // Payfer waits for the money
	Rejected  State = "rejected"  // Payfer refused, nothing was created
	Unknown   State = "unknown"   // create's reply was lost: it may exist or not
	Absent    State = "absent"    // Payfer does not know it, or it was replaced by another attempt
	Paid      State = "paid"      // check said so
	Expired   State = "expired"   // check said so
	Cancelled State = "cancelled" // check said so
)

// Invoice is one payment asked of Payfer under one order code. A code is sent
// to create at most once; when its reply is lost a second attempt gets an
// Invoice of its own with the same number, and people see one.
type Invoice struct {
	Order  string // 16 base32 characters, or our name for a stranger
	Code   string `json:",omitempty"` // of a stranger: what Payfer calls the order
	Peer   PeerID // the chat that asked
	Number int    // № within that chat
	Shop   ShopID
	Asked  money.Amount
	Note   string `json:",omitempty"`
	By     int64  `json:",omitempty"` // Telegram's id of the person who asked
	Origin Origin // the command that asked

	State   State
	Created time.Time    // when the command was taken
	Started time.Time    // when this attempt's create was about to be sent
	Unique  money.Amount // what the customer must transfer, exactly; 0: not known
	Expires time.Time    // zero: not known
	Ended   time.Time    // when it left creating, unknown and pending
	Paid    money.Amount // what really came; 0: not known
	PaidAt  time.Time    // as Payfer says; zero: not known
	Refusal Refusal      `json:",omitempty"` // why it was rejected
	PayTo   Details      // where the customer sends the money; kept true while it can be paid

	Late       bool `json:",omitempty"` // paid after it had expired, been cancelled or gone missing
	Mismatch   bool `json:",omitempty"` // what came is not what was asked
	Repeat     bool `json:",omitempty"` // the same was paid before, by the other attempt or before it was issued again
	SumDoubt   bool `json:",omitempty"` // Payfer's sum was unreadable
	Overdue    bool `json:",omitempty"` // past its expiry, yet Payfer still says pending
	PaidBefore bool `json:",omitempty"` // the other attempt was paid: do not pay this one
	Withdrawn  bool `json:",omitempty"` // the shop took it back; Payfer knows nothing of that, so it is watched on

	Renewed   string `json:",omitempty"` // the order that was issued in its place when it had come to nothing
	RenewedAs int    `json:",omitempty"` // and its number
	Renews    string `json:",omitempty"` // the order in whose place it was issued
	RepeatOf  int    `json:",omitempty"` // with Repeat: the number of the one that was paid before, where it is another

	Prior string `json:",omitempty"` // the order of the attempt before
	Next  string `json:",omitempty"` // the order of the attempt that replaced this one

	Zone    string    `json:",omitempty"` // the time zone its stamps were found to be in
	Hinted  time.Time // when the latest run of hinted checks began
	Checked time.Time // when Payfer was last asked about it
	Asks    int       // how often Payfer was asked, answered or not
	Failed  int       `json:",omitempty"` // how often in a row it did not answer

	// Kept is until when a stranger that is told is kept, so that it is told once;
	// zero: it waits for its check, or is no stranger.
	Kept time.Time `json:",omitzero"`

	Views []View // Views[0] is the home view, in the chat that asked
}

// Origin is what asked for an invoice; the same origin never makes two.
type Origin string

// MessageOrigin is a command in a chat. Telegram may deliver it twice.
func MessageOrigin(chat int64, message int, date int) Origin {
	return Origin(fmt.Sprintf("message:%d:%d:%d", chat, message, date))
}

// InlineOrigin is the button of an inline message.
func InlineOrigin(inline string) Origin { return Origin("inline:" + inline) }

// RenewOrigin is the press on "try again" under an invoice.
func RenewOrigin(order string) Origin { return Origin("renew:" + order) }

// View is one message that shows the invoice.
type View struct {
	Peer      PeerID
	Message   int    `json:",omitempty"` // Telegram's message id; 0: not sent yet
	Photo     bool   `json:",omitempty"` // a photo with a caption, not a text
	Stale     int    `json:",omitempty"` // a notice that this message replaced, to be deleted
	Shown     string `json:",omitempty"` // the Face that it shows
	Announced bool   `json:",omitempty"` // the chat was told that it is paid

	// Showing and Announcing are sends begun whose outcome is not recorded. They
	// are written before the send; found again later, nobody knows whether the
	// message arrived, so it goes out once more, marked as possibly a repeat.
	// They stand here, not with the peer, so that no other message there, and no
	// second attempt at the invoice, makes the doubt forgotten.
	Showing    bool `json:",omitempty"`
	Announcing bool `json:",omitempty"`

	// In is the chat that Message, and what it answers, stand in. Once it is not the peer's any more,
	// for the group became a supergroup, the message is out of our reach, and its
	// number may be that of another one.
	In      int64 `json:",omitempty"`
	Thread  int   `json:",omitempty"` // the topic in which it stands; 0: none
	Answers int   `json:",omitempty"` // the message that it answers, in a group; 0: none
	Guest   bool  `json:",omitempty"` // a customer's chat
	Inline  bool  `json:",omitempty"` // an inline message, which can only be edited

	// Picture is what Telegram calls the picture in the message, and Pictured how
	// the invoice stood when it was put there.
	Picture  string   `json:",omitempty"`
	Pictured Standing `json:",omitempty"`

	// Lost counts sends in a row of which nobody knows whether they arrived, and
	// Later is when the next may be tried: what cannot be sent delays nothing else.
	Lost  int `json:",omitempty"`
	Later time.Time
	// Alone says that Telegram refused this news among others: it is told by itself.
	Alone bool `json:",omitempty"`

	Copy   bool   `json:",omitempty"` // a second copy, from a send nobody recorded: edited, never announced
	Broken string `json:",omitempty"` // why Telegram will not let us change it any more
}

// begun is the view's mark for sends of the kind; nil: a delivery of this kind
// leaves nothing behind that could stand there twice.
func (v *View) begun(k Kind) *bool {
	switch k {
	case Show:
		return &v.Showing
	case Announce:
		return &v.Announcing
	}
	return nil
}

// Face is all of the invoice that its message shows, as one comparable value:
// a view whose Shown differs is stale.
func (inv *Invoice) Face() string {
	var links string
	if to := inv.PayTo.Links; len(to) > 0 {
		links = fmt.Sprint(to)
	}
	var renewed string
	if inv.RenewedAs != 0 {
		renewed = fmt.Sprint(" renewed as ", inv.RenewedAs)
	}
	return fmt.Sprintf("%s %s %d %d %d %t%t%t%t%t%t%t {%s %s}%s%s", inv.State, inv.Refusal, inv.Unique, inv.Paid, inv.Expires.Unix(),
		inv.Late, inv.Mismatch, inv.Repeat, inv.SumDoubt, inv.Overdue, inv.PaidBefore, inv.Withdrawn, inv.PayTo.Card, inv.PayTo.Holder, links, renewed)
}

// Open tells whether people may still wait for this invoice's money.
func (inv *Invoice) Open() bool { return inv.Next == "" && !inv.Withdrawn && inv.awaits() }

// awaits tells that Payfer waits for the money, or may yet turn out to.
func (inv *Invoice) awaits() bool {
	return !inv.Stranger() && (inv.State == Creating || inv.State == Unknown || inv.State == Pending)
}

// Listed tells whether the invoice belongs into lists and reports: an attempt
// that was replaced does so only if money came for it, and a stranger in none.
func (inv *Invoice) Listed() bool {
	return !inv.Stranger() && (inv.Next == "" || inv.State == Paid)
}
