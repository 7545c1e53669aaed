package sandbox

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// browser asks the page, as a browser whose page came from origin; empty = none told.
func browser(t *testing.T, w *World, path, host, origin string, form url.Values) (int, string) {
	t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(within(t), method, w.ChatURL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	req.Host = host
	res, err := client(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	if res.StatusCode == http.StatusOK && !strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%s has no policy", path)
	}
	return res.StatusCode, string(text)
}

func TestPageShowsTheChatAndThePayments(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	u := w.Telegram.User(1001, "", "")
	m := u.Send("<script>")
	photo := upload(t, w, "sendPhoto", obj{
		"chat_id": "1001", "caption": "<code>50 001,50</code>", "parse_mode": "HTML",
		"reply_markup":     `{"inline_keyboard":[[{"text":"Check","callback_data":"c"},{"text":"Copy","copy_text":{"text":"50001.50"}}]]}`,
		"reply_parameters": `{"message_id":1}`,
	}, "photo", picture(t, 200, 200))
	want(t, photo, 0, "")
	if _, err := w.Payfer.Create(shopID, 50000_00, "ORDER"); err != nil {
		t.Fatal(err)
	}
	_, page := browser(t, w, "/", "", "", nil)
	for _, s := range []string{
		"&lt;script&gt;", "<code>50 001,50</code>", `data-copy="50001.50"`, `data-button="0"`, `href="#m1"`,
		"ORDER", `data-do="forge"`, "Choyxona «Bahor»",
	} {
		if !strings.Contains(page, s) {
			t.Errorf("page lacks %s", s)
		}
	}
	for _, path := range []string{"/part", "/chat.js", "/chat.css", "/photo/" + w.Telegram.Sent(1001)[0].FileID} {
		if status, _ := browser(t, w, path, "", "", nil); status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
	}
	if strings.Contains(page, w.Token) || strings.Contains(page, shopKey) || m.ID != 1 {
		t.Error("the page tells a secret")
	}
}

func TestPageObeysItsOwnOriginAlone(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	if status, _ := browser(t, w, "/", "evil.example", "", nil); status != http.StatusMisdirectedRequest {
		t.Errorf("foreign host: %d", status)
	}
	say := url.Values{"text": {"hi"}}
	for _, origin := range []string{"", "null", "https://evil.example", "http://127.0.0.1:1", strings.Replace(w.ChatURL, "http", "https", 1)} {
		if status, _ := browser(t, w, "/send", "", origin, say); status != http.StatusForbidden {
			t.Errorf("origin %q: %d", origin, status)
		}
	}
	if n := len(w.Telegram.Messages(1001)); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	if status, _ := browser(t, w, "/send", "", w.ChatURL, say); status != http.StatusNoContent {
		t.Errorf("own origin: %d", status)
	}
	if n := len(w.Telegram.Messages(1001)); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestPagePressesButtonsAndPays(t *testing.T) {
	t.Parallel()
	w, r := world(t, Options{}), newReceiver(t)
	w.Telegram.User(1001, "", "").Start("")
	call(t, w, "sendMessage", obj{"chat_id": 1001, "text": "x", "reply_markup": keyboard(obj{"text": "a", "callback_data": "c:A"})})
	for _, order := range []string{"A", "B", "C", "D"} {
		_, _ = w.Payfer.Create(shopID, 50000_00, order)
	}
	post := func(path string, code int, pairs ...string) {
		form := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		if status, text := browser(t, w, path, "", w.ChatURL, form); status != code {
			t.Errorf("%s %v: %d %s", path, pairs, status, text)
		}
	}
	post("/press", http.StatusNoContent, "message", "2", "button", "0")
	if ups := poll(t, w, 0); len(ups) != 2 || ups[1].Query.Data != "c:A" {
		t.Errorf("updates %+v", ups)
	}
	post("/press", http.StatusConflict, "message", "9", "button", "0")
	post("/payfer", http.StatusConflict, "do", "forge", "order", "A")
	w.Payfer.SetWebhook(shopID, r.URL)
	post("/payfer", http.StatusNoContent, "do", "forge", "order", "A")
	post("/payfer", http.StatusNoContent, "do", "pay", "order", "A")
	post("/payfer", http.StatusConflict, "do", "pay", "order", "A")
	post("/payfer", http.StatusNoContent, "do", "other", "order", "B", "sum", "49 000")
	post("/payfer", http.StatusConflict, "do", "other", "order", "C", "sum", "much")
	post("/payfer", http.StatusNoContent, "do", "expire", "order", "C")
	post("/payfer", http.StatusNoContent, "do", "late", "order", "C")
	post("/payfer", http.StatusNoContent, "do", "cancel", "order", "D")
	post("/payfer", http.StatusConflict, "do", "nothing")
	if b, _ := w.Payfer.Payment("B"); b.Paid != 49000_00 {
		t.Errorf("B: %+v", b)
	}
	if err := w.Payfer.Flush(within(t)); err != nil || len(r.bodies()) != 4 {
		t.Errorf("webhooks: %d %v", len(r.bodies()), err)
	}
}

func TestPageIsToldOfChanges(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	req, _ := http.NewRequestWithContext(within(t), http.MethodGet, w.ChatURL+"/changes", nil)
	res, err := client(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for range 2 {
		w.Telegram.User(1001, "", "").Send("hi")
		for lines.Scan() && lines.Text() != "data: look" {
		}
		if lines.Err() != nil {
			t.Fatal(lines.Err())
		}
	}
}
