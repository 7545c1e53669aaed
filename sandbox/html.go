package sandbox

import (
	"html"
	"regexp"
	"strconv"
	"strings"
)

// tagTypes maps the tags of Telegram's HTML to entity types; "" has rules of its own.
func tagTypes() map[string]string {
	return map[string]string{
		"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
		"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
		"code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link", "span": "spoiler",
		"tg-emoji": "custom_emoji", "tg-time": "date_time",
	}
}

var (
	tagForm  = regexp.MustCompile(`^<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[A-Za-z-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*>`)
	attrForm = regexp.MustCompile(`([A-Za-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?`)
	timeForm = regexp.MustCompile(`^(?:r|w?[dD]?[tT]?)$`)
	charForm = regexp.MustCompile(`^&(?:lt|gt|amp|quot|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});`)
)

// htmlParser reads Telegram's HTML: https://core.telegram.org/bots/api#html-style.
type htmlParser struct {
	src   string
	at    int // bytes of src read
	out   strings.Builder
	units int // UTF-16 units written
	open  []openTag
	done  []Entity
}

type openTag struct {
	name   string
	entity Entity
	hidden bool // makes no entity of its own: the code inside a pre
}

func badEntity(format string, args ...any) *apiError {
	return badRequest("can't parse entities: "+format, args...)
}

// parseHTML gives the text and its entities, or what Telegram says is wrong with it.
func parseHTML(src string) (string, []Entity, *apiError) {
	p := &htmlParser{src: src}
	for p.at < len(src) {
		if err := p.step(); err != nil {
			return "", nil, err
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, badEntity("Can't find end tag corresponding to start tag %q", p.open[n-1].name)
	}
	return p.out.String(), p.done, nil
}

func (p *htmlParser) step() *apiError {
	rest := p.src[p.at:]
	switch rest[0] {
	case '<':
		return p.tag(rest)
	case '&':
		char := charForm.FindString(rest)
		if char == "" {
			return badEntity("Bare & at byte offset %d (sandbox: escape it)", p.at)
		}
		p.write(html.UnescapeString(char))
		p.at += len(char)
	default:
		end := strings.IndexAny(rest, "<&")
		if end < 0 {
			end = len(rest)
		}
		p.write(rest[:end])
		p.at += end
	}
	return nil
}

func (p *htmlParser) write(s string) {
	p.out.WriteString(s)
	p.units += size(s)
}

func (p *htmlParser) tag(rest string) *apiError {
	m := tagForm.FindStringSubmatch(rest)
	if m == nil {
		name, _, _ := strings.Cut(rest[1:], ">")
		if !strings.Contains(rest, ">") {
			return badEntity("Unclosed start tag at byte offset %d", p.at)
		}
		return badEntity("Unsupported start tag %q at byte offset %d", clip(name), p.at)
	}
	name := strings.ToLower(m[2])
	var err *apiError
	if m[1] == "/" {
		err = p.endTag(name)
	} else {
		err = p.startTag(name, attributes(m[3]))
	}
	p.at += len(m[0])
	return err
}

func attributes(s string) map[string]string {
	set := map[string]string{}
	for _, m := range attrForm.FindAllStringSubmatch(s, -1) {
		set[strings.ToLower(m[1])] = html.UnescapeString(m[2] + m[3] + m[4])
	}
	return set
}

func (p *htmlParser) startTag(name string, attrs map[string]string) *apiError {
	kind, ok := tagTypes()[name]
	if !ok {
		return badEntity("Unsupported start tag %q at byte offset %d", name, p.at)
	}
	tag := openTag{name: name, entity: Entity{Type: kind, Offset: p.units}}
	if err := tag.read(attrs, p.at); err != nil {
		return err
	}
	if name == "code" && len(p.open) > 0 && p.open[len(p.open)-1].name == "pre" {
		tag.hidden = true
		p.open[len(p.open)-1].entity.Language = strings.TrimPrefix(attrs["class"], "language-")
	}
	p.open = append(p.open, tag)
	return nil
}

// read takes what a tag's attributes say into its entity.
func (t *openTag) read(attrs map[string]string, at int) *apiError {
	switch t.name {
	case "a":
		t.entity.URL = attrs["href"]
	case "span":
		if attrs["class"] != "tg-spoiler" {
			return badEntity("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", at)
		}
	case "blockquote":
		if _, ok := attrs["expandable"]; ok {
			t.entity.Type = "expandable_blockquote"
		}
	case "tg-emoji":
		t.entity.EmojiID = attrs["emoji-id"]
		if t.entity.EmojiID == "" {
			return badEntity("Tag \"tg-emoji\" must have an emoji-id at byte offset %d", at)
		}
	case "tg-time":
		unix, err := strconv.ParseInt(attrs["unix"], 10, 64)
		if err != nil || unix <= 0 || !timeForm.MatchString(attrs["format"]) {
			return badEntity("Tag \"tg-time\" must have a unix time and a format of r or w, d|D, t|T at byte offset %d", at)
		}
		t.entity.UnixTime, t.entity.Format = unix, attrs["format"]
	}
	return nil
}

func (p *htmlParser) endTag(name string) *apiError {
	if len(p.open) == 0 {
		return badEntity("Unexpected end tag at byte offset %d", p.at)
	}
	tag := p.open[len(p.open)-1]
	if tag.name != name {
		return badEntity("Unmatched end tag at byte offset %d, expected %q, found %q", p.at, "</"+tag.name+">", "</"+name+">")
	}
	p.open = p.open[:len(p.open)-1]
	tag.entity.Length = p.units - tag.entity.Offset
	noLink := tag.name == "a" && tag.entity.URL == "" // Telegram drops links to nowhere
	if tag.entity.Length > 0 && !tag.hidden && !noLink {
		p.done = append(p.done, tag.entity)
	}
	return nil
}
