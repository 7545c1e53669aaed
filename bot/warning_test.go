package bot

import (
	"strings"
	"testing"
	"time"

	"payferbot/kassa"
)

func TestAChatIsToldHowItsKassaStands(t *testing.T) {
	t.Parallel()
	s := played(t)
	d := kassa.Delivery{
		Kind: kassa.Warn, Peer: kassa.Peer{ID: "peer42", At: kassa.Address{Chat: 42}, Lang: "en"},
		Shop: kassa.Shop{ID: "shop1", Name: "Bahor <2>", Refused: time.Now()},
	}
	m, _ := s.tg.Message(42, s.deliver(d))
	if !strings.Contains(m.Text, "refuses the kassa Bahor <2>") {
		t.Errorf("said %q", m.Text)
	}
	d.Shop.Refused = time.Time{}
	if m, _ = s.tg.Message(42, s.deliver(d)); !strings.Contains(m.Text, "accepts the kassa Bahor <2> again") {
		t.Errorf("said %q", m.Text)
	}
}
