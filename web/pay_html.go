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

var payTemplate = template.Must(template.New("pay").Parse(payHTML))

// payPolicy lets a page have its own style and pictures from here, and nothing else.
var payPolicy = "default-src 'none'; img-src 'self'; style-src '" + styleHash(payHTML) +
	"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// styleHash names the page's style sheet for its Content-Security-Policy.
func styleHash(html string) string {
	_, style, _ := strings.Cut(html, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
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
