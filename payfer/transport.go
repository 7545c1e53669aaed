package payfer

import (
	"net"
	"net/http"
	"time"
)

func defaultTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		IdleConnTimeout:        30 * time.Second,
		MaxIdleConnsPerHost:    8,
		MaxResponseHeaderBytes: 32 << 10,
		ForceAttemptHTTP2:      true,
	}
}

// keptTransport serves check and shop, which may be replayed without harm.
func keptTransport(t *http.Transport) *http.Transport { return t.Clone() }

// onceTransport serves create. net/http replays a GET whose kept-alive connection dropped before a reply
// (persistConn.shouldRetryRequest), and HTTP/2 replays what the server says it did not process; on a connection that
// carries one request neither can happen.
func onceTransport(t *http.Transport) *http.Transport {
	t = t.Clone()
	t.DisableKeepAlives = true
	t.ForceAttemptHTTP2 = false
	t.TLSNextProto = nil
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	if t.TLSClientConfig != nil {
		t.TLSClientConfig.NextProtos = nil // a transport used before offers h2 here
	}
	return t
}
