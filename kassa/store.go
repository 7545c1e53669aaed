package kassa

import (
	"context"
	"errors"
	"time"
)

// ErrNotFound is what reads give for what is not there.
var ErrNotFound = errors.New("not found")

// ErrFull is what a write gives that the store had no room for: its disk, or
// Redis' memory, is full. Nothing of it was written. Reads go on, and so do writes
// once there is room; a small one may find some before.
var ErrFull = errors.New("the store is full")

// Store keeps what must outlive the process.
//
// Update runs fn and makes all that it wrote through Tx visible as one atomic
// and durable step, or none of it. Every record that fn read is checked to be
// unchanged at that moment; where another writer came between, fn runs again
// from the start, so it must have no other effects. An error of fn is returned
// as it is and nothing is written.
//
// View runs fn for reading only.
type Store interface {
	Update(ctx context.Context, fn func(Tx) error) error
	View(ctx context.Context, fn func(Tx) error) error
	// Ping says whether the store can take a write now, ErrFull included.
	Ping(ctx context.Context) error
}

// Tx is one look at the store and the changes to be made to it. Reads see the
// Tx's own writes of records. Reads of single records give ErrNotFound; other
// errors are the store's and end the Update.
type Tx interface {
	Shop(ShopID) (Shop, error)
	ShopByToken(token string) (Shop, error)
	PutShop(Shop)
	// Links are the peers to which the shop is linked now.
	Links(ShopID) ([]PeerID, error)
	// Watched is how many of the shop's orders have a place in due.
	Watched(ShopID) (int, error)
	// WatchedOrders gives up to limit of those orders.
	WatchedOrders(shop ShopID, limit int) ([]string, error)
	// Strangers are the shop's strangers that wait for a check. As with Links, an Update
	// that read them counts only if they are still the same: so no more of them wait than may.
	Strangers(ShopID) ([]string, error)

	Peer(PeerID) (Peer, error)
	PeerAt(Address) (Peer, error)
	// PutPeer also moves the peer's place under its address and its shop's links.
	PutPeer(Peer)
	// Parked gives up to limit of the peers that are parked.
	Parked(limit int) ([]PeerID, error)

	Grant(code string) (Grant, error)
	PutGrant(Grant)
	DropGrant(code string)
	// GrantsOver gives up to limit codes of grants that ended at now or before.
	GrantsOver(now time.Time, limit int) ([]string, error)

	Invoice(order string) (Invoice, error)
	InvoiceFrom(Origin) (Invoice, error)
	InvoiceNumbered(PeerID, int) (Invoice, error)
	// PutInvoice also keeps the origin, the number and the history. Where
	// attempts share an origin and a number, these lead to the last one put
	// whose Next is empty.
	PutInvoice(Invoice)
	// DropStranger forgets a stranger: its record, and its places everywhere but in owed.
	DropStranger(shop ShopID, order string)
	// StrangersOver gives up to limit strangers that were kept until now or before, the longest over first.
	StrangersOver(now time.Time, limit int) ([]string, error)
	// History gives the peer's Listed invoices created in [from, to), newest
	// first, at most limit.
	History(peer PeerID, from, to time.Time, limit int) ([]Invoice, error)

	// Due is when the order is to be checked next; zero: never. Unlike a record,
	// a time that is only read is not held to its reading at the end: write it
	// back where its staying matters. The same goes for Ready.
	Due(order string) (time.Time, error)
	// DueBy gives up to limit orders due at now or before, the longest due first.
	DueBy(now time.Time, limit int) ([]Queued, error)
	// StrangersBy is DueBy for strangers. They have a queue of their own, in which Due
	// and SetDue find them too, so that however many there are no order of ours stands behind them.
	StrangersBy(now time.Time, limit int) ([]Queued, error)
	// SetDue moves the order's next check; zero takes it out of due. Where this
	// Tx read the time through Due or DueBy, it must still be the same.
	// The invoice's shop is needed to keep Watched, or Strangers.
	SetDue(shop ShopID, order string, at time.Time)

	// Owed gives up to limit orders that the peer is owed a look at, oldest debt first.
	Owed(peer PeerID, limit int) ([]string, error)
	// OwedSince is Owed without debts older than since, and tells how old the others are.
	OwedSince(peer PeerID, since time.Time, limit int) ([]Queued, error)
	// Owe says that the peer's view of the order may be stale since now, and makes the
	// peer ready now, unless it has a place in ready already, which stays as it is:
	// a ready time is the token of whoever claimed it.
	Owe(peer PeerID, order string, now time.Time)
	// Shown ends the debt.
	Shown(peer PeerID, order string)

	// Ready is the earliest time that the peer may be spoken to; zero: it has no place in ready.
	Ready(PeerID) (time.Time, error)
	// ReadyBy gives up to limit peers ready at now or before, the longest ready first.
	ReadyBy(now time.Time, limit int) ([]Queued, error)
	// NextReady, NextDue and NextStranger are the earliest times in the queues; zero: they are empty.
	NextReady() (time.Time, error)
	NextDue() (time.Time, error)
	NextStranger() (time.Time, error)
	// SetReady moves the peer in ready; zero takes it out. Where this Tx read
	// the time through Ready or ReadyBy, it must still be the same.
	SetReady(PeerID, time.Time)
	// Rest ends a claim, with the same condition as SetReady: in one atomic
	// step, after this Tx's other writes, the peer becomes ready at the given time
	// if anything is owed to it, and loses its place otherwise.
	Rest(PeerID, time.Time)

	// Tally is until when the announcements made so far use up the bot's rate;
	// zero: none was made. Where this Tx read it, SetTally has the same condition as SetReady.
	Tally() (time.Time, error)
	SetTally(time.Time)
}

// Queued is an entry of due (an order) or of ready (a peer). Times in queues
// are whole milliseconds, UTC.
type Queued struct {
	ID string
	At time.Time
}

// Letter is an update from Telegram as it came, by its update_id.
type Letter struct {
	ID   int64
	Body []byte
}

// Inbox keeps Telegram's updates from the moment they are taken from Telegram
// until they are dealt with. It keeps them sealed, for they may carry a shop_key.
type Inbox interface {
	// Receive saves the letters, durably, in one step, but none that it
	// has seen in the last two days: Telegram repeats itself. It gives those that were new.
	Receive(ctx context.Context, letters []Letter, now time.Time) ([]Letter, error)
	// Waiting gives the ids of all that wait, in the order in which they were received (ties: by ID).
	Waiting(ctx context.Context) ([]int64, error)
	// Letters gives those of the letters that still wait, in the order of the ids.
	Letters(ctx context.Context, ids []int64) ([]Letter, error)
	// Discard forgets a letter that was dealt with.
	Discard(ctx context.Context, id int64) error

	// Hold makes who the one that works the inbox until the given time, or tells
	// that at now it is another. Of several that ask one gets it; the one that has it
	// keeps it by asking again in time. A process that was killed gets its own
	// back at once by the same name, and where no other process can have the store
	// open, it finds nobody to wait for. The clocks of those who share a
	// store must not be further apart than a small part of the time they hold it for.
	Hold(ctx context.Context, who string, now, until time.Time) (bool, error)
	// LetGo ends who's holding, so that another need not wait for its end. It is
	// harmless where another has it.
	LetGo(ctx context.Context, who string) error
}
