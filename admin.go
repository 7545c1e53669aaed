package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"payferbot/kassa"
)

const (
	// readyTime bounds the questions to the store.
	readyTime = 3 * time.Second
	// mostParked is how many parked chats are counted, someParked how many are named.
	mostParked = 100
	someParked = 20
	// parkedWords bounds what is said of why one is parked, in bytes.
	parkedWords = 120
)

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

// readyz answers 200 when every part is well, else 503; a line a part says how
// it is. Chats that cannot be reached are told of, but no fault of ours.
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
	parts["parked"] = a.parked(ctx)
	reply(w, status, parts)
}

// parked says how many chats cannot be reached, which the first of them are, and why.
func (a *app) parked(ctx context.Context) string {
	peers, err := a.desk.Parked(ctx, mostParked)
	switch {
	case err != nil:
		return "unknown: " + a.config.scrubber().scrub(err.Error())
	case len(peers) == 0:
		return "none"
	}
	named := make([]string, min(len(peers), someParked))
	for i := range named {
		named[i] = parkedPeer(peers[i])
	}
	return fmt.Sprintf("%s to be reached again: %s", waiting(len(peers)), a.config.scrubber().scrub(strings.Join(named, "; ")))
}

func waiting(chats int) string {
	switch chats {
	case 1:
		return "1 chat waits"
	case mostParked:
		return fmt.Sprintf("%d chats or more wait", mostParked)
	}
	return fmt.Sprintf("%d chats wait", chats)
}

// parkedPeer names a chat by its Telegram address, and says why it is parked.
func parkedPeer(p kassa.Peer) string {
	why := p.Parked
	if len(why) > parkedWords {
		why = strings.ToValidUTF8(why[:parkedWords], "") + "…"
	}
	return fmt.Sprintf("%s (%s)", p.At, why)
}

func reply(w http.ResponseWriter, status int, parts map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(parts)
}
