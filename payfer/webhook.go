package payfer

import (
	"errors"
	"strings"
	"unicode"
)

// Hint is what a webhook says. Webhooks are unsigned, so it is no more than a reason to call [Client.Check] now, and
// nothing in it may be shown as fact.
type Hint struct {
	Order  string // the order code; "" when the body names none that can be one
	Status string // in lower case, bounded by MaxText
}

// ErrNotJSON is what [ParseWebhook] answers to a body that is not one JSON object.
var ErrNotJSON = errors.New("not a JSON object")

// maxOrder is the longest order code, in bytes, that is taken from a webhook.
const maxOrder = 256

// ParseWebhook reads the body of Payfer's webhook. It does nothing else: no I/O, no clock. It is tolerant of fields that
// are missing, strange or new; the order code may be a string or a number. Trailing bytes, a member named twice or
// nesting without end are not JSON to it ([ErrNotJSON]).
func ParseWebhook(body []byte) (Hint, error) {
	f, ok := parseFields(body)
	if !ok {
		return Hint{}, ErrNotJSON
	}
	hint := Hint{Order: f.raw("order_code"), Status: strings.ToLower(f.text("status"))}
	if len(hint.Order) > maxOrder || strings.ContainsFunc(hint.Order, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		hint.Order = "" // cut or cleaned it would be another order's code
	}
	return hint, nil
}
