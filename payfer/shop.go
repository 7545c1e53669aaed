package payfer

import (
	"context"
	"strconv"

	"payferbot/money"
)

// ShopInfo is a kassa as Payfer describes it. A figure that Payfer did not tell is 0.
type ShopInfo struct {
	Name         string // foreign text, bounded by MaxText
	Balance      money.Amount
	Transactions int64
	Total        money.Amount
	CreatedAt    Stamp
	SumDoubt     bool // Balance or Total was there and could not be read
}

// Shop asks Payfer about the kassa; it is also how credentials are tried. Errors are [*Error].
func (c *Client) Shop(ctx context.Context, creds Credentials) (ShopInfo, error) {
	f, err := c.ask(ctx, question{method: opShop, creds: creds})
	if err != nil {
		return ShopInfo{}, err
	}
	balance, err := money.FromJSON(f.raw("balance")) // may be below zero, unlike the sum of a payment
	doubt := err != nil && f.has("balance")
	total, ok := f.sum("total_amount")
	transactions, _ := strconv.ParseInt(f.raw("total_transactions"), 10, 64)
	return ShopInfo{
		Name:         f.text("shop_name"),
		Balance:      balance,
		Transactions: max(0, transactions),
		Total:        total,
		CreatedAt:    f.stamp("created_at"),
		SumDoubt:     doubt || !ok,
	}, nil
}
