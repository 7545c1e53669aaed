package payfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"payferbot/money"
	"payferbot/payfer"
	"payferbot/secret"
)

// vendor answers as Payfer's page documents; a program of your own takes payfer.DefaultURL instead.
func vendor() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch q.Get("method") + " " + q.Get("order") {
		case "create ORDER123":
			_, _ = io.WriteString(w, `{"status":"success","payment_id":12345,"unique_amount":50001.50,"expire_at":"2024-01-20T15:30:00","order_code":"ORDER123"}`)
		case "check ORDER123":
			_, _ = io.WriteString(w, `{"status":"success","payment_status":"paid","amount":50000,"paid_amount":50001.50,"paid_at":"2024-01-20T15:25:30","order_code":"ORDER123"}`)
		case "shop ":
			_, _ = io.WriteString(w, `{"status":"success","shop_name":"Mening do'konim","balance":150000,"total_transactions":45,"total_amount":2250000}`)
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"status":"error","message":"Maintenance mode"}`)
		}
	}))
}

var credentials = payfer.Credentials{ShopID: "shop_abc123", ShopKey: secret.Text("xyz789")}

func ExampleClient_Create() {
	server := vendor()
	defer server.Close()
	client := payfer.New(server.URL)
	defer client.Close()

	payment, err := client.Create(context.Background(), credentials, 50_000*money.Som, "ORDER123")
	if err != nil {
		fmt.Println(err)
		return
	}
	expires, _ := payment.ExpireAt.In(time.FixedZone("Tashkent", 5*60*60))
	fmt.Println("transfer exactly", payment.Unique, "so'm before", expires.Format("15:04"))
	// Output: transfer exactly 50 001,50 so'm before 15:30
}

// What to do with an error depends on whether a payment may exist.
func ExampleKind_Definite() {
	server := vendor()
	defer server.Close()
	client := payfer.New(server.URL)
	defer client.Close()

	_, err := client.Create(context.Background(), credentials, 50_000*money.Som, "ORDER124")
	switch kind := payfer.KindOf(err); {
	case errors.Is(err, payfer.ErrMaintenance):
		fmt.Println("Payfer is closed for now, nothing was created")
	case kind.Definite():
		fmt.Println("refused:", kind)
	default:
		fmt.Println("perhaps created: check ORDER124, do not create it again")
	}
	// Output: Payfer is closed for now, nothing was created
}

func ExampleClient_Check() {
	server := vendor()
	defer server.Close()
	client := payfer.New(server.URL)
	defer client.Close()

	status, err := client.Check(context.Background(), credentials, "ORDER123")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(status.State, status.Paid.Plain())
	// Output: paid 50001.50
}

func ExampleClient_Shop() {
	server := vendor()
	defer server.Close()
	client := payfer.New(server.URL)
	defer client.Close()

	shop, err := client.Shop(context.Background(), credentials)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(shop.Name, shop.Balance.Short())
	// Output: Mening do'konim 150 000
}

// A webhook is unsigned: take the order code from it, and the truth from Check.
func ExampleParseWebhook() {
	hint, err := payfer.ParseWebhook([]byte(`{"status":"paid","order_code":"ORDER123","amount":50000,"paid_amount":50001.50,"paid_at":"2024-01-20T15:25:30Z"}`))
	if err != nil {
		fmt.Println("400", err)
		return
	}
	fmt.Println("check", hint.Order, "now")
	// Output: check ORDER123 now
}
