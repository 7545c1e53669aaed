package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"payferbot/money"
)

// document is a JSON object with its fields in the documented order.
type document []field

type field struct {
	name  string
	value any // string, number, state, money.Amount or nil
}

// number is a literal that is no sum of money; state is a payment_status.
type (
	number string
	state  string
)

// encode writes the document in the shape that the fault wants.
func (d document) encode(f rule) []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, part := range d {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quote(part.name))
		b.WriteByte(':')
		b.Write(part.encode(f))
	}
	b.WriteByte('}')
	return b.Bytes()
}

func (p field) encode(f rule) []byte {
	switch v := p.value.(type) {
	case nil:
		return []byte("null")
	case money.Amount:
		return literal(sum(v, f.kind), f.kind)
	case number:
		return literal(string(v), f.kind)
	case state:
		if f.kind == UnknownStatus {
			return quote(or(f.text, "processing"))
		}
		return quote(string(v))
	default:
		return quote(v.(string))
	}
}

func literal(digits string, kind Kind) []byte {
	if kind == Strings {
		return quote(digits)
	}
	return []byte(digits)
}

// sum writes an amount as a careful backend does, or with the noise of one that reckons in
// floats: two units of the twelfth decimal too little.
func sum(a money.Amount, kind Kind) string {
	if kind == FloatNoise && a > 0 {
		return (a - money.Tiyin).Plain() + "9999999998"
	}
	return a.Wire()
}

func quote(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return b
}

func errorReply(status int, message string) reply {
	return reply{status: status, kind: typeJSON, body: refusal(status, message).body.encode(rule{})}
}

// payferRefusal gives the answer of a fault that lets nothing happen.
func payferRefusal(f rule) (reply, bool) {
	switch f.kind {
	case DropBefore:
		return reply{}, true
	case BadGateway:
		return page(http.StatusBadGateway, "502 Bad Gateway"), true
	case MaintenanceHTML:
		return page(http.StatusServiceUnavailable, "503 Service Temporarily Unavailable"), true
	case Broken500:
		return reply{status: http.StatusInternalServerError, kind: typeText, body: []byte("Internal Server Error")}, true
	case Maintenance:
		return errorReply(http.StatusServiceUnavailable, "Maintenance mode"), true
	case TooMany:
		rep := errorReply(http.StatusTooManyRequests, "Too many requests")
		rep.header = map[string]string{"Retry-After": strconv.Itoa(f.retry)}
		return rep, true
	case Refuse:
		return errorReply(or(f.code, http.StatusBadRequest), or(f.text, "Bad request")), true
	case ErrorAs200:
		rep := errorReply(http.StatusOK, f.text)
		return rep, f.text != ""
	case Redirect:
		rep := page(http.StatusFound, "302 Found")
		rep.header = map[string]string{"Location": f.text}
		return rep, true
	}
	return reply{}, false
}
