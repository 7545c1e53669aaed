package locales

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// texts are a language's texts as the file has them: key → plural form → text.
func texts(t *testing.T, lang string) map[string]map[string]string {
	t.Helper()
	raw, err := files.ReadFile(lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var parsed any
	if err := unmarshal(raw, &parsed); err != nil {
		t.Fatal(err)
	}
	out := make(map[string]map[string]string)
	for key, text := range parsed.(map[string]any) {
		out[key] = make(map[string]string)
		switch text := text.(type) {
		case string:
			out[key]["other"] = text
		case map[string]any:
			for form, s := range text {
				out[key][form] = s.(string)
			}
		default:
			t.Fatalf("%s: %s is a %T", lang, key, text)
		}
	}
	return out
}

// each calls check with every text of every language.
func each(t *testing.T, check func(t *testing.T, lang, key, text string)) {
	t.Helper()
	for _, lang := range langs {
		t.Run(lang, func(t *testing.T) {
			for key, forms := range texts(t, lang) {
				for _, text := range forms {
					check(t, lang, key, text)
				}
			}
		})
	}
}

// plain tells whether a key's text goes where no markup is read.
func plain(key string) bool {
	for _, prefix := range []string{"button.", "menu.", "about.", "check.", "state.", "date."} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

var placeholder = regexp.MustCompile(`\.([A-Z]\w*)`)

func placeholders(text string) []string {
	found := make(map[string]bool)
	for _, action := range regexp.MustCompile(`{{[^}]*}}`).FindAllString(text, -1) {
		for _, m := range placeholder.FindAllStringSubmatch(action, -1) {
			found[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestEveryKeyIsInEveryLanguageWithTheSamePlaceholders(t *testing.T) {
	t.Parallel()
	want := make(map[string][]string)
	for key, forms := range texts(t, langs[0]) {
		want[key] = placeholders(forms["other"])
	}
	for _, lang := range langs {
		got := make(map[string][]string)
		for key, forms := range texts(t, lang) {
			got[key] = placeholders(forms["other"])
			for form, text := range forms {
				if diff := cmp.Diff(got[key], placeholders(text)); diff != "" {
					t.Errorf("%s: %s: form %s has other placeholders:\n%s", lang, key, form, diff)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differs from %s:\n%s", lang, langs[0], diff)
		}
	}
}

func TestWhatIsCountedHasThePluralFormsOfItsLanguage(t *testing.T) {
	t.Parallel()
	forms := map[string][]string{
		"uz": {"other"}, "uz-Cyrl": {"other"},
		"ru": {"few", "many", "one", "other"}, "en": {"one", "other"},
	}
	for _, lang := range langs {
		for key, text := range texts(t, lang) {
			want := []string{"other"}
			if slices.Contains(placeholders(text["other"]), "Count") {
				want = forms[lang]
			}
			if got := slices.Sorted(maps.Keys(text)); !slices.Equal(got, want) {
				t.Errorf("%s: %s has the forms %v, want %v", lang, key, got, want)
			}
		}
	}
}

var tag = regexp.MustCompile(`</?[^>]*>`)

func TestMarkupIsSanctionedAndBalanced(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _, key, text string) {
		var open []string
		for _, m := range tag.FindAllString(text, -1) {
			name := strings.Trim(m, "</>")
			switch {
			case plain(key):
				t.Errorf("%s is plain, yet has %s", key, m)
			case !slices.Contains([]string{"b", "i", "code"}, name):
				t.Errorf("%s: %s is no tag of ours", key, m)
			case !strings.HasPrefix(m, "</"):
				open = append(open, name)
			case len(open) == 0 || open[len(open)-1] != name:
				t.Errorf("%s: %s closes nothing", key, m)
			default:
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			t.Errorf("%s leaves %v open", key, open)
		}
		if rest := tag.ReplaceAllString(text, ""); strings.ContainsAny(rest, "<>&") {
			t.Errorf("%s has a bare <, > or &", key)
		}
	})
}

func TestNoTextIsEmptyOrRagged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _, key, text string) {
		if text == "" || text != strings.TrimSpace(text) || strings.Contains(text, "  ") || strings.Contains(text, " \n") {
			t.Errorf("%s: stray white space in %q", key, text)
		}
	})
}

func TestUzbekIsSpelledWithItsOwnLetters(t *testing.T) {
	t.Parallel()
	for key, forms := range texts(t, "uz") {
		text := forms["other"]
		if strings.ContainsAny(text, "'`‘’´") {
			t.Errorf("%s: a false apostrophe in %q", key, text)
		}
		if m := regexp.MustCompile(`[^oOgG]ʻ`).FindString(text); m != "" {
			t.Errorf("%s: ʻ belongs to o and g, not to %q in %q", key, m, text)
		}
		if m := regexp.MustCompile(`[oOgG]ʼ`).FindString(text); m != "" {
			t.Errorf("%s: %q should have ʻ in %q", key, m, text)
		}
	}
}

// word is a run of letters; the scripts of one word do not mix, but for
// endings on "Payfer".
var word = regexp.MustCompile(`\p{L}+`)

func TestWordsDoNotMixAlphabets(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang, key, text string) {
		text = regexp.MustCompile(`{{[^}]*}}|</?\w+>|/\w+|@\w*|shop_id|shop_key|SHOP_ID|SHOP_KEY`).ReplaceAllString(text, " ")
		for _, w := range word.FindAllString(text, -1) {
			ending := strings.TrimPrefix(w, "Payfer")
			latin := strings.IndexFunc(ending, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) >= 0
			cyrillic := strings.IndexFunc(ending, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) >= 0
			foreign := cyrillic
			if lang == "ru" || lang == "uz-Cyrl" {
				foreign = latin && !slices.Contains([]string{"QR", "ID", "via"}, w)
			}
			if foreign && key != "lang.ask" {
				t.Errorf("%s: %q is in the wrong alphabet", key, w)
			}
			if latin && cyrillic {
				t.Errorf("%s: %q mixes alphabets", key, w)
			}
		}
	})
}

func TestAvoidedWordsAreAbsent(t *testing.T) {
	t.Parallel()
	avoided := []string{
		"hisob-faktura", "ҳисоб-фактура", "счёт-фактура", "счет-фактура", "tranzaksiya", "транзакц", "transaction",
		"webhook", "вебхук", "error", "invalid", "api", "http", "null", "order", "pending", "p2p",
	}
	each(t, func(t *testing.T, _, key, text string) {
		text = strings.ToLower(strings.ReplaceAll(text, "/webhook", ""))
		for _, w := range avoided {
			if regexp.MustCompile(`\b` + regexp.QuoteMeta(w)).MatchString(text) {
				t.Errorf("%s says %q", key, w)
			}
		}
	})
}

// signs is the one table of signs; whatever tells of a state carries its sign.
var signs = map[string]string{
	"creating": "⏳", "pending": "⏳", "waiting": "⏳", "until": "⏳", "until_day": "⏳",
	"paid": "✅", "plain": "✅", "abandoned": "✅", "paid_before": "✅",
	"expired": "🕓", "overdue": "✋", "cancelled": "🚫", "withdrawn": "🚫", "rejected": "❌", "unknown": "❓", "absent": "📭",
	"late": "⚠️", "recalled": "⚠️", "mismatch": "⚠️", "repeat": "⚠️", "doubt": "⚠️", "no_sum": "⚠️",
	"title":             "✅", // of gathered news
	"key_delete_failed": "⚠️", "group_key": "⚠️", "refused": "⚠️",
}

var anySign = regexp.MustCompile(`[\x{2190}-\x{21ff}\x{2300}-\x{27bf}\x{2b00}-\x{2bff}\x{1f000}-\x{1faff}]`)

func TestEachStateHasItsOneSignEverywhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _, key, text string) {
		if key == "unknown_command" || key == "unknown_text" {
			return
		}
		parts := strings.Split(key, ".")
		name := parts[1%len(parts)]
		want, signed := signs[name]
		if !slices.Contains([]string{"state", "check", "invoice", "paid", "stranger", "gathered", "kassa", "link", "shop"}, parts[0]) {
			signed = false
		}
		switch {
		case strings.HasSuffix(key, "_todo"), strings.HasSuffix(key, "_too"):
			signed = false
		}
		if got := anySign.FindAllString(text, -1); !signed && len(got) > 0 || signed && len(got) != 1 {
			t.Errorf("%s has the signs %v, want %q", key, got, want)
		}
		if signed && !strings.HasPrefix(text, want+" ") {
			t.Errorf("%s begins %q, want the sign %s", key, text[:min(8, len(text))], want)
		}
	})
}

