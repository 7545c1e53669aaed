package payfer_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"payferbot/payfer"
)

// A kind for create, check and shop.
type kinds [3]payfer.Kind

func each(k payfer.Kind) kinds { return kinds{k, k, k} }

func jsonError(message string) string {
	return `{"status":"error","message":` + strconv.Quote(message) + `}`
}

func expect(t *testing.T, status int, body string, want kinds) {
	t.Helper()
	c := gateway(t, status, body)
	for i, op := range ops {
		err := call(t, c, op)
		var e *payfer.Error
		if !errors.As(err, &e) || !errors.Is(err, want[i]) || payfer.KindOf(err) != want[i] || e.Op != op || e.Status != status {
			t.Errorf("%s, HTTP %d, %.80s: %v; want %s", op, status, body, err, want[i])
		}
	}
}

func TestDocumentedErrorsAreKnownUnderAnyHTTPStatus(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]struct {
		code int
		kind payfer.Kind
	}{
		"Missing required parameters":                {400, payfer.ErrMissing},
		"Invalid shop credentials":                   {403, payfer.ErrCredentials},
		"Shop is not active":                         {403, payfer.ErrInactive},
		"Amount must be between 1000 and 10,000,000": {400, payfer.ErrAmount},
		"Order code already exists":                  {400, payfer.ErrOrderExists},
		"Transaction not found":                      {404, payfer.ErrNotFound},
		"Maintenance mode":                           {503, payfer.ErrMaintenance},
	} {
		for _, status := range []int{want.code, 200, 500, 418} {
			expect(t, status, jsonError(message), each(want.kind))
			expect(t, status, jsonError("  "+strings.ToUpper(message)+"."), each(want.kind))
		}
	}
	expect(t, 200, documented(t, "error.json"), each(payfer.ErrCredentials))
}

func TestUnknownWordsFallBackOnTheCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]kinds{
		200: each(payfer.ErrRefused),
		400: each(payfer.ErrRefused),
		401: each(payfer.ErrCredentials),
		403: each(payfer.ErrCredentials),
		404: {payfer.ErrRefused, payfer.ErrNotFound, payfer.ErrRefused},
		409: {payfer.ErrOrderExists, payfer.ErrRefused, payfer.ErrRefused},
		429: each(payfer.ErrRateLimited),
		500: each(payfer.ErrUnknown),
		503: {payfer.ErrUnknown, payfer.ErrMaintenance, payfer.ErrMaintenance},
	} {
		expect(t, code, jsonError("Boshqa so'zlar"), want)
		expect(t, code, `{"status":"error"}`, want)
		expect(t, 200, `{"status":"error","code":"`+strconv.Itoa(code)+`","message":["?"]}`, want)
	}
}

