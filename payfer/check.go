package payfer

import (
	"context"
	"fmt"

	"payferbot/money"
)

// State is what Payfer says of a payment.
type State string

// The documented states. There is no other: a reply with another word is [ErrUnknown].
const (
	Pending   State = "pending"
	Paid      State = "paid"
	Expired   State = "expired"
	Cancelled State = "cancelled"
)

// Status is what Payfer knows of an order. A sum of 0 was not told.
type Status struct {
	Order    string
	State    State
	Amount   money.Amount // what the shop asked for
	Paid     money.Amount // what came
	Unique   money.Amount // what the customer was to transfer; not documented for check
	PaidAt   Stamp
	ExpireAt Stamp // not documented for check
	SumDoubt bool  // a sum was unreadable, or the payment is paid and Paid is not told; State holds all the same
}

// Check asks Payfer for the state of an order. It is the one source of truth about a payment and may be repeated.
// Errors are [*Error]; [ErrNotFound] means that Payfer itself said it knows no such order.
func (c *Client) Check(ctx context.Context, creds Credentials, order string) (Status, error) {
	if order == "" {
		return Status{}, &Error{Kind: ErrMissing, Op: opCheck, Err: errNoOrder}
	}
	f, err := c.ask(ctx, question{method: opCheck, creds: creds, params: map[string]string{"order": order}})
	if err != nil {
		return Status{}, err
	}
	if !f.isAbout(order) {
		return Status{}, &Error{Kind: ErrUnknown, Op: opCheck, Err: errOtherOrder}
	}
	state, ok := f.state()
	if !ok {
		err := fmt.Errorf("payment_status %.40q is not documented", f.text("payment_status"))
		return Status{}, &Error{Kind: ErrUnknown, Op: opCheck, Err: err}
	}
	return statusFrom(f, order, state), nil
}

func (f fields) state() (State, bool) {
	switch word := f.word("payment_status"); word {
	case "pending", "paid", "expired", "cancelled":
		return State(word), true
	case "canceled":
		return Cancelled, true
	}
	return "", false
}

func statusFrom(f fields, order string, state State) Status {
	amount, amountOK := f.sum("amount")
	paid, paidOK := f.sum("paid_amount")
	unique, uniqueOK := f.sum("unique_amount")
	return Status{
		Order:    order,
		State:    state,
		Amount:   amount,
		Paid:     paid,
		Unique:   unique,
		PaidAt:   f.stamp("paid_at"),
		ExpireAt: f.stamp("expire_at"),
		SumDoubt: !amountOK || !paidOK || !uniqueOK || state == Paid && paid == 0,
	}
}
