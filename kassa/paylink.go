package kassa

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"payferbot/money"
)

// PayLink is the address of a page on which a customer pays the kassa, in his
// bank's or wallet's app: https, with {sum} and {order} where the sum in so'm
// ("50001.50") and our order code belong.
type PayLink string

// The placeholders of a PayLink.
const (
	sumMark   = "{sum}"
	orderMark = "{order}"
)

const (
	// MostLinks is how many pay links a kassa may have: more than this nobody reads.
	MostLinks = 4
	// MaxLink bounds a link's length: Telegram takes longer ones, people do not have them.
	MaxLink = 512
)

// The errors of ParsePayLink and AddLink. One that is too long is no pay link either.
var (
	ErrLink      = errors.New("no pay link") // not an https address, or one with other placeholders
	ErrLongLink  = fmt.Errorf("%w: longer than %d bytes", ErrLink, MaxLink)
	ErrMostLinks = errors.New("too many pay links")    // the kassa has MostLinks already
	ErrSameLink  = errors.New("the pay link is there") // already
)

// click is where Click's own pages are. They take the sum as a parameter of the
// address, so its link needs no placeholder: "?amount={sum}" is added to it.
const click = "click.uz"

// ParsePayLink reads a link as the shop's owner sends it. Errors: ErrLink, ErrLongLink.
func ParsePayLink(text string) (PayLink, error) {
	text = encodedMarks.ReplaceAllString(strings.TrimSpace(text), "{$1}")
	text = anyScheme.ReplaceAllString(text, scheme)
	l := PayLink(text)
	u, err := url.Parse(l.with("1.00", "a"))
	switch {
	case len(text) > MaxLink && strings.HasPrefix(text, scheme):
		return "", ErrLongLink
	case err != nil, len(text) > MaxLink, strings.ContainsAny(text, " \t\r\n\"'<>\\`"):
		return "", ErrLink
	case !strings.HasPrefix(text, scheme), u.User != nil, !isDomain(u.Hostname()):
		return "", ErrLink
	case strings.ContainsAny(l.with("", ""), "{}"):
		return "", ErrLink // a placeholder that we do not know would go to the bank as it is
	case strings.ContainsAny(authority(text), "{}"):
		return "", ErrLink // nobody's host may depend on a sum
	}
	if name := strings.ToLower(u.Hostname()); (name == click || strings.HasSuffix(name, "."+click)) && !l.FillsSum() && !u.Query().Has("amount") {
		l = PayLink(withAmount(text))
	}
	return l, nil
}

// scheme begins every pay link.
const scheme = "https://"

var (
	// encodedMarks are placeholders as a browser's address bar gives them when they are copied.
	encodedMarks = regexp.MustCompile(`(?i:%7B)(sum|order)(?i:%7D)`)
	// anyScheme is the scheme as a telephone's keyboard begins a line: Https.
	anyScheme = regexp.MustCompile(`^(?i:https)://`)
)

// isDomain tells a name of two parts or more.
func isDomain(host string) bool {
	parts := strings.Split(host, ".")
	return len(parts) > 1 && !slices.Contains(parts, "")
}

// authority is what stands between https:// and the path.
func authority(link string) string {
	_, rest, _ := strings.Cut(link, "://")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// withAmount adds the parameter in front of the address's fragment.
func withAmount(link string) string {
	link, fragment, has := strings.Cut(link, "#")
	joint := "?"
	if strings.Contains(link, "?") {
		joint = "&"
	}
	link = strings.TrimSuffix(link, "?") + joint + "amount=" + sumMark
	if has {
		link += "#" + fragment
	}
	return link
}

// FillsSum tells whether the page opens with the exact sum filled in. Where it
// does not, the customer has to type it.
func (l PayLink) FillsSum() bool { return strings.Contains(string(l), sumMark) }

// For is the link of one payment.
func (l PayLink) For(sum money.Amount, order string) string { return l.with(sum.Plain(), order) }

func (l PayLink) with(sum, order string) string {
	return strings.NewReplacer(sumMark, sum, orderMark, order).Replace(string(l))
}

// Name is what people call the link's page: the app's name where we know it, else its host.
func (l PayLink) Name() string {
	u, err := url.Parse(l.with("", ""))
	if err != nil {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	for _, app := range apps {
		if host == app.host || strings.HasSuffix(host, "."+app.host) {
			return app.name
		}
	}
	return host
}

// apps are the hosts of the payment apps that are used in Uzbekistan.
var apps = []struct{ host, name string }{
	{click, "Click"},
	{"payme.uz", "Payme"},
	{"uzumbank.uz", "Uzum Bank"},
	{"apelsin.uz", "Uzum Bank"},
	{"paynet.uz", "Paynet"},
	{"upay.uz", "Upay"},
	{"oson.uz", "Oson"},
	{"alifpay.uz", "alif"},
	{"alif.uz", "alif"},
}

// Same tells whether both send the money to the same places.
func (d Details) Same(other Details) bool {
	return d.Card == other.Card && d.Holder == other.Holder && slices.Equal(d.Links, other.Links)
}

// Scheme is the bank card's scheme by its number's first digits, as people
// call it; empty where it is none that we know. The ranges are those of ISO 7812 as
// the schemes publish them; Uzcard and Humo are Uzbekistan's own.
func (d Details) Scheme() string {
	for _, s := range schemes {
		if len(d.Card) >= len(s.from) && d.Card[:len(s.from)] >= s.from && d.Card[:len(s.to)] <= s.to {
			return s.name
		}
	}
	return ""
}

var schemes = []struct{ from, to, name string }{
	{"8600", "8600", "Uzcard"},
	{"5614", "5614", "Uzcard"},
	{"6262", "6262", "Uzcard"},
	{"9860", "9860", "Humo"},
	{"4", "4", "Visa"},
	{"51", "55", "Mastercard"},
	{"2221", "2720", "Mastercard"},
	{"62", "62", "UnionPay"},
	{"2200", "2204", "Mir"},
}