func TestRepliesThatAreNotPayfersOwn(t *testing.T) {
	t.Parallel()
	var (
		unknown = each(payfer.ErrUnknown)
		refused = each(payfer.ErrRefused)
		html    = "<html><h1>Invalid shop credentials</h1></html>"
	)
	for _, body := range []string{
		"", html, `{"status":"succ`, `[]`, `"success"`, "null", "{}", `{"status":true}`, `{"status":"ok"}`, `{"status":"success"} {}`,
		`{"status":"error","status":"success"}`, `{"status":"success","a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, strings.Repeat(" ", 70<<10),
	} {
		expect(t, 200, body, unknown)
		expect(t, 500, body, unknown)
		expect(t, 502, body, unknown)
		expect(t, 503, body, kinds{payfer.ErrUnknown, payfer.ErrMaintenance, payfer.ErrMaintenance})
		expect(t, 400, body, refused)
		expect(t, 403, body, refused) // a firewall's, not a wrong key
		expect(t, 404, body, refused) // a proxy's, not an absent payment
		expect(t, 408, body, unknown)
		expect(t, 429, body, each(payfer.ErrRateLimited))
	}
	expect(t, 400, "Order code already exists", each(payfer.ErrOrderExists))
	expect(t, 404, "Transaction not found\n", each(payfer.ErrNotFound))
	expect(t, 503, "Maintenance mode", kinds{payfer.ErrUnknown, payfer.ErrMaintenance, payfer.ErrMaintenance})
}

func TestReplyOverTheCapIsNotRead(t *testing.T) {
	t.Parallel()
	pad := strings.Repeat("x", 64<<10)
	expect(t, 200, `{"status":"error","message":"Transaction not found","pad":"`+pad+`"}`, each(payfer.ErrUnknown))
	body := `{"status":"error","message":"Transaction not found","pad":"` + pad
	expect(t, 200, body[:64<<10-2]+`"}`, each(payfer.ErrNotFound)) // exactly the cap
}

func TestAnotherOrdersAnswerIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, code := range []string{`"ORDER124"`, `"order123"`, `123`, `["ORDER123"]`, `{}`, `true`} {
		c := gateway(t, 200, `{"status":"success","payment_status":"paid","paid_amount":50001.5,"unique_amount":50001.5,"order_code":`+code+`}`)
		for _, op := range []string{"create", "check"} {
			if err := call(t, c, op); !errors.Is(err, payfer.ErrUnknown) {
				t.Errorf("%s answered for %s: %v", op, code, err)
			}
		}
	}
}

func TestUndocumentedPaymentStatusIsNeverAState(t *testing.T) {
	t.Parallel()
	for _, status := range []string{`"refunded"`, `"success"`, `"paid!"`, `""`, `null`, `true`, `1`, `["paid"]`} {
		c := gateway(t, 200, `{"status":"success","payment_status":`+status+`,"paid_amount":50001.5}`)
		if got, err := c.Check(t.Context(), creds, "ORDER123"); !errors.Is(err, payfer.ErrUnknown) || got != (payfer.Status{}) {
			t.Errorf("%s: %+v, %v", status, got, err)
		}
	}
	twice := gateway(t, 200, `{"status":"success","payment_status":"pending","payment_status":"paid"}`)
	if err := call(t, twice, "check"); !errors.Is(err, payfer.ErrUnknown) {
		t.Errorf("two states in one reply: %v", err)
	}
}

func TestNothingIsSentForWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	ctx := context.Background()
	_, noSum := c.Create(ctx, creds, 0, "ORDER123")
	_, negative := c.Create(ctx, creds, -1, "ORDER123")
	_, noOrder := c.Create(ctx, creds, 100, "")
	_, noKey := c.Create(ctx, payfer.Credentials{ShopID: "shop"}, 100, "ORDER123")
	_, noShop := c.Shop(ctx, payfer.Credentials{ShopKey: keyCanary})
	_, noCheck := c.Check(ctx, creds, "")
	for i, want := range map[int]struct {
		err  error
		kind payfer.Kind
	}{0: {noSum, payfer.ErrAmount}, 1: {negative, payfer.ErrAmount}, 2: {noOrder, payfer.ErrMissing}, 3: {noKey, payfer.ErrMissing}, 4: {noShop, payfer.ErrMissing}, 5: {noCheck, payfer.ErrMissing}} {
		if !errors.Is(want.err, want.kind) {
			t.Errorf("case %d: %v, want %s", i, want.err, want.kind)
		}
	}
}

func TestRetryAfterIsReadAndBounded(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "86400": time.Hour, "-5": 0, "soon": 0, "99999999999999999999": 0,
		"Sat, 20 Jan 2024 15:31:00 GMT": time.Minute, "Sat, 20 Jan 2024 15:29:00 GMT": 0, "Sun, 21 Jan 2024 15:30:00 GMT": time.Hour,
	} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", header)
			w.Header().Set("Date", "Sat, 20 Jan 2024 15:30:00 GMT")
			w.WriteHeader(429)
		})
		var e *payfer.Error
		if err := call(t, c, "check"); !errors.As(err, &e) || e.Kind != payfer.ErrRateLimited || e.RetryAfter != want {
			t.Errorf("Retry-After %q: %v, %v", header, e.RetryAfter, err)
		}
	}
}

func TestForeignWordsAreBoundedAndClean(t *testing.T) {
	t.Parallel()
	dirty := `{"status":"error","message":"a\u202eb\u0000\u200bc\r\n\td\ud800 ` + strings.Repeat("ў", 5000) + `"}`
	var e *payfer.Error
	if err := call(t, gateway(t, 200, dirty), "shop"); !errors.As(err, &e) {
		t.Fatal(err)
	}
	if !strings.HasPrefix(e.Message, "abc   d� ўў") || !utf8.ValidString(e.Message) || utf8.RuneCountInString(e.Message) > payfer.MaxText {
		t.Errorf("%d runes: %q", utf8.RuneCountInString(e.Message), e.Message)
	}
}

func TestOnlyUnknownAndExistingLeaveTheOutcomeOpen(t *testing.T) {
	t.Parallel()
	for kind, want := range map[payfer.Kind]bool{
		payfer.ErrMissing: true, payfer.ErrCredentials: true, payfer.ErrInactive: true, payfer.ErrAmount: true, payfer.ErrNotFound: true, payfer.ErrMaintenance: true,
		payfer.ErrRateLimited: true, payfer.ErrRefused: true, payfer.ErrUnsent: true, payfer.ErrUnknown: false, payfer.ErrOrderExists: false, "": false,
	} {
		if kind.Definite() != want {
			t.Errorf("%q definite: %v", kind, kind.Definite())
		}
	}
	if payfer.KindOf(errors.New("foreign")) != payfer.ErrUnknown {
		t.Error("a foreign error must leave the outcome open")
	}
}
