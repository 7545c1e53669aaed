package payfer_test

import (
	"errors"
	"strings"
	"testing"

	"payferbot/payfer"
)

func TestParseWebhookReadsWhatIsThere(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]payfer.Hint{
		documented(t, "webhook.json"):                              {Order: "ORDER123", Status: "paid"},
		`{"order_code":123,"status":"PAID"}`:                       {Order: "123", Status: "paid"},
		`{"order_code":"00123"}`:                                   {Order: "00123"},
		`{"order_code":12345678901234567890123}`:                   {Order: "12345678901234567890123"},
		` {"order_code":" ORDER123 ","new":{"a":[{"b":null}]}} `:   {Order: "ORDER123"},
		"\ufeff{\"order_code\":\"ORDER123\"}":                      {Order: "ORDER123"},
		`{"order_code":"\u004fRDER123"}`:                           {Order: "ORDER123"},
		`{}`:                                                       {},
		`{"order_code":null,"status":7}`:                           {Status: "7"},
		`{"order_code":{"a":1},"status":["paid"]}`:                 {},
		`{"order_code":true}`:                                      {},
		`{"Order_Code":"ORDER123"}`:                                {},
		`{"order_code":"a\u202eb"}`:                                {},
		`{"order_code":"a\u0000b"}`:                                {},
		`{"order_code":"` + strings.Repeat("x", 257) + `"}`:        {},
		`{"order_code":"` + strings.Repeat("x", 256) + `"}`:        {Order: strings.Repeat("x", 256)},
		`{"a":{"x":1},"b":{"x":1},"c":["x","x"],"order_code":"o"}`: {Order: "o"}, // the same name elsewhere is no repeat
	} {
		if got, err := payfer.ParseWebhook([]byte(body)); err != nil || got != want {
			t.Errorf("%.100s: %+v, %v; want %+v", body, got, err, want)
		}
	}
}

func TestParseWebhookRefusesWhatIsNotOneObject(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)
	for _, body := range []string{
		"", " ", "null", "1", `"x"`, "[]", `[{"order_code":"o"}]`, "{", `{"order_code":"o"`, `{"order_code":"o"}}`, `{"order_code":"o"} {"order_code":"p"}`,
		`{"order_code":"o"}garbage`, `{"order_code":"o",}`, `{'order_code':'o'}`, `{order_code:"o"}`, `{"order_code":01}`, "order_code=o", "<xml/>",
		`{"order_code":"o","order_code":"p"}`, `{"order_code":"o","\u006frder_code":"o"}`, `{"a":[{"b":{"c":1,"c":1}}]}`, deep, strings.Repeat("[", 100_000),
		`{"a":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`, "\x00{}", "{\"order_code\":\"a\nb\"}",
	} {
		if got, err := payfer.ParseWebhook([]byte(body)); !errors.Is(err, payfer.ErrNotJSON) || got != (payfer.Hint{}) {
			t.Errorf("%.60s: %+v, %v", body, got, err)
		}
	}
}
