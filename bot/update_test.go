package bot

import "testing"

func TestCommandsAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want command
		ok   bool
	}{
		{"/invoice", command{Name: "invoice"}, true},
		{"/invoice 50000 choy", command{Name: "invoice", Rest: "50000 choy"}, true},
		{"/INVOICE@Payfer_Bot  50 000\nchoy ", command{Name: "invoice", At: "Payfer_Bot", Rest: "50 000\nchoy"}, true},
		{"/invoice\n50000", command{Name: "invoice", Rest: "50000"}, true},
		{"/invoice\u00a050000", command{Name: "invoice", Rest: "50000"}, true},
		{" /start pay_abc", command{Name: "start", Rest: "pay_abc"}, true},
		{"/check №12", command{Name: "check", Rest: "№12"}, true},
		{"/link 🔑 x", command{Name: "link", Rest: "🔑 x"}, true},
		{"/", command{}, false},
		{"/ invoice", command{}, false},
		{"/хисоб 5", command{}, false},
		{"/invoice@", command{}, false},
		{"/invoice@b@c", command{}, false},
		{"invoice 50000", command{}, false},
		{"50000 /invoice", command{}, false},
		{"", command{}, false},
	} {
		got, ok := parseCommand(c.text)
		if got != c.want || ok != c.ok {
			t.Errorf("parseCommand(%q) = %+v, %t; want %+v, %t", c.text, got, ok, c.want, c.ok)
		}
	}
}

func TestAnUpdateOfUnknownKindsIsStillRead(t *testing.T) {
	t.Parallel()
	u, err := readUpdate([]byte(`{"update_id":7,"message":{"message_id":3,"date":5,"chat":{"id":42,"type":"hologram"},
		"from":{"id":42,"is_bot":false},"text":"50000","forward_origin":{"type":"from the future"},"sticker":null}}`))
	if err != nil {
		t.Fatal(err)
	}
	if u.place() != 42 || u.Message.Text != "50000" || u.Message.wordless() {
		t.Errorf("read %+v", u.Message)
	}
}

func TestATopicIsKeptAndAThreadOfRepliesIsNot(t *testing.T) {
	t.Parallel()
	if got := (&message{Thread: 5, InTopic: true}).thread(); got != 5 {
		t.Errorf("topic: thread %d", got)
	}
	if got := (&message{Thread: 5}).thread(); got != 0 {
		t.Errorf("reply: thread %d", got)
	}
}
