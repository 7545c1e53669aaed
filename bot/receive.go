package bot

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"time"

	tg "github.com/go-telegram/bot"

	"payferbot/fault"
	"payferbot/kassa"
)

const (
	// WebhookPath is where WebhookHandler belongs, below the public URL.
	WebhookPath = "/telegram"

	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
	maxUpdate    = 1 << 20
)

// webhookSecret is what Telegram proves itself with. It follows from the token,
// so that every process of the bot knows it and nobody has to keep it.
func (b *Bot) webhookSecret() string {
	mac := hmac.New(sha256.New, []byte(b.client.token.Reveal()))
	mac.Write([]byte("payferbot telegram webhook"))
	return hex.EncodeToString(mac.Sum(nil))
}

// WebhookHandler takes Telegram's updates: POST /telegram. It answers 200 only
// when the update is in the inbox, 401 without the secret, 400 to what is no
// update, 413 above 1 MiB, and 503 when the update cannot be taken now, upon
// which Telegram sends it again.
func (b *Bot) WebhookHandler() http.Handler {
	secret := []byte(b.webhookSecret())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The length of the secret is no secret, so hmac.Equal tells nothing by its time.
		if !hmac.Equal([]byte(r.Header.Get(secretHeader)), secret) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(b.take(w, r))
	})
}

// take sees one posted update into the inbox and gives the HTTP status.
func (b *Bot) take(w http.ResponseWriter, r *http.Request) int {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return http.StatusBadRequest
	}
	id, err := letterID(body)
	if err != nil {
		return http.StatusBadRequest
	}
	fault.At("update received")
	in := b.intake.Load()
	if in == nil || in.full() {
		return http.StatusServiceUnavailable
	}
	if err := in.receive(r.Context(), []kassa.Letter{{ID: id, Body: body}}); err != nil {
		b.log.Error("an update cannot be saved; Telegram will send it again", "update", id, "error", err)
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

// hook makes Telegram send updates to WebhookHandler, and waits for the end of ctx.
func (b *Bot) hook(ctx context.Context) error {
	pause := newPause()
	for {
		err := b.setWebhook(ctx)
		if err == nil {
			b.hooked.Store(true)
			<-ctx.Done()
			return nil
		}
		if errors.Is(err, ErrToken) {
			return err
		}
		wait := pause.after(err)
		b.log.Warn("Telegram does not take the webhook, trying again", "in", wait.Round(time.Millisecond), "error", err)
		if sleep(ctx, wait) != nil {
			return nil
		}
	}
}

func (b *Bot) setWebhook(ctx context.Context) error {
	err := b.client.call(ctx, func(ctx context.Context, api *tg.Bot) error {
		_, err := api.SetWebhook(ctx, &tg.SetWebhookParams{
			URL: b.publicURL + WebhookPath, SecretToken: b.webhookSecret(), AllowedUpdates: allowedUpdates,
		})
		return err
	})
	return tokenError(err)
}
