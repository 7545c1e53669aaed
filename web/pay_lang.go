package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxWishes is how many languages of an Accept-Language are looked at, and
	// maxTag how long the name of one may be.
	maxWishes = 16
	maxTag    = 35
)

// language is the one to answer in: that of ?lang=, else the first of
// Accept-Language that we speak, else the default.
func (p *pages) language(r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); slices.Contains(p.book.Langs(), lang) {
		return lang
	}
	for _, tag := range wishes(strings.Join(r.Header.Values("Accept-Language"), ",")) {
		if lang := p.book.Match(tag); lang != "" {
			return lang
		}
	}
	return p.lang
}

// wishes reads an Accept-Language (RFC 9110, 12.5.4): its tags, the most wanted
// first, without those refused with q=0.
func wishes(header string) []string {
	type wish struct {
		tag string
		q   float64
	}
	var list []wish
	for part := range strings.SplitSeq(header, ",") {
		tag, weight, weighed := strings.Cut(part, ";")
		w := wish{strings.TrimSpace(tag), 1}
		if weighed {
			w.q = quality(weight)
		}
		if w.tag != "" && len(w.tag) <= maxTag && w.q > 0 {
			list = append(list, w)
		}
		if len(list) == maxWishes {
			break
		}
	}
	slices.SortStableFunc(list, func(a, b wish) int { return cmp.Compare(b.q, a.q) })
	tags := make([]string, len(list))
	for i, w := range list {
		tags[i] = w.tag
	}
	return tags
}

// quality reads "q=0.8"; 0 where it is anything else.
func quality(weight string) float64 {
	value, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(weight)), "q=")
	q, err := strconv.ParseFloat(value, 64)
	if !ok || err != nil || q < 0 || q > 1 {
		return 0
	}
	return q
}
