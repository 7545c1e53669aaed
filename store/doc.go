// Package store keeps what must outlive the process: kassas, peers, invoices,
// the two queues and Telegram's updates.
//
// What the records mean is written once, in [Store] and its transactions, over
// a small engine of which there are two: bbolt, a file beside the program, and
// Redis. A transaction is optimistic: it reads, remembers the revision of all that
// it read, gathers its writes, and hands both to the engine as one batch, which
// takes effect whole or, where a revision has changed, not at all. Then the
// transaction runs again.
//
// A Redis client sends a command again when its reply was lost. So each batch
// leaves a mark in Redis for some minutes, by which the script knows it again:
// it takes effect once. The revisions of the records it wrote would not do: by
// then another writer may have changed them, and the batch, found in conflict,
// would make its transaction run a second time.
//
// A shop_key and Telegram's updates (which may carry one) are sealed before an
// engine sees them.
package store
