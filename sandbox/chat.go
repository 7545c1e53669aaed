package sandbox

import (
	"embed"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"payferbot/money"
)

//go:embed chat.html chat.css chat.js
var chatFiles embed.FS

// Chat is a web page with one user's private chat with the bot, and Payfer beside it. It can
// press buttons and pay, so it answers to loopback host names alone, and takes a POST only from
// its own page.
type Chat struct {
	telegram *Telegram
	payfer   *Payfer
	page     *template.Template
	routes   *http.ServeMux
	user     *User  // guarded by telegram.mu
	shop     string // guarded by telegram.mu
}

// NewChat makes the page over two services. Its user is 1001, Oydin, who reads Uzbek.
func NewChat(t *Telegram, p *Payfer) *Chat {
	c := &Chat{telegram: t, payfer: p, user: t.User(1001, "Oydin", "uz"), routes: http.NewServeMux()}
	c.page = template.Must(template.ParseFS(chatFiles, "chat.html"))
	c.routes.HandleFunc("GET /{$}", c.show("page"))
	c.routes.HandleFunc("GET /part", c.show("parts"))
	c.routes.Handle("GET /chat.css", http.FileServerFS(chatFiles))
	c.routes.Handle("GET /chat.js", http.FileServerFS(chatFiles))
	c.routes.HandleFunc("GET /photo/{file}", c.photo)
	c.routes.HandleFunc("GET /changes", c.changes)
	c.routes.HandleFunc("POST /send", c.act(c.send))
	c.routes.HandleFunc("POST /press", c.act(c.press))
	c.routes.HandleFunc("POST /payfer", c.act(c.payferDo))
	return c
}

// SetUser says whose private chat is shown.
func (c *Chat) SetUser(u *User) { c.telegram.change(func() { c.user = u }) }

// SetShop says which kassa's payments are shown; empty = all.
func (c *Chat) SetShop(id string) { c.telegram.change(func() { c.shop = id }) }

// ServeHTTP serves the page. A foreign host name means that a web site on the internet had its
// name point here, and is refused.
func (c *Chat) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if !loopback(host) {
		http.Error(w, "unknown host", http.StatusMisdirectedRequest)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "+
		"img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	c.routes.ServeHTTP(w, r)
}

// act guards what changes something: the browser must say that the page itself asked.
func (c *Chat) act(do func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		origin, err := url.Parse(r.Header.Get("Origin"))
		if err != nil || origin.Host != r.Host || origin.Scheme != "http" {
			http.Error(w, "foreign origin", http.StatusForbidden)
			return
		}
		if err := do(r); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func (c *Chat) who() (*User, string) {
	c.telegram.mu.Lock()
	defer c.telegram.mu.Unlock()
	return c.user, c.shop
}

func (c *Chat) send(r *http.Request) error {
	u, _ := c.who()
	if text := r.PostFormValue("text"); text != "" {
		u.Send(text)
	}
	return nil
}

// press presses a button; a link that starts the bot is followed here.
func (c *Chat) press(r *http.Request) error {
	u, _ := c.who()
	id, _ := strconv.Atoi(r.PostFormValue("message"))
	n, _ := strconv.Atoi(r.PostFormValue("button"))
	m, ok := c.telegram.Message(u.Chat(), id)
	if !ok {
		return fmt.Errorf("no message %d", id)
	}
	_, err := u.Press(m, n)
	return err
}

// payferDo plays the customer, or the forger.
func (c *Chat) payferDo(r *http.Request) error {
	order := r.PostFormValue("order")
	switch r.PostFormValue("do") {
	case "pay":
		return c.payfer.Pay(order)
	case "other":
		sum, err := money.Parse(r.PostFormValue("sum"))
		if err != nil {
			return fmt.Errorf("pay order %s: %w", order, err)
		}
		return c.payfer.PayWith(order, sum)
	case "late":
		return c.payfer.PayLate(order)
	case "expire":
		return c.payfer.Expire(order)
	case "cancel":
		return c.payfer.Cancel(order)
	case "forge":
		return c.forge(r, order)
	}
	return fmt.Errorf("unknown deed")
}

// forge sends the webhook of an unpaid order, as anybody could who knows the address.
func (c *Chat) forge(r *http.Request, order string) error {
	pay, _ := c.payfer.Payment(order)
	shop, ok := c.payfer.Shop(pay.Shop)
	if !ok || shop.Webhook == "" {
		return fmt.Errorf("the kassa has no webhook yet: ask the bot for /webhook")
	}
	_, err := c.payfer.SendWebhook(r.Context(), shop.Webhook, c.payfer.PaidBody(order))
	return err
}

func (c *Chat) photo(w http.ResponseWriter, r *http.Request) {
	c.telegram.mu.Lock()
	p, ok := c.telegram.files[r.PathValue("file")]
	c.telegram.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", http.DetectContentType(p.data))
	_, _ = w.Write(p.data)
}

// changes is the stream of events that tells the page to look again.
func (c *Chat) changes(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	tick := time.NewTicker(time.Second) // payments expire by the clock, without an event
	defer tick.Stop()
	for {
		chatBell, payBell := c.bell(&c.telegram.board), c.bell(&c.payfer.board)
		if _, err := fmt.Fprint(w, "data: look\n\n"); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-chatBell:
		case <-payBell:
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

func (c *Chat) bell(b *board) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}
