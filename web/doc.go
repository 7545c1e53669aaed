// Package web is what the program shows to the internet: Payfer's webhook, in
// webhook mode Telegram's, and the customer's page of an order. Everything else is 404.
//
// [New] makes the handler, [Serve] runs a server that slow, silent or many
// clients cannot wear out.
//
// # The customer's page
//
// GET /pay/{order} shows what its customer has to know, in the language of
// ?lang=, of Accept-Language, or the default one. It comes in one request and is whole without
// a script: then it loads itself anew while anything may change. Its script copies, asks for
// the state and puts the new page in the old one's place, counts the last two minutes, and at their
// end says by itself that nobody should pay any more. Only what can be paid now shows a
// sum to copy, a card, links and a QR; what was paid is a receipt. A code that there is not and one that there cannot be give the same 404; a
// store that cannot be read gives 503 and a page that asks again.
//
// GET /pay/{order}/qr.png is the QR that leads to the page: 410 once there is
// nothing to pay any more, 404 for an unknown order and while there is nothing yet.
//
// GET /pay/{order}/status is JSON. What is not known is left out.
//
//	state          one of Payfer's words:
//	               pending    wait or pay: also creating, unknown, and no exact sum yet
//	               paid       paid in whatever way: late, another sum, by another attempt
//	               expired    as Payfer says
//	               cancelled  as Payfer says; also withdrawn, rejected, never confirmed
//	overdue        true with pending: the time is up, nobody should pay any more
//	unique_amount  what is to be transferred, or was, in so'm ("50001.50"); only
//	               while it may be paid, and once it was
//	paid_amount    what really came, in so'm; it may differ
//	expire_at      until when, RFC 3339 in UTC
//	version        names what the page shows, in whatever language; it is the ETag too,
//	               and who sends it in If-None-Match gets 304 while it stands
//
// However many look at an order, by page, state or QR, the store is read once a
// second for it: an answer may be a second old.
package web
