package kassa

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"

	"payferbot/payfer"
	"payferbot/secret"
)

// ShopID is Payfer's shop_id: the name of a kassa, no secret.
type ShopID string

// Shop is a kassa: a Payfer merchant account that at least one chat linked.
type Shop struct {
	ID ShopID
	// Key is the shop_key; the store keeps it sealed. It is empty once the
	// kassa was unlinked everywhere and its last order stopped being watched.
	Key  secret.Text `json:"-"`
	Name string
	// Token is the last part of the kassa's webhook address. It outlives
	// unlinking, so that linking again leaves the address as it was.
	Token string
	// PayTo is where its customers send the money.
	PayTo Details
	// Refused is when Payfer began to refuse the key; zero while it is good.
	Refused time.Time
}

// Credentials is what Payfer wants with every call.
func (s Shop) Credentials() payfer.Credentials {
	return payfer.Credentials{ShopID: string(s.ID), ShopKey: s.Key}
}

// code makes n random base32 characters, in lower case: 5 bits each.
func code(n int) string {
	raw := make([]byte, (n*5+7)/8)
	rand.Read(raw) // never fails: it ends the process instead
	enc := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	return strings.ToLower(enc[:n])
}

// NewOrder makes an order code: 16 base32 characters, 80 random bits, so that
// nobody guesses the page of another's payment.
func NewOrder() string { return code(orderLength) }

const orderLength = 16

// IsOrder tells whether a text has the form of our order codes.
func IsOrder(s string) bool {
	return len(s) == orderLength && strings.IndexFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '2' || r > '7') }) < 0
}

// NewToken makes a webhook token: 160 random bits.
func NewToken() string { return code(32) }
