package main

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"payferbot/bot"
	"payferbot/kassa"
)

// voice is the bot once it has been found at Telegram. The desk is made before
// that, so that webhooks can be taken.
type voice struct{ bot atomic.Pointer[bot.Bot] }

// Deliver implements [kassa.Messenger].
func (v *voice) Deliver(ctx context.Context, d kassa.Delivery) (kassa.Sent, error) {
	b := v.bot.Load()
	if b == nil { // not before talk, which runs the desk after this
		return kassa.Sent{}, &kassa.SendError{Fate: kassa.Flooded, Wait: time.Second, Err: errNoTelegram}
	}
	return b.Deliver(ctx, d)
}

// updates passes Telegram's webhook on.
func (v *voice) updates(w http.ResponseWriter, r *http.Request) {
	b := v.bot.Load()
	if b == nil {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	b.WebhookHandler().ServeHTTP(w, r)
}

var errNoTelegram = errors.New("telegram was not reached yet")

// healthy says why people are not heard; nil: they are.
func (v *voice) healthy() error {
	b := v.bot.Load()
	if b == nil {
		return errNoTelegram
	}
	return b.Healthy()
}
