// Package sandbox stands in for the two services that nobody can run at home: Payfer and
// Telegram's Bot API. Both are plain HTTP handlers with a memory, reached over loopback by the
// real bot, while a test (or the browser chat) holds the Go value and plays the customer, the
// shop owner and the bad day.
//
// Where a service is strict the sandbox is strict; where the vendor is silent (see the design's
// notes on Payfer) it can answer in every way seen so far, one switch each. Three things are
// stricter than Telegram on purpose, because they are always our mistake: a bare & in HTML, an
// unknown parameter, and the Markdown parse modes.
package sandbox
