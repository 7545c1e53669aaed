package payfer

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"payferbot/secret"
)

// Payfer's address and its documented limits for one payment, in so'm. The limits are for telling people early; only
// the gateway refuses by them.
const (
	DefaultURL = "https://api.payfer.uz"
	MinSom     = 1_000
	MaxSom     = 10_000_000
)

const (
	defaultTimeout   = 10 * time.Second
	defaultUserAgent = "payferbot/1.0"
	maxReply         = 64 << 10
)

// Credentials are a kassa's ID and key, as its owner reads them on Payfer's page.
type Credentials struct {
	ShopID  string
	ShopKey secret.Text
}

// Client calls Payfer. It is safe for concurrent use and serves any number of kassas.
type Client struct {
	api       *url.URL // nil when the base URL could not be read
	timeout   time.Duration
	userAgent string
	once      *http.Transport // for create: one connection a request
	kept      *http.Transport // for questions, which may be asked twice
}

// Option changes how [New] builds a client.
type Option func(*options)

type options struct {
	timeout   time.Duration
	userAgent string
	transport *http.Transport
}

// WithTimeout bounds one call from dial to the last byte of the reply; 10 s unless told.
func WithTimeout(d time.Duration) Option { return func(o *options) { o.timeout = d } }

// WithUserAgent replaces the User-Agent header.
func WithUserAgent(ua string) Option { return func(o *options) { o.userAgent = ua } }

// WithHTTPTransport uses t's settings (dialer, proxy, TLS) in place of the default ones. The client takes copies: for
// create one without keep-alive and without HTTP/2, so that no setting of t can bring replays back.
func WithHTTPTransport(t *http.Transport) Option { return func(o *options) { o.transport = t } }

// New gives a client for the gateway at baseURL ([DefaultURL], or a sandbox), which may have a path and a trailing
// slash. It never fails: with an unusable address every call answers [ErrUnsent].
func New(baseURL string, opts ...Option) *Client {
	o := options{timeout: defaultTimeout, userAgent: defaultUserAgent, transport: defaultTransport()}
	for _, opt := range opts {
		opt(&o)
	}
	return &Client{
		api:       apiURL(baseURL),
		timeout:   o.timeout,
		userAgent: o.userAgent,
		once:      onceTransport(o.transport),
		kept:      keptTransport(o.transport),
	}
}

// Close lets go of idle connections. A closed client may be used again.
func (c *Client) Close() {
	c.once.CloseIdleConnections()
	c.kept.CloseIdleConnections()
}

func apiURL(base string) *url.URL {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/")+"/api", ""
	return u
}

var errBaseURL = errors.New("the base URL is unusable")

func (c *Client) request(ctx context.Context, q question) (*http.Request, error) {
	if c.api == nil {
		return nil, errBaseURL
	}
	query := url.Values{}
	for name, value := range q.params {
		query.Set(name, value)
	}
	query.Set("method", q.method)
	query.Set("shop_id", q.creds.ShopID)
	query.Set("shop_key", q.creds.ShopKey.Reveal())
	u := *c.api
	u.RawQuery = query.Encode()
	header := http.Header{"User-Agent": {c.userAgent}, "Accept": {"application/json"}}
	return (&http.Request{Method: http.MethodGet, URL: &u, Host: u.Host, Header: header}).WithContext(ctx), nil
}
