package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
)

// liveState is the JSON of GET /pay/{order}/status. What is not known is left
// out, and so is the sum of whatever is not to be paid.
type liveState struct {
	State   payfer.State `json:"state"`
	Overdue bool         `json:"overdue,omitempty"`       // with pending: its time is up, do not pay any more
	Unique  string       `json:"unique_amount,omitempty"` // to be transferred, or what was to be; so'm, "50001.50"
	Paid    string       `json:"paid_amount,omitempty"`   // what really came, in so'm
	Expires string       `json:"expire_at,omitempty"`     // RFC 3339, UTC
	Version string       `json:"version"`                 // another one: the page says something else now
}

// status answers GET /pay/{order}/status. An open page asks every few seconds
// and names the version that it shows: while that stands the answer is 304 and nothing more.
func (p *pages) status(w http.ResponseWriter, r *http.Request) {
	inv, shop, err := p.look(r)
	switch {
	case errors.Is(err, kassa.ErrNotFound):
		answer(w, http.StatusNotFound)
		return
	case err != nil:
		busy(w)
		return
	}
	s := stateOf(inv)
	s.Version = version(inv, shop)
	tag := `"` + s.Version + `"`
	w.Header().Set("ETag", tag)
	if strings.TrimPrefix(r.Header.Get("If-None-Match"), "W/") == tag { // a proxy that compresses makes it a weak one
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body, err := json.Marshal(s)
	if err != nil {
		p.log.Error("state not written", "order", inv.Order, "error", err)
		answer(w, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	send(w, http.StatusOK, append(body, '\n'))
}

// version names all that a customer sees of an invoice, in whatever language. It
// needs no memory of ours, so every process gives the same.
func version(inv kassa.Invoice, shop kassa.Shop) string {
	seen := fmt.Appendf(nil, "%#v", []any{
		inv.Standing(), inv.Order, inv.Number, shop.Name, inv.PayTo, inv.Unique, inv.Expires.Unix(),
		inv.Asked, inv.Paid, inv.PaidAt.Unix(), inv.Renewed,
	})
	sum := sha256.Sum256(seen)
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

func stateOf(inv kassa.Invoice) liveState {
	s := liveState{State: payferWord(inv), Overdue: inv.Standing() == kassa.StandsOverdue}
	if inv.Unique > 0 && (inv.Payable() || inv.State == kassa.Paid) {
		s.Unique = inv.Unique.Plain()
	}
	if inv.State == kassa.Paid && inv.SumKnown() {
		s.Paid = inv.Paid.Plain()
	}
	if !inv.Expires.IsZero() {
		s.Expires = inv.Expires.UTC().Format(time.RFC3339)
	}
	return s
}

// payferWord tells a standing in one of Payfer's four words: pending is whatever
// may still become something to pay, cancelled whatever was taken back or never
// came to be. An attempt in whose place another was paid is paid, without a sum of its own.
func payferWord(inv kassa.Invoice) payfer.State {
	switch inv.Standing() {
	case kassa.StandsPending, kassa.StandsNoSum, kassa.StandsOverdue, kassa.StandsCreating, kassa.StandsUnknown:
		return payfer.Pending
	case kassa.StandsExpired:
		return payfer.Expired
	case kassa.StandsCancelled, kassa.StandsWithdrawn, kassa.StandsRejected, kassa.StandsAbsent:
		return payfer.Cancelled
	}
	return payfer.Paid
}
