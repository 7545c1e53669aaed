package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"payferbot/secret"
)

const (
	maxReply = 8 << 20 // a hundred updates of the largest size fit
	maxWords = 300     // characters of Telegram's that an error keeps
)

// line carries requests to Telegram and turns everything but a clear yes into
// one of two errors: *replyError, Telegram said no; *lineError, nobody knows.
// The library takes it for its HTTP client.
type line struct {
	token secret.Text
	http  *http.Client
}

// replyError is Telegram's answer that it did not do what was asked.
type replyError struct {
	Code    int           // Telegram's error_code
	Words   string        // its description, bounded
	Wait    time.Duration // 429: how long
	MovedTo int64         // 400: the supergroup that the group became
}

func (e *replyError) Error() string { return fmt.Sprintf("telegram answered %d: %s", e.Code, e.Words) }

// lineError says that there is no readable answer. Unsent proves that nothing
// can have been done: not even the head of the request was written.
type lineError struct {
	Unsent bool
	Status int // HTTP; 0: no reply at all
	Err    error
}

func (e *lineError) Error() string {
	if e.Unsent {
		return "telegram not reached: " + e.Err.Error()
	}
	return "telegram gave no readable answer: " + e.Err.Error()
}

func (e *lineError) Unwrap() error { return e.Err }

// errReplySize is a reply beyond maxReply.
var errReplySize = errors.New("reply too large")

// Do sends the request and gives the reply only when it says ok.
func (l *line) Do(req *http.Request) (*http.Response, error) {
	var wrote atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }}
	resp, err := l.http.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		return nil, &lineError{Unsent: !wrote.Load(), Err: scrub(err, l.token)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err == nil && len(body) > maxReply {
		err = errReplySize
	}
	if err != nil {
		return nil, &lineError{Status: resp.StatusCode, Err: scrub(fmt.Errorf("read the reply: %w", err), l.token)}
	}
	if body, err = l.read(resp, body); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp, nil
}

// envelope is the form of every reply.
type envelope struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// read tells yes from no from noise.
func (l *line) read(resp *http.Response, body []byte) ([]byte, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil || (!e.OK && e.Code == 0) {
		return nil, l.noise(resp)
	}
	if e.OK {
		return bare(e.Result, body), nil
	}
	if e.Code >= http.StatusInternalServerError {
		return nil, &lineError{Status: e.Code, Err: fmt.Errorf("telegram answered %d", e.Code)}
	}
	return nil, &replyError{
		Code: e.Code, Words: clip(clean(e.Description, l.token), maxWords),
		Wait: time.Duration(e.Parameters.RetryAfter) * time.Second, MovedTo: e.Parameters.MigrateTo,
	}
}

// noise is a reply that is not the Bot API's; a 429 of a proxy in front of it is a no all the same.
func (l *line) noise(resp *http.Response) error {
	if resp.StatusCode == http.StatusTooManyRequests {
		return &replyError{Code: resp.StatusCode, Words: "too many requests", Wait: 5 * time.Second}
	}
	return &lineError{Status: resp.StatusCode, Err: fmt.Errorf("HTTP %d without a reply of the Bot API", resp.StatusCode)}
}

// bare leaves of a message that was sent only its id and the names of its
// picture. The library reads messages strictly, and a kind of content that it does
// not know yet must not make a sent message look lost.
func bare(result json.RawMessage, body []byte) []byte {
	var m struct {
		ID int `json:"message_id"`
	}
	if json.Unmarshal(result, &m) != nil || m.ID == 0 {
		return body
	}
	var in struct {
		Photo []struct {
			ID string `json:"file_id"`
		} `json:"photo"`
	}
	if json.Unmarshal(result, &in) != nil {
		in.Photo = nil
	}
	picture, _ := json.Marshal(in.Photo) // text alone cannot fail
	return fmt.Appendf(nil, `{"ok":true,"result":{"message_id":%d,"photo":%s}}`, m.ID, picture)
}

// clip cuts a text to so many characters.
func clip(s string, most int) string {
	r := []rune(strings.ToValidUTF8(s, "?"))
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most-1]) + "…"
}
