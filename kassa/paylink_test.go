package kassa_test

import (
	"errors"
	"strings"
	"testing"

	"payferbot/kassa"
	"payferbot/money"
)

func TestPayLinks(t *testing.T) {
	t.Parallel()
	const sum = 50_001*money.Som + 50
	for _, c := range []struct{ text, want, name string }{
		{"https://my.click.uz/clickp2p/ABC", "https://my.click.uz/clickp2p/ABC?amount=50001.50", "Click"},
		{" https://my.click.uz/clickp2p?id=7 ", "https://my.click.uz/clickp2p?id=7&amount=50001.50", "Click"},
		{"https://click.uz/p#x", "https://click.uz/p?amount=50001.50#x", "Click"},
		{"https://my.click.uz/p?amount=5", "https://my.click.uz/p?amount=5", "Click"},
		{"https://my.click.uz/p?a={sum}", "https://my.click.uz/p?a=50001.50", "Click"},
		{"https://my.click.uz/p?amount=%7Bsum%7d", "https://my.click.uz/p?amount=50001.50", "Click"},
		{"https://notclick.uz/p", "https://notclick.uz/p", "notclick.uz"},
		{"https://payme.uz/x/{sum}?o={order}", "https://payme.uz/x/50001.50?o=k3v7q2m5x4t6w2ab", "Payme"},
		{"Https://My.Click.uz/p", "https://My.Click.uz/p?amount=50001.50", "Click"},
		{"https://www.bank.example/pay", "https://www.bank.example/pay", "bank.example"},
	} {
		link, err := kassa.ParsePayLink(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got := link.For(sum, "k3v7q2m5x4t6w2ab"); got != c.want || link.Name() != c.name {
			t.Errorf("%q leads to %q of %q, want %q of %q", c.text, got, link.Name(), c.want, c.name)
		}
		if fills := strings.Contains(c.want, "50001.50"); link.FillsSum() != fills {
			t.Errorf("%q fills in the sum: %v", c.text, link.FillsSum())
		}
	}
}

func TestWhatIsNoPayLink(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "click", "http://my.click.uz/p", "javascript:alert(1)", "https://", "https://localhost/p", "https://a b.uz/",
		"https://.", "https://bank.", "https://.uz/p", "https://bank..uz", "HTTPS://",
		"https://u:p@bank.uz/", "https://bank.uz/{amount}", "https://bank.uz/{sum", "https://{order}.bank.uz/", "https://bank.uz/\"x",
		"https://bank.uz/" + strings.Repeat("x", 600), "tg://resolve?domain=x",
	} {
		if link, err := kassa.ParsePayLink(text); !errors.Is(err, kassa.ErrLink) {
			t.Errorf("%q is taken as %q (%v)", text, link, err)
		}
	}
}

func TestALinkThatIsTooLongIsToldFromWhatIsNone(t *testing.T) {
	t.Parallel()
	for text, long := range map[string]bool{
		"https://bank.uz/" + strings.Repeat("x", 600): true,
		"https://bank.uz/{amount}":                    false,
		strings.Repeat("x", 600):                      false,
	} {
		if _, err := kassa.ParsePayLink(text); !errors.Is(err, kassa.ErrLink) || errors.Is(err, kassa.ErrLongLink) != long {
			t.Errorf("%d bytes: %v, too long %v", len(text), err, long)
		}
	}
}

func FuzzPayLink(f *testing.F) {
	f.Add("https://my.click.uz/clickp2p/ABC")
	f.Add("https://bank.uz/{sum}/{order}")
	f.Fuzz(func(t *testing.T, text string) {
		link, err := kassa.ParsePayLink(text)
		if err != nil {
			return
		}
		got := link.For(money.Som, "k3v7q2m5x4t6w2ab")
		if !strings.HasPrefix(got, "https://") || strings.ContainsAny(got, "{}\"<> \n") || link.Name() == "" {
			t.Errorf("%q gives %q of %q", text, got, link.Name())
		}
		if again, err := kassa.ParsePayLink(string(link)); err != nil || again != link {
			t.Errorf("%q, read again, is %q (%v)", link, again, err)
		}
	})
}

func TestSchemes(t *testing.T) {
	t.Parallel()
	for card, want := range map[string]string{
		"8600123456789012": "Uzcard", "9860123456789012": "Humo", "4073123456789012": "Visa", "5614123456789012": "Uzcard",
		"5312345678901234": "Mastercard", "2720123456789012": "Mastercard", "2721123456789012": "", "6262123456789012": "Uzcard", "6212123456789012": "UnionPay",
		"2202123456789012": "Mir", "": "", "1": "",
	} {
		if got := (kassa.Details{Card: card}).Scheme(); got != want {
			t.Errorf("%s is %q, want %q", card, got, want)
		}
	}
}
