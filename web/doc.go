// Package web is what the program shows to the internet: Payfer's webhook and,
// in webhook mode, Telegram's. Everything else is 404.
//
// [New] makes the handler, [Serve] runs a server that slow, silent or many
// clients cannot wear out.
package web
