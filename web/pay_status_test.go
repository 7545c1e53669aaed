package web

import (
	"strings"
	"testing"

	"payferbot/kassa"
	"payferbot/money"
)

// versionOf is what the status of a sale says that its page shows.
func versionOf(t *testing.T, s sale) string {
	t.Helper()
	w := ask(t, showing(t, s, nil), "GET", "/pay/"+code+"/status")
	found := versions.FindStringSubmatch(strings.TrimSpace(w.Body.String()))
	if found == nil || w.Header().Get("ETag") != `"`+found[1]+`"` {
		t.Fatalf("ETag %s, %s", w.Header().Get("ETag"), w.Body)
	}
	return found[1]
}

func TestTheVersionChangesWithWhatThePageSays(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	add := func(name string, s sale) {
		v := versionOf(t, s)
		if other, ok := seen[v]; ok {
			t.Errorf("%s and %s are one version", name, other)
		}
		seen[v] = name
	}
	add("pending", sample(nil))
	for name, change := range map[string]func(*kassa.Invoice){
		"overdue": func(inv *kassa.Invoice) { inv.Expires = teatime.Add(-1) }, "paid": paidFor(nil), "expired": inState(kassa.Expired),
		"another card": func(inv *kassa.Invoice) { inv.PayTo.Card = "9860123456789012" }, "a link": func(inv *kassa.Invoice) { inv.PayTo.Links = payLinks() },
		"another end": func(inv *kassa.Invoice) { inv.Expires = inv.Expires.Add(1e9) }, "another sum": func(inv *kassa.Invoice) { inv.Unique++ },
		"paid less":            paidFor(func(inv *kassa.Invoice) { inv.Paid, inv.Mismatch = money.Som, true }),
		"paid at another time": paidFor(func(inv *kassa.Invoice) { inv.PaidAt = teatime }),
	} {
		add(name, sample(change))
	}
	named := sample(nil)
	named.shop.Name = "Bahor"
	add("another name", named)

	same := sample(func(inv *kassa.Invoice) {
		inv.Note, inv.By = "boshqa izoh", 1
		inv.Views = append(inv.Views, kassa.View{Peer: "7"})
	})
	if seen[versionOf(t, same)] != "pending" {
		t.Error("what no customer sees makes another version")
	}
	page := ask(t, showing(t, sample(nil), nil), "GET", "/pay/"+code).Body.String()
	if n := strings.Count(page, `data-version="`+versionOf(t, sample(nil))+`"`); n != 2 {
		t.Errorf("the page names its version %d times, want 2: its own, and that of what it says later", n)
	}
}

func TestAStateThatIsKnownIsNotToldAgain(t *testing.T) {
	t.Parallel()
	h, tag := showing(t, sample(nil), nil), `"`+versionOf(t, sample(nil))+`"`
	for known, want := range map[string]int{tag: 304, "W/" + tag: 304, "": 200, `""`: 200, `"other"`: 200, tag[1 : len(tag)-1]: 200} {
		w := ask(t, h, "GET", "/pay/"+code+"/status", "If-None-Match", known)
		if w.Code != want || (want == 304) != (w.Body.Len() == 0) || w.Header().Get("ETag") != tag {
			t.Errorf("to %s HTTP %d, ETag %s, %s", known, w.Code, w.Header().Get("ETag"), w.Body)
		}
	}
	if w := ask(t, showing(t, sample(paidFor(nil)), nil), "GET", "/pay/"+code+"/status", "If-None-Match", tag); w.Code != 200 {
		t.Errorf("paid by now: HTTP %d", w.Code)
	}
}
