package payfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"payferbot/money"
	"payferbot/secret"
)

// fields are the members of a JSON object, each read by itself, so that one bad field spoils no other.
type fields struct {
	members map[string]json.RawMessage
	key     secret.Text // taken out of every text
}

// maxDepth is far more than a flat object needs and far less than hurts.
const maxDepth = 32

// parseFields takes one JSON object and nothing after it. An object that names a member twice is refused: two readers
// could take it for two different things. A byte-order mark in front, a PHP habit, is let pass.
func parseFields(body []byte) (fields, bool) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	if len(body) == 0 || body[0] != '{' || !json.Valid(body) || checkMembers(body) != nil {
		return fields{}, false
	}
	var f fields
	err := json.Unmarshal(body, &f.members)
	return f, err == nil
}

// checkMembers walks valid JSON for repeated names and for depth.
func checkMembers(body []byte) error {
	var (
		d     = json.NewDecoder(bytes.NewReader(body))
		names []map[string]bool // one a level; nil for an array
		key   bool              // the next string is a member's name
	)
	d.UseNumber()
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'):
			names = append(names, map[string]bool{})
		case json.Delim('['):
			names = append(names, nil)
		case json.Delim('}'), json.Delim(']'):
			names = names[:len(names)-1]
		default:
			if key && !addName(names[len(names)-1], token) {
				return errors.New("a member is named twice")
			}
			if key {
				key = false
				continue
			}
		}
		if len(names) > maxDepth {
			return errors.New("nested too deep")
		}
		key = len(names) > 0 && names[len(names)-1] != nil
	}
}

func addName(level map[string]bool, token json.Token) bool {
	name, ok := token.(string)
	if !ok || level[name] {
		return false
	}
	level[name] = true
	return true
}

// raw gives a string's value or a number's literal as it stands; "" when absent, null or anything else.
func (f fields) raw(name string) string {
	v := f.members[name]
	if len(v) == 0 {
		return ""
	}
	if v[0] == '"' {
		var s string
		_ = json.Unmarshal(v, &s) // valid: the whole body was
		return strings.TrimSpace(s)
	}
	if v[0] == '-' || v[0] >= '0' && v[0] <= '9' {
		return string(v)
	}
	return ""
}

// text gives a string or number fit to be kept and shown, see clean.
func (f fields) text(name string) string { return clean(f.raw(name), f.key) }

// word gives a status word in lower case.
func (f fields) word(name string) string { return strings.ToLower(f.raw(name)) }

// has tells whether a member is there and not null or empty.
func (f fields) has(name string) bool {
	v := string(f.members[name])
	return v != "" && v != "null" && v != `""`
}

// sum reads so'm, a number or a string holding one, into tiyin. Absent is 0 and true; what cannot be read, or is below
// zero, is 0 and false.
func (f fields) sum(name string) (money.Amount, bool) {
	if !f.has(name) {
		return 0, true
	}
	a, err := money.FromJSON(f.raw(name))
	if err != nil || a < 0 {
		return 0, false
	}
	return a, true
}

// code is the HTTP status or, where an error came under a 2xx, the code that the body gives.
func (f fields) code(status int) int {
	if code, err := strconv.Atoi(f.raw("code")); err == nil && status < 300 && code >= 400 && code < 600 {
		return code
	}
	return status
}
