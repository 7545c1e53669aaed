package store

import (
	"fmt"
	"strconv"

	"payferbot/kassa"
)

// The names of all records and indexes, one function each. Engines keep records
// and indexes apart, so that only names of the same sort must differ.

// Records.

// shopKey holds a kassa.Shop with its key sealed.
func shopKey(id kassa.ShopID) string { return "shop:" + string(id) }

// tokenKey leads from a webhook token to a ShopID.
func tokenKey(token string) string { return "token:" + token }

// peerKey holds a kassa.Peer.
func peerKey(id kassa.PeerID) string { return "peer:" + string(id) }

// addressKey leads from where Telegram finds a peer to its PeerID.
func addressKey(at kassa.Address) string { return "address:" + at.String() }

// invoiceKey holds a kassa.Invoice.
func invoiceKey(order string) string { return "invoice:" + order }

// originKey leads from what asked for an invoice to its order.
func originKey(o kassa.Origin) string { return "origin:" + string(o) }

// numberKey leads from a number within a chat to an order.
func numberKey(id kassa.PeerID, n int) string {
	return "number:" + string(id) + ":" + strconv.Itoa(n)
}

// grantKey holds a kassa.Grant, sealed whole.
func grantKey(code string) string { return "grant:" + code }

// letterKey holds the sealed body of an update of Telegram's.
func letterKey(id string) string { return "letter:" + id }

// leaseKey holds who works the inbox, and until when.
func leaseKey() string { return "lease" }

// canaryKey holds a known text, sealed: it tells the right SECRET_KEY.
func canaryKey() string { return "canary" }

// probeKey holds nothing; Ping writes it.
func probeKey() string { return "probe" }

// Indexes. Scores are Unix milliseconds unless said otherwise.

// shopsIndex has every ShopID, at 0.
func shopsIndex() string { return "shops" }

// linksIndex has the PeerIDs to which a shop is linked, at 0.
func linksIndex(id kassa.ShopID) string { return "links:" + string(id) }

// watchedIndex has a shop's orders that are in due, at 0.
func watchedIndex(id kassa.ShopID) string { return "watched:" + string(id) }

// historyIndex has a peer's listed orders by the time of creation.
func historyIndex(id kassa.PeerID) string { return "history:" + string(id) }

// dueIndex has orders by the time of their next check.
func dueIndex() string { return "due" }

// strangersIndex has strangers by the time of their next check.
func strangersIndex() string { return "strangers" }

// waitingIndex has a shop's strangers that are in strangers, at 0.
func waitingIndex(id kassa.ShopID) string { return "waiting:" + string(id) }

// keptIndex has strangers that were told by the time until which they are kept.
func keptIndex() string { return "kept" }

// readyIndex has PeerIDs by the earliest time that they may be spoken to.
func readyIndex() string { return "ready" }

// owedIndex has the orders that a peer is owed a look at, by the time of the debt.
func owedIndex(id kassa.PeerID) string { return "owed:" + string(id) }

// parkedIndex has the peers that cannot be spoken to, at 0.
func parkedIndex() string { return "parked" }

// grantsIndex has grants by the time at which they end.
func grantsIndex() string { return "grants" }

// rateIndex has one member: until when BOT_RATE is used up.
func rateIndex() string { return "rate" }

// inboxIndex has the letters that wait, by the time of arrival.
func inboxIndex() string { return "inbox" }

// seenIndex has the letters of the last two days, by the time of arrival.
func seenIndex() string { return "seen" }

// letterMember is an update_id such that the order of the text is the order of the numbers.
func letterMember(id int64) string { return fmt.Sprintf("%016x", uint64(id)^1<<63) }

// letterID undoes letterMember.
func letterID(member string) (int64, error) {
	n, err := strconv.ParseUint(member, 16, 64)
	return int64(n ^ 1<<63), err
}
