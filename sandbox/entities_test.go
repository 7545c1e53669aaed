package sandbox

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHTMLIsParsedAsTelegramDoes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in, text string
		entities []Entity
	}{
		{in: "plain > text", text: "plain > text"},
		{in: "<b>a</b>", text: "a", entities: []Entity{{Type: "bold", Length: 1}}},
		{in: "💰 <code>50 001,50</code> so'm", text: "💰 50 001,50 so'm", entities: []Entity{{Type: "code", Offset: 3, Length: 9}}},
		{in: "<B><i>x</i>y</B>", text: "xy", entities: []Entity{{Type: "bold", Length: 2}, {Type: "italic", Length: 1}}},
		{in: "  \n <b> a </b> \n", text: "a", entities: []Entity{{Type: "bold", Length: 1}}},
		{in: "&lt;b&gt; &amp; &quot;&#39;&#x27;", text: `<b> & "''`},
		{in: `<a href="https://t.me/x?a=1&amp;b=2">l</a>`, text: "l", entities: []Entity{{Type: "text_link", Length: 1, URL: "https://t.me/x?a=1&b=2"}}},
		{in: "<a>nowhere</a>", text: "nowhere"},
		{in: `<tg-time unix="1705764600" format="r">15:30</tg-time>`, text: "15:30", entities: []Entity{{Type: "date_time", Length: 5, UnixTime: 1705764600, Format: "r"}}},
		{in: `<pre><code class="language-go">x</code></pre>`, text: "x", entities: []Entity{{Type: "pre", Length: 1, Language: "go"}}},
		{in: "<blockquote expandable>q</blockquote>", text: "q", entities: []Entity{{Type: "expandable_blockquote", Length: 1}}},
		{in: `<tg-spoiler>s</tg-spoiler><span class="tg-spoiler">t</span>`, text: "st", entities: []Entity{{Type: "spoiler", Length: 1}, {Type: "spoiler", Offset: 1, Length: 1}}},
		{in: "<b></b>x\u202ey\rz", text: "xyz"},
	}
	for _, tt := range tests {
		f, err := formattedText(tt.in, "HTML", nil, mostText)
		if err != nil {
			t.Errorf("%s: %s", tt.in, err.text)
			continue
		}
		if len(f.entities) == 0 {
			f.entities = nil
		}
		if f.text != tt.text || !cmp.Equal(f.entities, tt.entities) {
			t.Errorf("%s: %q %s", tt.in, f.text, cmp.Diff(tt.entities, f.entities))
		}
	}
}

func TestWrongHTMLIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"a < b":                            "Unclosed start tag at byte offset 2",
		"a < b > c":                        `Unsupported start tag " b "`,
		"a <b":                             "Unclosed start tag at byte offset 2",
		"<b>x":                             `Can't find end tag corresponding to start tag "b"`,
		"x</b>":                            "Unexpected end tag at byte offset 1",
		"<b><i>x</b></i>":                  `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`,
		"<h1>x</h1>":                       `Unsupported start tag "h1" at byte offset 0`,
		"<br/>":                            `Unsupported start tag "br/"`,
		"Tom & Jerry":                      "Bare & at byte offset 4",
		"&nbsp;":                           "Bare &",
		`<span class="x">y</span>`:         "must have class",
		"<tg-time>x</tg-time>":             "must have a unix time",
		`<tg-time unix="1" format="q">x`:   "must have a unix time",
		`<tg-emoji emoji-id="">x`:          "emoji-id",
		`<b onclick="steal(document)">x</`: "Unclosed start tag",
	}
	for in, why := range tests {
		_, err := formattedText(in, "HTML", nil, mostText)
		if err == nil || !strings.HasPrefix(err.text, "Bad Request: can't parse entities: ") || !strings.Contains(err.text, why) {
			t.Errorf("%s: got %+v, want %q", in, err, why)
		}
	}
}

func TestCommandsAreMarkedInUTF16(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want []Entity
	}{
		{in: "/start", want: []Entity{{Type: "bot_command", Length: 6}}},
		{in: "💰 /invoice@payfer_bot 5", want: []Entity{{Type: "bot_command", Offset: 3, Length: 19}}},
		{in: "/a /b", want: []Entity{{Type: "bot_command", Length: 2}, {Type: "bot_command", Offset: 3, Length: 2}}},
		{in: "a/b 1/2 //x"},
	}
	for _, tt := range tests {
		if got := commandEntities(tt.in); !cmp.Equal(got, tt.want) {
			t.Errorf("%s: %s", tt.in, cmp.Diff(tt.want, got))
		}
	}
}

func TestRenderedTextIsEscapedAndNested(t *testing.T) {
	t.Parallel()
	f, err := formattedText(`💰<b>&lt;script&gt; <code>5</code></b> <a href="javascript:alert(1)">x</a> <a href="https://e.uz/?a=&quot;">y</a>`, "HTML", nil, mostText)
	if err != nil {
		t.Fatal(err.text)
	}
	want := `💰<b>&lt;script&gt; <code>5</code></b> x <a rel="noopener noreferrer" target="_blank" href="https://e.uz/?a=&#34;">y</a>`
	if got := string(render(f.text, f.entities)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
