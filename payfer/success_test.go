package payfer_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"payferbot/money"
	"payferbot/payfer"
)

func TestRequestIsWhatPayferDocuments(t *testing.T) {
	t.Parallel()
	var got []*http.Request
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r)
		_, _ = w.Write([]byte(`{"status":"success","payment_status":"pending"}`))
	})
	for _, op := range ops {
		if err := call(t, c, op); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Create(t.Context(), creds, 50_000_50*money.Tiyin, "a&b=ч"); err != nil {
		t.Fatal(err)
	}
	key := []string{keyCanary.Reveal()}
	for i, want := range []url.Values{
		{"method": {"create"}, "shop_id": {"shop_abc123"}, "shop_key": key, "amount": {"50000"}, "order": {"ORDER123"}},
		{"method": {"check"}, "shop_id": {"shop_abc123"}, "shop_key": key, "order": {"ORDER123"}},
		{"method": {"shop"}, "shop_id": {"shop_abc123"}, "shop_key": key},
		{"method": {"create"}, "shop_id": {"shop_abc123"}, "shop_key": key, "amount": {"50000.50"}, "order": {"a&b=ч"}},
	} {
		r := got[i]
		if r.Method != http.MethodGet || r.URL.Path != "/api" || !strings.HasPrefix(r.UserAgent(), "payferbot/") {
			t.Errorf("%s %s as %s", r.Method, r.URL.Path, r.UserAgent())
		}
		if diff := cmp.Diff(want, r.URL.Query()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestBaseURLMayHaveAPathAndASlash(t *testing.T) {
	t.Parallel()
	var path string
	for base, want := range map[string]string{"": "/api", "/": "/api", "/v1": "/v1/api", "/v1//": "/v1/api"} {
		server := baseOf(t, func(w http.ResponseWriter, r *http.Request) {
			path = r.URL.Path
			_, _ = w.Write([]byte(`{"status":"success"}`))
		})
		if err := call(t, client(t, server+base), "shop"); err != nil || path != want {
			t.Errorf("base %q asks %s, %v", base, path, err)
		}
	}
	for _, base := range []string{"", "api.payfer.uz", "ftp://h", "http://", "http://h?x=1", "http://h#f", "http://h\x7f", "://"} {
		if err := call(t, client(t, base), "create"); !errors.Is(err, payfer.ErrUnsent) {
			t.Errorf("base %q: %v", base, err)
		}
	}
}

func TestDocumentedRepliesAreRead(t *testing.T) {
	t.Parallel()
	payment, err := gateway(t, 200, documented(t, "create.json")).Create(t.Context(), creds, 50_000*money.Som, "ORDER123")
	check(t, err, payment, payfer.Payment{
		PaymentID: "12345", Order: "ORDER123", Unique: 50_001_50, ExpireAt: "2024-01-20T15:30:00", Message: "Payment created successfully",
	})
	status, err := gateway(t, 200, documented(t, "check.json")).Check(t.Context(), creds, "ORDER123")
	check(t, err, status, payfer.Status{
		Order: "ORDER123", State: payfer.Paid, Amount: 50_000_00, Paid: 50_001_50, PaidAt: "2024-01-20T15:25:30",
	})
	shop, err := gateway(t, 200, documented(t, "shop.json")).Shop(t.Context(), creds)
	check(t, err, shop, payfer.ShopInfo{
		Name: "Mening do'konim", Balance: 150_000_00, Transactions: 45, Total: 2_250_000_00, CreatedAt: "2024-01-01T10:00:00",
	})
}

func check(t *testing.T, err error, got, want any) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCreatedIsCreatedWhateverTheSum(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]payfer.Payment{
		`{"status":"success","unique_amount":"50001.50"}`:                                       {Unique: 50_001_50},
		`{"status":"success","unique_amount":50001.489999999998}`:                               {Unique: 50_001_49},
		`{"status":"success","unique_amount":5.00015e4}`:                                        {Unique: 50_001_50},
		` {"status":" SUCCESS ","unique_amount":50001.5,"payment_id":"p-1","order_code":null} `: {Unique: 50_001_50, PaymentID: "p-1"},
		"\ufeff" + `{"status":"success","unique_amount":50001,"order_code":"ORDER123"}`:         {Unique: 50_001_00},
		`{"status":"success"}`:                                                                       {SumDoubt: true},
		`{"status":"success","unique_amount":null}`:                                                  {SumDoubt: true},
		`{"status":"success","unique_amount":0}`:                                                     {SumDoubt: true},
		`{"status":"success","unique_amount":-50001.5}`:                                              {SumDoubt: true},
		`{"status":"success","unique_amount":"50 001,50"}`:                                           {SumDoubt: true},
		`{"status":"success","unique_amount":50001.505}`:                                             {SumDoubt: true},
		`{"status":"success","unique_amount":true}`:                                                  {SumDoubt: true},
		`{"status":"success","unique_amount":{"value":50001.5}}`:                                     {SumDoubt: true},
		`{"status":"success","unique_amount":1e300}`:                                                 {SumDoubt: true},
		`{"status":"success","unique_amount":50001.5,"payment_id":[1],"expire_at":7,"message":true}`: {Unique: 50_001_50, ExpireAt: "7"},
	} {
		for _, httpStatus := range []int{200, 500} {
			want.Order = "ORDER123"
			payment, err := gateway(t, httpStatus, body).Create(t.Context(), creds, 50_000*money.Som, "ORDER123")
			check(t, err, payment, want)
		}
	}
}

func TestStateCountsWhateverTheSums(t *testing.T) {
	t.Parallel()
	for fields, want := range map[string]payfer.Status{
		`"payment_status":"pending"`: {State: payfer.Pending},
		`"payment_status":"pending","unique_amount":"50001.5","paid_amount":0,"paid_at":""`: {State: payfer.Pending, Unique: 50_001_50},
		`"payment_status":"expired","paid_amount":null,"expire_at":"2024-01-20 15:30:00"`:   {State: payfer.Expired, ExpireAt: "2024-01-20 15:30:00"},
		`"payment_status":"cancelled"`:                                                       {State: payfer.Cancelled},
		`"payment_status":"Canceled "`:                                                       {State: payfer.Cancelled},
		`"payment_status":"PAID","paid_amount":"50001.50"`:                                   {State: payfer.Paid, Paid: 50_001_50},
		`"payment_status":"paid"`:                                                            {State: payfer.Paid, SumDoubt: true},
		`"payment_status":"paid","paid_amount":"?","amount":50000`:                           {State: payfer.Paid, Amount: 50_000_00, SumDoubt: true},
		`"payment_status":"paid","paid_amount":50001.5,"amount":[]`:                          {State: payfer.Paid, Paid: 50_001_50, SumDoubt: true},
		`"payment_status":"paid","paid_amount":50001.5,"paid_at":"` + long + `","extra":{}`:  {State: payfer.Paid, Paid: 50_001_50},
		`"payment_status":"paid","paid_amount":50001.5,"order_code":"ORDER123"`:              {State: payfer.Paid, Paid: 50_001_50},
		`"payment_status":"paid","paid_amount":50001.5,"order_code":"","unique_amount":"x"`:  {State: payfer.Paid, Paid: 50_001_50, SumDoubt: true},
		`"payment_status":"paid","paid_amount":-1,"paid_at":{"date":"2024-01-20"},"code":99`: {State: payfer.Paid, SumDoubt: true},
	} {
		want.Order = "ORDER123"
		status, err := gateway(t, 200, `{"status":"success",`+fields+`}`).Check(t.Context(), creds, "ORDER123")
		check(t, err, status, want)
	}
}

var long = strings.Repeat("9", 500)

func TestNumericOrderCodeIsTheSameOrder(t *testing.T) {
	t.Parallel()
	c := gateway(t, 200, `{"status":"success","payment_status":"paid","paid_amount":1000,"order_code":2345672345672345}`)
	if status, err := c.Check(t.Context(), creds, "2345672345672345"); err != nil || status.State != payfer.Paid {
		t.Errorf("%+v, %v", status, err)
	}
}

func TestShopFiguresAreReadApart(t *testing.T) {
	t.Parallel()
	c := gateway(t, 200, `{"status":"success","shop_name":"A\u202eb\u0000\nc","balance":"-5.50","total_transactions":"7","total_amount":"many"}`)
	shop, err := c.Shop(t.Context(), creds)
	check(t, err, shop, payfer.ShopInfo{Name: "Ab c", Balance: -5_50, Transactions: 7, SumDoubt: true})
}

func TestAProgramOfAnotherNameSaysSo(t *testing.T) {
	t.Parallel()
	var name string
	base := baseOf(t, func(w http.ResponseWriter, r *http.Request) {
		name = r.UserAgent()
		_, _ = io.WriteString(w, documented(t, "shop.json"))
	})
	if err := call(t, client(t, base, payfer.WithUserAgent("teahouse/2")), "shop"); err != nil {
		t.Fatal(err)
	}
	if name != "teahouse/2" {
		t.Errorf("User-Agent is %q", name)
	}
}
