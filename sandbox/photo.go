package sandbox

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // photos come as JPEG
	_ "image/png"  // or as PNG
	"net/http"
	"strings"
)

// Bounds of a photo: https://core.telegram.org/bots/api#sendphoto.
const (
	mostPhoto = 10 << 20 // bytes
	mostSides = 10000    // width + height
	mostRatio = 20
)

// photo is an uploaded picture. Telegram gives each size an id of its own; both open it here.
type photo struct {
	id, unique, path string
	data             []byte
	width, height    int
}

func (p *photo) json() []map[string]any {
	large := map[string]any{
		"file_id": p.id, "file_unique_id": p.unique, "width": p.width, "height": p.height, "file_size": len(p.data),
	}
	const thumb = 90
	longest := max(p.width, p.height)
	if longest <= thumb {
		return []map[string]any{large}
	}
	return []map[string]any{{
		"file_id": p.id + "s", "file_unique_id": p.unique + "s",
		"width": max(p.width*thumb/longest, 1), "height": max(p.height*thumb/longest, 1), "file_size": 1 << 10,
	}, large}
}

// photo finds the picture that a parameter names: an upload of its own name, one referred to as
// attach://NAME, or a file_id. The caller holds the lock.
func (t *Telegram) photo(q *request, name, value string) (*photo, *apiError) {
	if data, ok := q.files[name]; ok {
		return t.keep(data)
	}
	if part, ok := strings.CutPrefix(value, "attach://"); ok {
		if data, ok := q.files[part]; ok {
			return t.keep(data)
		}
		return nil, badRequest("can't find field %q with the file", part)
	}
	if p, ok := t.files[value]; ok {
		return p, nil
	}
	switch {
	case value == "":
		return nil, badRequest("there is no photo in the request")
	case strings.Contains(value, "://"):
		return nil, badRequest("failed to get HTTP URL content")
	}
	return nil, badRequest("wrong file identifier/HTTP URL specified")
}

// keep takes an upload, if it is a picture that Telegram would take.
func (t *Telegram) keep(data []byte) (*photo, *apiError) {
	if len(data) == 0 {
		return nil, badRequest("file must be non-empty")
	}
	if len(data) > mostPhoto {
		return nil, badRequest("file is too big")
	}
	conf, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, badRequest("IMAGE_PROCESS_FAILED")
	}
	w, h := conf.Width, conf.Height
	if w+h > mostSides || w > mostRatio*h || h > mostRatio*w {
		return nil, badRequest("PHOTO_INVALID_DIMENSIONS")
	}
	if _, _, err := image.Decode(bytes.NewReader(data)); err != nil {
		return nil, badRequest("IMAGE_PROCESS_FAILED")
	}
	n := len(t.files)/2 + 1
	p := &photo{
		id: fmt.Sprintf("AgACAgIAAxkDAAM%06dsandbox", n), unique: fmt.Sprintf("AQAD%06d", n),
		path: fmt.Sprintf("photos/file_%d.%s", n, format), data: data, width: w, height: h,
	}
	t.files[p.id], t.files[p.id+"s"] = p, p
	return p, nil
}

func (t *Telegram) getFile(q *request) (any, *apiError) {
	p, ok := t.files[q.text("file_id")]
	if !ok {
		return nil, badRequest("invalid file_id")
	}
	return map[string]any{
		"file_id": p.id, "file_unique_id": p.unique, "file_size": len(p.data), "file_path": p.path,
	}, nil
}

func (t *Telegram) serveFile(w http.ResponseWriter, path string) {
	t.mu.Lock()
	var found *photo
	for _, p := range t.files {
		if p.path == path {
			found = p
		}
	}
	t.mu.Unlock()
	if found == nil {
		rule{}.write(w, (&apiError{code: http.StatusNotFound, text: "Not Found"}).reply())
		return
	}
	rule{}.write(w, reply{status: http.StatusOK, kind: "application/octet-stream", body: found.data})
}
