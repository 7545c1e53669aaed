// Package storetest holds every store to the same promises: those of
// kassa.Store, kassa.Tx and kassa.Inbox.
package storetest

import (
	"testing"

	"payferbot/kassa"
	"payferbot/secret"
)

// Store is what is tested.
type Store interface {
	kassa.Store
	kassa.Inbox
	Close() error
}

// Place is somewhere that a store keeps its data, empty at first.
type Place struct {
	// Open opens the store there, again and again with what it kept.
	Open func(*secret.Keyring) (Store, error)
	// Raw is every byte that lies there, or more.
	Raw func() []byte
}

// rule is one promise and its test, run on an empty store.
type rule struct {
	name string
	hold func(*kit)
}

// Exercise runs the suite. Every test gets a place of its own.
func Exercise(t *testing.T, place func(testing.TB) Place) {
	t.Helper()
	groups := map[string][]rule{
		"shops": shopRules, "peers": peerRules, "grants": grantRules, "invoices": invoiceRules, "queues": queueRules, "debts": debtRules,
		"updates": updateRules, "conflicts": conflictRules, "crowds": crowdRules, "inbox": inboxRules, "lease": leaseRules, "strangers": strangerRules, "keeping": keepingRules,
	}
	for name, rules := range groups {
		t.Run(name, func(t *testing.T) {
			for _, r := range rules {
				t.Run(r.name, func(t *testing.T) {
					t.Parallel()
					r.hold(newKit(t, place(t)))
				})
			}
		})
	}
	t.Run("agrees with the model", func(t *testing.T) { agree(t, place) })
}
