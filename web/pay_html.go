package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

//go:embed pay.html
var payHTML string

//go:embed pay.css
var payCSS string

//go:embed pay.js
var payJS string

// payStyle and payScript stand in the page itself, so that it comes in one request.
var (
	payStyle  = template.CSS(tight(payCSS)) //nolint:gosec // our own, from the file above
	payScript = template.JS(tight(payJS))   //nolint:gosec // our own, from the file above
)

var payTemplate = template.Must(template.New("pay").Funcs(template.FuncMap{
	"style":  func() template.CSS { return payStyle },
	"script": func() template.JS { return payScript },
}).Parse(payHTML))

// payPolicy lets a page have its own style and script, whose hashes it names, and
// ask us how it stands; nothing else, from nobody. The empty icon is data.
var payPolicy = "default-src 'none'; style-src '" + hashOf(string(payStyle)) + "'; script-src '" + hashOf(string(payScript)) +
	"'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// hashOf names a style sheet or a script for a Content-Security-Policy.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// tight leaves out what only we read: indents and the lines that are comments.
func tight(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//") || strings.HasPrefix(line, "/*") {
			continue
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}

// write sends the page.
func (p *pages) write(w http.ResponseWriter, status int, s sheet) {
	var page bytes.Buffer
	if err := payTemplate.Execute(&page, s); err != nil {
		p.log.Error("page not written", "error", err)
		answer(w, http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", s.Lang)
	h.Set("Content-Security-Policy", payPolicy)
	send(w, status, page.Bytes())
}

// send answers with the body, whose length it tells, to HEAD as well.
func send(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
