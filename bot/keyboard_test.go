package bot

import "testing"

func TestTheQRLeadsToThePageOrToTheBot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ public, bot, want string }{
		{"https://kassa.example", "shop_bot", "https://kassa.example/pay/abc"},
		{"https://kassa.example/", "shop_bot", "https://kassa.example/pay/abc"},
		{"", "shop_bot", "https://t.me/shop_bot?start=pay_abc"},
		{"", "@shop_bot", "https://t.me/shop_bot?start=pay_abc"},
	} {
		r := &renderer{publicURL: c.public, bot: c.bot}
		if got := r.payLink("abc"); got != c.want {
			t.Errorf("%q, %q: %s, want %s", c.public, c.bot, got, c.want)
		}
	}
}
