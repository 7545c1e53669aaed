package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	shopID  = "shop_1"
	shopKey = "key-CANARY-1"
)

// world starts a World with one kassa and ends it with the test.
func world(t *testing.T, o Options) *World {
	t.Helper()
	w, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Payfer.AddShop(shopID, shopKey, "Choyxona «Bahor»")
	return w
}

// within bounds what a test waits for.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// clock is a clock that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func client(t *testing.T) *http.Client {
	t.Helper()
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// get asks Payfer and gives status and body; the status is 0 when no answer came.
func get(t *testing.T, w *World, method string, pairs ...string) (int, string) {
	t.Helper()
	q := url.Values{"method": {method}, "shop_id": {shopID}, "shop_key": {shopKey}}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		}
	}
	res, err := client(t).Get(w.PayferURL + "/api?" + q.Encode())
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return res.StatusCode, "cut: " + string(body)
	}
	return res.StatusCode, string(body)
}

// botReply is the Bot API's envelope.
type botReply struct {
	OK          bool            `json:"ok"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Result      json.RawMessage `json:"result"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		Migrate    int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// call posts a method with a JSON body.
func call(t *testing.T, w *World, method string, params map[string]any) botReply {
	t.Helper()
	body, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client(t).Post(w.TelegramURL+"/bot"+w.Token+"/"+method, "application/json", bytes.NewReader(body))
	if err != nil {
		return botReply{Description: err.Error()}
	}
	return read(t, res)
}

func read(t *testing.T, res *http.Response) botReply {
	t.Helper()
	defer res.Body.Close()
	var r botReply
	if err := json.NewDecoder(res.Body).Decode(&r); err != nil {
		return botReply{Description: err.Error()}
	}
	if !r.OK && r.Code != res.StatusCode {
		t.Errorf("error_code %d under HTTP %d", r.Code, res.StatusCode)
	}
	return r
}

// want checks that a reply is the error that Telegram gives; an empty text wants success.
func want(t *testing.T, r botReply, code int, text string) {
	t.Helper()
	if text == "" {
		if !r.OK {
			t.Errorf("got %d %q, want success", r.Code, r.Description)
		}
		return
	}
	if r.OK || r.Code != code || !strings.Contains(r.Description, text) {
		t.Errorf("got ok=%v %d %q, want %d with %q", r.OK, r.Code, r.Description, code, text)
	}
}

// messageID is the id in a reply's message.
func messageID(t *testing.T, r botReply) int {
	t.Helper()
	var m struct {
		ID int `json:"message_id"`
	}
	if err := json.Unmarshal(r.Result, &m); err != nil || m.ID == 0 {
		t.Fatalf("no message in %s (%q)", r.Result, r.Description)
	}
	return m.ID
}

// picture is a PNG of that size.
func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
