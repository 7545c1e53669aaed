package main

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// readyTime bounds the question to the store.
const readyTime = 3 * time.Second

// adminRoutes are for whoever runs the bot: /healthz says that the process
// lives, /readyz that it can do its work.
func (a *app) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, map[string]string{"process": "ok"})
	})
	mux.HandleFunc("GET /readyz", a.readyz)
	return mux
}

// readyz answers 200 when every part is well, else 503; a line a part says how it is.
func (a *app) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	status := http.StatusOK
	parts := map[string]string{}
	for name, err := range map[string]error{"store": a.store.Ping(ctx), "telegram": a.voice.healthy()} {
		parts[name] = "ok"
		if err != nil {
			parts[name] = a.config.scrubber().scrub(err.Error())
			status = http.StatusServiceUnavailable
		}
	}
	reply(w, status, parts)
}

func reply(w http.ResponseWriter, status int, parts map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(parts)
}
