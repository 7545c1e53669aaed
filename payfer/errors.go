package payfer

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Kind tells what an error means. Kinds are errors themselves, for errors.Is(err, payfer.ErrNotFound).
type Kind string

// The kinds of errors. The first seven are documented by Payfer, with these codes.
const (
	ErrMissing     Kind = "missing required parameters" // 400
	ErrCredentials Kind = "invalid shop credentials"    // 403
	ErrInactive    Kind = "shop is not active"          // 403
	ErrAmount      Kind = "amount out of limits"        // 400
	ErrOrderExists Kind = "order code already exists"   // 400
	ErrNotFound    Kind = "transaction not found"       // 404
	ErrMaintenance Kind = "maintenance"                 // 503
	ErrRateLimited Kind = "too many requests"           // not documented
	ErrRefused     Kind = "refused"                     // an error of other words, or a 4xx that is not in JSON
	ErrUnknown     Kind = "no readable answer"          // lost, unreadable, timed out, 5xx: it may have happened
	ErrUnsent      Kind = "not sent"                    // failed before a byte of the request left: it did not happen
)

// Error gives the kind in words, for operators.
func (k Kind) Error() string { return string(k) }

// Definite tells whether an error of this kind proves that a create made no payment.
func (k Kind) Definite() bool {
	switch k {
	case ErrUnknown, ErrOrderExists, "":
		return false
	}
	return true
}

// KindOf gives the kind of an error of this package, wrapped or not; [ErrUnknown] for any other error.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ErrUnknown
}

// Error is every error that a call of [Client] gives. It holds no URL and no shop key.
type Error struct {
	Kind       Kind
	Op         string        // create, check, shop
	Status     int           // HTTP status; 0 when there was no reply
	Message    string        // the gateway's own words, bounded by MaxText; foreign text
	RetryAfter time.Duration // what the gateway asked for, an hour at most; 0 when it did not
	Err        error         // cause, scrubbed; context errors and errnos are kept for errors.Is
}

// Error gives all of it in one line, for operators.
func (e *Error) Error() string {
	parts := []string{"payfer " + e.Op, string(e.Kind)}
	if e.Status != 0 {
		parts = append(parts, "HTTP "+strconv.Itoa(e.Status))
	}
	if e.Message != "" {
		parts = append(parts, strconv.Quote(e.Message))
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

// Is knows the error's [Kind].
func (e *Error) Is(target error) bool { return target == error(e.Kind) }

// Unwrap gives the scrubbed cause.
func (e *Error) Unwrap() error { return e.Err }
