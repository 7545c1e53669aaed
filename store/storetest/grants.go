package storetest

import (
	"time"

	"payferbot/kassa"
	"payferbot/secret"
)

var grantRules = []rule{
	{"an unknown grant is not found", func(k *kit) {
		k.see(func(tx kassa.Tx) {
			for _, code := range []string{"nothing", ""} {
				g, err := tx.Grant(code)
				k.missing(g, err)
			}
		})
	}},
	{"a grant comes back as it was put, also to the tx that put it", func(k *kit) {
		for _, g := range []kassa.Grant{voucher, invitation} {
			k.do(func(tx kassa.Tx) {
				tx.PutGrant(g)
				k.grant(tx, g)
			})
			k.reopen()
			k.see(func(tx kassa.Tx) { k.grant(tx, g) })
		}
	}},
	{"a grant put again is as it was put last", func(k *kit) {
		used := invitation
		used.Used, used.Until = "8/77", at(90)
		k.do(func(tx kassa.Tx) { tx.PutGrant(invitation) })
		k.do(func(tx kassa.Tx) { tx.PutGrant(used) })
		k.see(func(tx kassa.Tx) { k.grant(tx, used) })
		k.over(at(89), 9)
		k.over(at(90), 9, invitation.Code)
	}},
	{"a grant dropped is gone, from its tx on", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.PutGrant(voucher)
			tx.PutGrant(invitation)
		})
		k.do(func(tx kassa.Tx) {
			tx.DropGrant(voucher.Code)
			tx.DropGrant("never there")
			g, err := tx.Grant(voucher.Code)
			k.missing(g, err)
		})
		k.over(at(99), 9, invitation.Code)
		k.see(func(tx kassa.Tx) {
			g, err := tx.Grant(voucher.Code)
			k.missing(g, err)
			k.grant(tx, invitation)
		})
	}},
	{"a grant is over at its end and after it, the longest over first", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			for code, s := range map[string]int{"d": 4, "b": 2, "c": 2, "a": 3, "e": 1} {
				tx.PutGrant(kassa.Grant{Code: code, Until: at(s)})
			}
		})
		k.over(at(1).Add(-time.Millisecond), 9)
		k.over(at(1), 9, "e")
		k.over(at(3), 9, "e", "b", "c", "a")
		k.over(at(3), 2, "e", "b")
		k.over(at(3), 0)
	}},
}

// voucher and invitation are the two kinds of grants, with everything filled in.
var (
	voucher = kassa.Grant{
		Code: "voucherv0uch", Group: market.ID, Until: at(60), Used: "8/4",
		Shop: teashop.ID, Key: secret.Text("key-of-the-voucher"),
	}
	invitation = kassa.Grant{Code: "invitation-invitation-24", Group: market.ID, By: 77, Until: at(61)}
)

// grant wants the grant to be as given, also its key, which no comparison shows.
func (k *kit) grant(tx kassa.Tx, want kassa.Grant) {
	k.Helper()
	got, err := tx.Grant(want.Code)
	k.same(got, err, want)
	k.same(got.Key.Reveal(), nil, want.Key.Reveal())
}

func (k *kit) over(now time.Time, limit int, want ...string) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.GrantsOver(now, limit)
		k.alike(got, err, want)
	})
}
