package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/secret"
	"payferbot/store"
	"payferbot/store/redistest"
	"payferbot/web"
)

// putShop makes a kassa that no chat has linked, and gives its webhook token.
func putShop(tb testing.TB, s *store.Store, id kassa.ShopID) string {
	tb.Helper()
	shop := kassa.Shop{ID: id, Name: "Bahor", Key: "canary", Token: kassa.NewToken()}
	if err := s.Update(tb.Context(), func(tx kassa.Tx) error { tx.PutShop(shop); return nil }); err != nil {
		tb.Fatal(err)
	}
	return shop.Token
}

// putInvoices makes n pending invoices that are not due for an hour.
func putInvoices(tb testing.TB, s *store.Store, id kassa.ShopID, n int) (orders []string) {
	tb.Helper()
	now := time.Now().UTC().Truncate(time.Millisecond)
	for len(orders) < n {
		batch := make([]string, min(500, n-len(orders)))
		err := s.Update(tb.Context(), func(tx kassa.Tx) error {
			for i := range batch {
				batch[i] = kassa.NewOrder()
				tx.PutInvoice(kassa.Invoice{Order: batch[i], Shop: id, State: kassa.Pending, Number: len(orders) + i + 1, Created: now})
				tx.SetDue(id, batch[i], now.Add(time.Hour))
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
		orders = append(orders, batch...)
	}
	return orders
}

// BenchmarkWebhook takes webhooks of open invoices, each durable before its
// answer, from many connections at once: embedded store, with fsync, and Redis
// with and without one for each write.
func BenchmarkWebhook(b *testing.B) {
	b.Run("embedded", func(b *testing.B) { benchWebhook(b, Config{DataDir: filepath.Join(b.TempDir(), "data")}) })
	for _, policy := range []string{"always", "everysec"} {
		b.Run("redis appendfsync "+policy, func(b *testing.B) {
			url := redistest.Start(b, "--appendfsync", policy).URL()
			benchWebhook(b, Config{RedisURL: secret.Text(url), SecretKey: secret.Text(secret.NewKey())})
		})
	}
}

func benchWebhook(b *testing.B, c Config) {
	s, err := openStore(b.Context(), &c, quiet())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	desk, err := kassa.New(kassa.Options{Store: s, Log: quiet(), Zone: "auto"})
	if err != nil {
		b.Fatal(err)
	}
	h := web.New(web.Options{Hint: desk.Hint, Log: quiet()})
	url := "/payfer/" + putShop(b, s, "shop_1")
	orders := putInvoices(b, s, "shop_1", b.N)
	var next atomic.Int64
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			body := fmt.Sprintf(`{"status":"paid","order_code":%q}`, orders[next.Add(1)-1])
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), http.MethodPost, url, strings.NewReader(body)))
			if w.Code != http.StatusOK {
				b.Errorf("HTTP %d", w.Code)
			}
		}
	})
}
