// Package money holds sums of so'm exactly, in tiyin, and never as a float.
//
// Payfer tells one card transfer from another by the tiyin it adds to a sum (50001.50 for an invoice of 50000), so a
// sum that is off by one tiyin is another customer's payment. The package reads what people type ([Parse],
// [ParsePrefix]), reads what a gateway writes ([FromJSON]) and writes both.
package money

import (
	"errors"
	"strconv"
)

// Amount is a sum in tiyin; 100 tiyin are one so'm. As JSON it is the bare whole number of tiyin, which is what our own
// records keep; a gateway's sums, which are in so'm, come in through [FromJSON].
type Amount int64

// The units of [Amount].
const (
	Tiyin Amount = 1
	Som          = 100 * Tiyin
)

// What is wrong with a sum. Each is told to people in its own words.
var (
	ErrNotSum    = errors.New("not a sum")
	ErrNegative  = errors.New("a sum cannot be negative")
	ErrDecimals  = errors.New("a sum has at most two decimals")
	ErrTooLarge  = errors.New("sum too large")
	ErrAmbiguous = errors.New("the sum can be read in two ways")
)

// String gives the sum as people read it: a space between thousands, a decimal comma, always two decimals
// ("50 001,50").
func (a Amount) String() string {
	return string(append(a.grouped(), a.decimals(',')...))
}

// Short gives the sum as String does, without ",00" when it is whole so'm ("50 000").
func (a Amount) Short() string {
	if a%Som == 0 {
		return string(a.grouped())
	}
	return a.String()
}

// Plain gives the sum for copying into a banking app: no separator between thousands, a point, two decimals
// ("50001.50").
func (a Amount) Plain() string {
	return string(append(a.whole(), a.decimals('.')...))
}

// Wire gives the sum as Payfer's create takes it: "50000" when it is whole so'm, otherwise "50000.50".
func (a Amount) Wire() string {
	if a%Som == 0 {
		return string(a.whole())
	}
	return a.Plain()
}

// magnitude is the sum without its sign; unsigned, so that the smallest int64 has one too.
func (a Amount) magnitude() uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

func (a Amount) whole() []byte {
	var b []byte
	if a < 0 {
		b = append(b, '-')
	}
	return strconv.AppendUint(b, a.magnitude()/uint64(Som), 10)
}

func (a Amount) grouped() []byte {
	digits := a.whole()
	out := make([]byte, 0, len(digits)+len(digits)/3+3) // room for the decimals too
	for i, d := range digits {
		left := len(digits) - i
		if i > 0 && left%3 == 0 && digits[i-1] != '-' {
			out = append(out, ' ')
		}
		out = append(out, d)
	}
	return out
}

func (a Amount) decimals(point byte) []byte {
	rest := byte(a.magnitude() % uint64(Som))
	return []byte{point, '0' + rest/10, '0' + rest%10}
}
