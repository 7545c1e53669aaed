// Package payfer is a client of the Payfer payment gateway (https://api.payfer.uz): create a payment, check it, read a
// kassa's figures, and read the webhook. It needs nothing of the rest of this module but money and secret.
//
//	client := payfer.New(payfer.DefaultURL)
//	payment, err := client.Create(ctx, credentials, 50_000*money.Som, "ORDER123")
//
// # What an error means
//
// Every error is an [*Error] of one [Kind], and errors.Is knows the kinds. What matters most after a create is whether a
// payment may exist now:
//
//   - [ErrUnsent]: the request never left. Nothing happened.
//   - [ErrUnknown]: it may have left and there is no readable answer. Ask [Client.Check]; do not create the code again.
//   - [ErrOrderExists]: the code was used before. When it is a code of your own that was sent once, treat it as
//     [ErrUnknown]: something on the way may have sent it twice.
//   - every other kind: Payfer refused. Nothing was created.
//
// [Kind.Definite] tells the first and last from the middle two. A create is never sent twice by this package: each has
// a connection of its own, because Go's transport quietly replays a GET when a kept-alive connection drops.
//
// # What an answer means
//
// A payment's state and its sums are read apart. A payment that was created is created, and one that is paid is paid,
// even when the sums beside it cannot be read; SumDoubt says so then. Sums may come as numbers or as strings and are
// read without a float. The answer about another order than the one asked for is no answer ([ErrUnknown]).
//
// Payfer does not sign its webhooks, so [ParseWebhook] gives only a [Hint]: a reason to call [Client.Check] now.
//
// # Secrets
//
// The shop key travels in the URL. No error of this package holds a URL or the key, in its text or down its chain of
// causes; redirects are not followed; words from the gateway are stripped of the key, of control and bidi characters,
// and cut to [MaxText] characters. They are still foreign text: escape them where you show them.
package payfer
