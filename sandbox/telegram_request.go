package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// mostBody bounds a request: Telegram takes photos up to 10 MB.
const mostBody = 11 << 20

// request is one call with its parameters as text, however they came.
type request struct {
	ctx    context.Context // lives as long as the HTTP request it describes
	params url.Values
	files  map[string][]byte
	call   Call
}

// readRequest takes parameters from the query and a body in JSON, as a form, or multipart.
func readRequest(w http.ResponseWriter, r *http.Request, name string) (*request, *apiError) {
	q := &request{ctx: r.Context(), params: r.URL.Query(), files: map[string][]byte{}}
	r.Body = http.MaxBytesReader(w, r.Body, mostBody)
	if err := q.readBody(r); err != nil {
		return nil, badRequest("can't read the request: %v", err)
	}
	for key, values := range q.params {
		if !utf8.ValidString(strings.Join(values, "")) {
			return nil, badRequest("strings must be encoded in UTF-8 (%s)", key)
		}
	}
	chat, _ := strconv.ParseInt(q.text("chat_id"), 10, 64)
	q.call = Call{Method: name, Chat: chat, Params: q.params, Stage: Received}
	return q, nil
}

func (q *request) readBody(r *http.Request) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		return q.readJSON(r.Body)
	case "multipart/form-data":
		return q.readMultipart(r)
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			return err
		}
		q.params = r.Form
	}
	return nil
}

// readJSON keeps strings as their text and anything else as its JSON.
func (q *request) readJSON(body io.Reader) error {
	fields := map[string]json.RawMessage{}
	if err := json.NewDecoder(body).Decode(&fields); err != nil {
		return err
	}
	for name, raw := range fields {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			s = string(raw)
		}
		q.params.Set(name, s)
	}
	return nil
}

func (q *request) readMultipart(r *http.Request) error {
	if err := r.ParseMultipartForm(mostBody); err != nil {
		return err
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	for name, values := range r.MultipartForm.Value {
		q.params[name] = values
	}
	for name, headers := range r.MultipartForm.File {
		f, err := headers[0].Open()
		if err != nil {
			return err
		}
		q.files[name], err = io.ReadAll(f)
		_ = f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// check refuses parameters that the method does not take and values of the wrong shape. A
// null counts as absent.
func (q *request) check(takes string) *apiError {
	allowed, shape := strings.Fields(takes), shapes()
	for name := range q.params {
		value := q.text(name)
		if value == "null" {
			q.params.Del(name)
			continue
		}
		if !slices.Contains(allowed, name) {
			return badRequest("sandbox: %s takes no parameter %q", q.call.Method, name)
		}
		if !shape[name].fits(value) {
			return badRequest("can't parse %s: %q", name, clip(value))
		}
	}
	return nil
}

func (s shape) fits(value string) bool {
	switch s {
	case integer:
		_, err := strconv.ParseInt(value, 10, 64)
		return err == nil
	case boolean:
		_, err := strconv.ParseBool(value)
		return err == nil
	case object:
		return json.Unmarshal([]byte(value), &map[string]any{}) == nil
	case array:
		return json.Unmarshal([]byte(value), &[]any{}) == nil
	}
	return true
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

func (q *request) text(name string) string { return q.params.Get(name) }

func (q *request) int(name string) int {
	n, _ := strconv.Atoi(q.text(name)) // its shape was checked
	return n
}

func (q *request) bool(name string) bool {
	b, _ := strconv.ParseBool(q.text(name)) // its shape was checked
	return b
}

// object decodes a JSON parameter; fields of the wrong type are the caller's mistake.
func (q *request) object(name string, into any) *apiError {
	if q.text(name) == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(q.text(name)), into); err != nil {
		return badRequest("can't parse %s: %v", name, err)
	}
	return nil
}

// apiError is an error as the Bot API tells it.
type apiError struct {
	code    int
	text    string
	retry   int   // seconds, of a 429
	migrate int64 // the supergroup that a group became
}

func badRequest(format string, args ...any) *apiError {
	return &apiError{code: http.StatusBadRequest, text: "Bad Request: " + fmt.Sprintf(format, args...)}
}

func forbidden(why string) *apiError {
	return &apiError{code: http.StatusForbidden, text: "Forbidden: " + why}
}

func unauthorized() *apiError { return &apiError{code: http.StatusUnauthorized, text: "Unauthorized"} }

func tooMany(seconds int) *apiError {
	return &apiError{
		code: http.StatusTooManyRequests, retry: seconds,
		text: fmt.Sprintf("Too Many Requests: retry after %d", seconds),
	}
}

func (e *apiError) reply() reply {
	type parameters struct {
		RetryAfter int   `json:"retry_after,omitempty"`
		Migrate    int64 `json:"migrate_to_chat_id,omitempty"`
	}
	body := struct {
		OK          bool        `json:"ok"`
		Code        int         `json:"error_code"`
		Description string      `json:"description"`
		Parameters  *parameters `json:"parameters,omitempty"`
	}{Code: e.code, Description: e.text}
	if e.retry != 0 || e.migrate != 0 {
		body.Parameters = &parameters{e.retry, e.migrate}
	}
	return reply{status: e.code, kind: typeJSON, body: encode(body)}
}

func success(result any) reply {
	return reply{status: http.StatusOK, kind: typeJSON, body: encode(map[string]any{"ok": true, "result": result})}
}

// encode marshals what the sandbox itself built.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// telegramRefusal gives the answer of a fault that lets nothing happen.
func telegramRefusal(f rule) (reply, bool) {
	switch f.kind {
	case DropBefore:
		return reply{}, true
	case BadGateway:
		return page(http.StatusBadGateway, "502 Bad Gateway"), true
	case Broken500:
		return (&apiError{code: http.StatusInternalServerError, text: "Internal Server Error"}).reply(), true
	case TooMany:
		return tooMany(f.retry).reply(), true
	case Refuse:
		e := &apiError{code: or(f.code, http.StatusBadRequest), text: f.text}
		if e.text == "" && e.code == http.StatusForbidden {
			e = forbidden("bot was blocked by the user")
		}
		e.text = or(e.text, "Bad Request: sandbox refuses")
		return e.reply(), true
	}
	return reply{}, false
}
