package kassa

import (
	"strconv"
	"time"
)

// PeerID is our own permanent name for a place that we speak to. It stays the
// same when a group becomes a supergroup and Telegram's chat id changes.
type PeerID string

// NewPeerID makes a fresh PeerID.
func NewPeerID() PeerID { return PeerID(code(16)) }

// Address is where Telegram finds a peer.
type Address struct {
	Chat   int64  `json:",omitempty"`
	Inline string `json:",omitempty"` // inline_message_id, where there is no chat
}

// String is the address as a key: "-100123" or "inline:AbC".
func (a Address) String() string {
	if a.Inline != "" {
		return "inline:" + a.Inline
	}
	return strconv.FormatInt(a.Chat, 10)
}

// Private tells a chat with one person from a group.
func (a Address) Private() bool { return a.Chat > 0 }

// Peer is a place that we speak to, and all that hangs on the place rather
// than on an invoice.
type Peer struct {
	ID   PeerID
	At   Address
	Lang string // "uz", "uz-Cyrl", "ru", "en"
	// Title is what the group is called, as far as we have heard; empty in a private chat.
	Title string `json:",omitempty"`
	Shop  ShopID `json:",omitempty"` // the kassa linked here; empty: none
	Last  int    `json:",omitempty"` // the last invoice number given here

	// Everyone lets every member of the group ask for invoices, not the admins alone.
	Everyone bool `json:",omitempty"`

	// Dialogue is what the next plain message answers; the bot's own words.
	Dialogue Dialogue

	// Busy is until when a worker has this peer to itself; zero: nobody has.
	Busy time.Time
	// Pace is when the peer's allowance of messages will be whole again
	// (the theoretical arrival time of a leaky bucket).
	Pace time.Time
	// Hold is until when Telegram forbade sending here (429).
	Hold time.Time
	// Heard is when we last heard that the chat is open, while a delivery was under way:
	// should that come back as forbidden, it was so before.
	Heard time.Time `json:",omitzero"`
	// Failed counts sends in a row whose fate stayed unknown; it stretches the wait.
	Failed int `json:",omitempty"`
	// News is how many announcements in a row were made while edits waited.
	News int `json:",omitempty"`
	// Warned says that the chat was told that Payfer refuses its kassa's key.
	Warned bool `json:",omitempty"`
	// Parked says why nothing can be sent here (blocked, kicked); empty: all is well.
	Parked string `json:",omitempty"`
}

// Dialogue is a conversation that waits for its next answer.
type Dialogue struct {
	Step   string `json:",omitempty"` // empty: none
	ShopID ShopID `json:",omitempty"` // said in an earlier step
	Said   string `json:",omitempty"` // what else was said in an earlier step
	By     int64  `json:",omitempty"` // whose answer is waited for, in a group
	Asked  int    `json:",omitempty"` // the question's message, in a group
	For    PeerID `json:",omitempty"` // the group that is being linked from this private chat
	Since  time.Time
}
