// Package kassa is the core of the bot: invoices, how they come to be, how they
// are found to be paid, and how the people concerned are told.
//
// Two rules hold it together.
//
// The webhook is a hint, check is the truth. Payfer's webhook is unsigned, so
// it does one durable thing: it makes an order due for a check now. The
// [Watcher] takes due orders, asks Payfer and moves the invoice. There is one
// path to "paid"; a lost webhook only makes it slower, a forged one costs at
// most one check.
//
// The chat is a view of the invoice. Nothing "sends a notification": a change
// of an invoice says that a peer is owed a look, and the [Deliverer] makes the
// chat show the present state. The first reply, the paid notice, the edit at
// expiry, the retry after a crash are the same code.
//
// What it needs of the world it declares itself: [Store], [Gateway] (Payfer)
// and [Messenger] (Telegram).
package kassa
