package sandbox

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"payferbot/money"
)

// The limits of create's amount, from the vendor's page.
const (
	leastAmount = 1000 * money.Som
	mostAmount  = 10_000_000 * money.Som
)

// ServeHTTP answers GET /api?method=create|check|shop.
func (p *Payfer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/api" {
		http.NotFound(w, r)
		return
	}
	q := r.URL.Query()
	call := p.receive(r, q)
	f := p.faults.take(call.Method, withoutKey(q))
	call.Fault = f.kind
	f.hold(r.Context(), Slow)
	rep := p.perform(r, q, f, &call)
	p.applied(call)
	f.hold(r.Context(), SlowReply)
	f.write(w, rep)
}

// perform refuses as the fault wants, or does the call and gives its answer.
func (p *Payfer) perform(r *http.Request, q url.Values, f rule, call *PayferCall) reply {
	if rep, refused := payferRefusal(f); refused {
		call.Status, call.Message = rep.status, "fault: "+string(f.kind)
		return rep
	}
	if f.kind == Slow && r.Context().Err() != nil { // hung up while it was held
		call.Message = "caller gone"
		return errorReply(http.StatusServiceUnavailable, call.Message)
	}
	a := p.answer(r.Method, q)
	if a.created != nil {
		p.tellCreated(*a.created)
	}
	call.Status, call.Message = a.status, a.message
	status := a.status
	if f.kind == ErrorAs200 {
		status = http.StatusOK
	}
	return reply{status: status, kind: typeJSON, body: a.body.encode(f)}
}

// answer is a call's outcome before it takes a shape on the wire.
type answer struct {
	status  int
	message string
	body    document
	created *Payment
}

func refusal(status int, message string) answer {
	return answer{status: status, message: message, body: document{
		{"status", "error"}, {"message", message},
	}}
}

func (p *Payfer) answer(verb string, q url.Values) answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.ring()
	if verb != http.MethodGet {
		return refusal(http.StatusMethodNotAllowed, "Method not allowed")
	}
	if q.Get("method") == "" || q.Get("shop_id") == "" || q.Get("shop_key") == "" {
		return refusal(http.StatusBadRequest, "Missing required parameters")
	}
	k, ok := p.shops[q.Get("shop_id")]
	if !ok || k.key == "" || subtle.ConstantTimeCompare([]byte(k.key), []byte(q.Get("shop_key"))) == 0 {
		return refusal(http.StatusForbidden, "Invalid shop credentials")
	}
	if !k.Active {
		return refusal(http.StatusForbidden, "Shop is not active")
	}
	switch q.Get("method") {
	case "create":
		return p.create(k, q)
	case "check":
		return p.check(k, q)
	case "shop":
		return p.shopInfo(k)
	}
	return refusal(http.StatusBadRequest, "Invalid method")
}

func (p *Payfer) create(k *kassa, q url.Values) answer {
	order, sum := q.Get("order"), q.Get("amount")
	if order == "" || sum == "" {
		return refusal(http.StatusBadRequest, "Missing required parameters")
	}
	amount, err := money.FromJSON(sum)
	if err != nil || amount < leastAmount || amount > mostAmount {
		return refusal(http.StatusBadRequest, "Amount must be between 1000 and 10000000")
	}
	if _, taken := k.orders[order]; taken {
		return refusal(http.StatusBadRequest, "Order code already exists")
	}
	pay := p.open(k, amount, order)
	return answer{status: http.StatusOK, created: &pay, body: document{
		{"status", "success"},
		{"message", "Payment created successfully"},
		{"payment_id", number(strconv.FormatInt(pay.ID, 10))},
		{"unique_amount", pay.Unique},
		{"expire_at", p.stamp(pay.ExpireAt)},
		{"order_code", pay.Order},
	}}
}

func (p *Payfer) check(k *kassa, q url.Values) answer {
	if q.Get("order") == "" {
		return refusal(http.StatusBadRequest, "Missing required parameters")
	}
	pay, ok := k.orders[q.Get("order")]
	if !ok {
		return refusal(http.StatusNotFound, "Transaction not found")
	}
	p.age(pay)
	body := document{{"status", "success"}, {"payment_status", state(pay.State)}, {"amount", pay.Asked}}
	if pay.State == Pending && p.pendingUnique {
		body = append(body, field{"unique_amount", pay.Unique}, field{"expire_at", p.stamp(pay.ExpireAt)})
	}
	if pay.State == Paid {
		body = append(body, field{"paid_amount", pay.Paid}, field{"paid_at", p.stamp(pay.PaidAt)})
	} else {
		body = append(body, field{"paid_amount", nil}, field{"paid_at", nil})
	}
	return answer{status: http.StatusOK, message: pay.State, body: append(body, field{"order_code", pay.Order})}
}

func (p *Payfer) shopInfo(k *kassa) answer {
	return answer{status: http.StatusOK, body: document{
		{"status", "success"},
		{"shop_name", k.Name},
		{"balance", k.Balance},
		{"total_transactions", number(strconv.FormatInt(k.Transactions, 10))},
		{"total_amount", k.Total},
		{"created_at", p.stamp(k.CreatedAt)},
	}}
}

// stamp writes t as the vendor does, without a zone.
func (p *Payfer) stamp(t time.Time) string { return t.In(p.zone).Format("2006-01-02T15:04:05") }