// units is a length as Telegram counts it.
func units(s string) int { return len(utf16.Encode([]rune(s))) }

func TestTextsFitWhereTheyGo(t *testing.T) {
	t.Parallel()
	b := load(t)
	long := strings.Repeat("🏪", 64)
	args := Args{
		"Number": 1 << 31, "Count": 1 << 31, "Sum": "10 000 000,00", "Asked": "10 000 000,00", "Paid": "10 000 000,00", "Diff": "9 999 000,00",
		"More": true, "Round": true, "Group": true, "Flat": "10 000 000", "Until": "24-sentabr, 15:30", "Time": "15:30", "Date": "24-sentabr", "Day": "24", "Month": "sentabr", "Year": "2026",
		"Shop": long, "Old": long, "Note": strings.Repeat("🍵", 200), "ShopID": long, "ID": long, "Text": strings.Repeat("🍵", 40),
		"Balance": "92 233 720 368 547 758,07", "Total": "92 233 720 368 547 758,07", "Min": "1 000", "Max": "10 000 000",
		"URL": "https://" + strings.Repeat("a", 2000), "Command": "/" + strings.Repeat("x", 32), "Bot": strings.Repeat("x", 32),
		"List":  HTML(strings.Repeat("x", 2000)),
		"Place": strings.Repeat("🏪", 128), "Title": strings.Repeat("🏪", 128), "Code": strings.Repeat("x", 24), "Everyone": true,
		"Card": "8600 1234 5678 9012 345", "Holder": long, "Scheme": "Mastercard", "Left": "1:59", "App": strings.Repeat("x", 32),
		"Name": strings.Repeat("x", 20), "Filled": true, "Start": "https://", "Example": "https://pay.example.uz/?sum={sum}", "Most": 4,
	}
	limits := []struct {
		prefix string
		max    int
	}{{"check.", 200}, {"failed", 200}, {"invoice.too_many", 200}, {"store_down", 200}, {"full_press", 200}, {"invoices.end", 200}, {"access.", 200}, {"guest.check_mismatch", 197}, {"link.press_over", 200}, {"inline.offer", 4096}, {"inline.press", 4096}, {"inline.over", 200}, {"inline.unlinked", 200}, {"inline.title", 64}, {"inline.", 64}, {"button.", 40}, {"menu.", 256}, {"about.description", 512}, {"about.short", 120}, {"state.", 64}, {"", 4096}}
	each(t, func(t *testing.T, lang, key, _ string) {
		got := b.HTML(lang, key, args)
		if plain(key) {
			got = b.Plain(lang, key, args)
		}
		if got == key {
			t.Errorf("%s could not be said", key)
		}
		for _, limit := range limits {
			if strings.HasPrefix(key, limit.prefix) {
				if n := units(got); n > limit.max {
					t.Errorf("%s is %d units long, Telegram takes %d", key, n, limit.max)
				}
				return
			}
		}
	})
}
