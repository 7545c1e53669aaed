package e2e

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

func TestWholeSaleInWebhookMode(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k, "BOT_MODE=webhook")
		if got := f.Telegram.Webhook(); got != f.public+"/telegram" {
			t.Errorf("Telegram is told %q", got)
		}
		o := f.newLinked("en")
		o.sale()
		said := o.Send("/invoice 50000")
		o.answerTo(said, isPhoto)
		f.Telegram.Redeliver(said.Update)
		o.sale()
		if n := len(f.Payfer.Payments(o.shop)); n != 3 {
			t.Errorf("%d payments, want three", n)
		}
		if polls := f.Telegram.Calls("getUpdates"); len(polls) > 0 {
			t.Errorf("it polls as well: %d times", len(polls))
		}
		if code := f.stop(); code != 0 {
			t.Errorf("exit %d", code)
		}
		said = o.Send("/invoice 60000") // Telegram keeps it until somebody answers
		f.restart("BOT_MODE=webhook")
		o.answerTo(said, isPhoto)
	})
}

func TestUpdatesWithoutTheSecretAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k, "BOT_MODE=webhook")
		o := f.newLinked("en")
		forged := `{"update_id":900000001,"message":{"message_id":900,"date":1790000000,"chat":{"id":CHAT,"type":"private"},` +
			`"from":{"id":CHAT,"is_bot":false,"first_name":"X"},"text":"/unlink"}}`
		forged = strings.ReplaceAll(forged, "CHAT", strconv.FormatInt(o.Chat(), 10))
		for _, secret := range []string{"", "wrong", strings.Repeat("0", 64), canaryToken} {
			if got := postUpdate(t, f.public, secret, forged); got != http.StatusUnauthorized {
				t.Errorf("with the secret %q: %d", secret, got)
			}
		}
		o.sale()
		said := o.Send("/shop") // a forged /unlink would have come before it
		if told := o.answerTo(said, nil); !has(o.shop)(told) {
			t.Errorf("a forged update was answered:\n%s", o.chat())
		}
	})
}

func postUpdate(t *testing.T, base, secret, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(soon(t), http.MethodPost, base+"/telegram", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
