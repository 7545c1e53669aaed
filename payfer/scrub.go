package payfer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"html"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"unicode"

	"payferbot/secret"
)

// scrub turns a transport's error into one that cannot carry a URL: it is named anew, and only causes that are fixed
// words (context errors, errnos, io errors) are kept for errors.Is.
func scrub(err error) error {
	for _, fixed := range []error{context.DeadlineExceeded, context.Canceled, io.ErrUnexpectedEOF, io.EOF} {
		if errors.Is(err, fixed) {
			return fixed
		}
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return errors.New(nameOf(err))
}

func nameOf(err error) string {
	var (
		dns       *net.DNSError
		timeout   net.Error
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	switch {
	case errors.As(err, &dns):
		return "name lookup failed"
	case errors.As(err, &authority):
		return "TLS: certificate of an unknown authority"
	case errors.As(err, &host):
		return "TLS: certificate is for another host"
	case errors.As(err, &invalid):
		return "TLS: certificate invalid or expired"
	case errors.As(err, &record), errors.As(err, &alert):
		return "TLS handshake failed"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timed out"
	}
	return "connection failed"
}

// MaxText is the greatest length, in characters, of any text from the gateway that this package hands on.
const MaxText = 300

// clean makes foreign text fit to be kept: the shop key out (a gateway may echo the query), no control, bidi or other
// invisible characters, valid UTF-8, at most MaxText characters.
func clean(s string, key secret.Text) string {
	s = redact(strings.ToValidUTF8(s, "�"), key)
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > MaxText {
		s = string(runes[:MaxText-1]) + "…"
	}
	return strings.TrimSpace(s)
}

func redact(s string, key secret.Text) string {
	k := key.Reveal()
	for _, form := range [...]string{k, url.QueryEscape(k), url.PathEscape(k), html.EscapeString(k)} {
		if form != "" {
			s = strings.ReplaceAll(s, form, secret.Redacted)
		}
	}
	return s
}
