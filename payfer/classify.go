package payfer

import (
	"errors"
	"net/http"
	"strings"
)

// refusal makes an error of an answer that does not say success. Payfer's own words come first, whatever the HTTP
// status; the status decides only where there are none.
func refusal(op string, a answer, f fields, isJSON bool) *Error {
	e := &Error{Op: op, Status: a.status, RetryAfter: a.retryAfter}
	if isRedirect(a.status) {
		e.Kind, e.Err = ErrUnknown, errors.New("redirected; redirects are not followed")
		return e
	}
	if isJSON {
		e.Message = f.text("message")
		if kind := kindOfWords(f.raw("message")); kind != "" {
			e.Kind = kind
			return e
		}
	}
	switch {
	case isJSON && f.word("status") == "error":
		e.Kind = kindOfCode(op, f.code(a.status))
	default:
		e.Kind = kindWithoutJSON(op, a)
		e.Err = errors.New("reply is not what Payfer documents")
	}
	return e
}

// kindOfWords knows the documented messages by how they begin, in any case; "" for other words.
func kindOfWords(message string) Kind {
	message = strings.ToLower(strings.Join(strings.Fields(message), " "))
	for _, known := range [...]struct {
		prefix string
		kind   Kind
	}{
		{"missing required parameter", ErrMissing},
		{"invalid shop credentials", ErrCredentials},
		{"shop is not active", ErrInactive},
		{"amount must be", ErrAmount},
		{"order code already exists", ErrOrderExists},
		{"transaction not found", ErrNotFound},
		{"maintenance", ErrMaintenance},
		{"too many requests", ErrRateLimited},
	} {
		if strings.HasPrefix(message, known.prefix) {
			return known.kind
		}
	}
	return ""
}

// kindOfCode reads a JSON error whose words we do not know, say in Uzbek, by its code.
//
// A create that failed inside Payfer (5xx) may have failed after it wrote the payment, so that stays unknown. A 400 may
// be any of three, one of them "already exists", yet a code is sent once, and so it is a refusal.
func kindOfCode(op string, code int) Kind {
	switch {
	case code >= 500 && op == opCreate:
		return ErrUnknown
	case code == http.StatusForbidden, code == http.StatusUnauthorized:
		return ErrCredentials
	case code == http.StatusConflict && op == opCreate:
		return ErrOrderExists
	case code == http.StatusNotFound && op == opCheck:
		return ErrNotFound
	case code == http.StatusTooManyRequests:
		return ErrRateLimited
	case code == http.StatusServiceUnavailable:
		return ErrMaintenance
	case code >= 500:
		return ErrUnknown
	}
	return ErrRefused
}

// kindWithoutJSON reads an answer that is not Payfer's own: a proxy's page, a firewall's, an empty body. A 4xx is a
// refusal, but why it was refused only Payfer's words can say: a proxy's 403 must not pause a kassa, nor its 404 tell
// that a payment does not exist.
func kindWithoutJSON(op string, a answer) Kind {
	isClientError := a.status >= 400 && a.status < 500
	if kind := kindOfWords(string(a.body)); isClientError && kind != "" {
		return kind // the documented words as plain text
	}
	switch {
	case a.status == http.StatusTooManyRequests:
		return ErrRateLimited
	case a.status == http.StatusServiceUnavailable && op != opCreate:
		return ErrMaintenance
	case a.status == http.StatusRequestTimeout:
		return ErrUnknown
	case isClientError:
		return ErrRefused
	}
	return ErrUnknown
}
