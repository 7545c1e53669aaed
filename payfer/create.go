package payfer

import (
	"context"
	"errors"

	"payferbot/money"
)

// Payment is a payment that Payfer has created and waits for.
type Payment struct {
	PaymentID string
	Order     string
	Unique    money.Amount // what the customer must transfer, to the tiyin; 0 when the reply did not tell
	ExpireAt  Stamp
	Message   string
	SumDoubt  bool // Unique was missing or unreadable; the payment exists all the same
}

// Create asks Payfer for a payment of amount under the shop's own order code. It sends the code once, over a connection
// of its own. Documented limits are [MinSom] … [MaxSom]; Payfer adds some tiyin or so'm that make [Payment.Unique]
// unlike any other open payment of the kassa.
//
// Errors are [*Error]. Only a kind that is [Kind.Definite] proves that no payment was made.
func (c *Client) Create(ctx context.Context, creds Credentials, amount money.Amount, order string) (Payment, error) {
	switch {
	case amount <= 0:
		return Payment{}, &Error{Kind: ErrAmount, Op: opCreate, Err: errors.New("amount is not positive")}
	case order == "":
		return Payment{}, &Error{Kind: ErrMissing, Op: opCreate, Err: errNoOrder}
	}
	params := map[string]string{"amount": amount.Wire(), "order": order}
	f, err := c.ask(ctx, question{method: opCreate, creds: creds, params: params})
	if err != nil {
		return Payment{}, err
	}
	if f.isAbout(order) {
		return paymentFrom(f, order), nil
	}
	return Payment{}, &Error{Kind: ErrUnknown, Op: opCreate, Err: errOtherOrder}
}

var (
	errNoOrder    = errors.New("order code is empty")
	errOtherOrder = errors.New("reply is about another order")
)

func paymentFrom(f fields, order string) Payment {
	unique, ok := f.sum("unique_amount")
	return Payment{
		PaymentID: f.text("payment_id"),
		Order:     order,
		Unique:    unique,
		ExpireAt:  f.stamp("expire_at"),
		Message:   f.text("message"),
		SumDoubt:  !ok || unique == 0,
	}
}

// isAbout tells whether a reply belongs to the order that was asked for. Payfer need not repeat the code.
func (f fields) isAbout(order string) bool {
	return !f.has("order_code") || f.raw("order_code") == order
}
