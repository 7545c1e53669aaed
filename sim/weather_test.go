package sim

import "time"

// place is something outside the process that it has to call.
type place string

const (
	atPayfer   place = "payfer"
	atTelegram place = "telegram"
	atStore    place = "store"
)

// weather is how likely a call goes wrong now, and how.
type weather struct {
	unsent  float64 // refused before anything left
	lost    float64 // left and never arrived
	mute    float64 // done, and the answer never came
	refused float64 // answered at once with what stands for "not now": maintenance, a flood limit, an error of the store
	slow    float64 // takes seconds
	quick   time.Duration
	dragged time.Duration
}

// usual is what every day is like, more or less so by the seed.
func usual(at place, rough float64) weather {
	w := weather{lost: rough / 60, mute: rough / 30, unsent: rough / 60, refused: rough / 60, slow: rough / 40, quick: 120 * time.Millisecond, dragged: 9 * time.Second}
	if at == atStore {
		// A store that is left behind by its own machine: an answer that is lost is an error all the same.
		w = weather{mute: rough / 300, refused: rough / 300, slow: rough / 200, quick: 3 * time.Millisecond, dragged: 4 * time.Second}
	}
	return w
}

// episode is a stretch of bad weather at one place.
type episode struct {
	at       place
	kind     string
	from, to time.Time
}

// kinds of episodes, as what they do to the weather.
var kinds = map[string]func(*weather){
	"down":    func(w *weather) { w.unsent = 1 },
	"silent":  func(w *weather) { w.lost, w.mute = 0.5, 1 },
	"refuses": func(w *weather) { w.refused = 1 },
	"drags":   func(w *weather) { w.slow = 0.8 },
	"revokes": func(*weather) {},
	"flaky":   func(w *weather) { w.lost, w.mute, w.unsent, w.refused, w.slow = 0.1, 0.2, 0.1, 0.1, 0.1 },
}

// revoked tells that Payfer takes no kassa's key now.
func (w *world) revoked() bool {
	now := time.Now()
	for _, e := range w.plan.episodes {
		if e.kind == "revokes" && !now.Before(e.from) && now.Before(e.to) {
			return true
		}
	}
	return false
}

// weatherAt is the weather at a place now.
func (w *world) weatherAt(at place) weather {
	now := time.Now()
	if !now.Before(w.calmFrom) {
		quick := usual(at, 0)
		return quick
	}
	out := usual(at, w.plan.rough)
	for _, e := range w.plan.episodes {
		if e.at == at && !now.Before(e.from) && now.Before(e.to) {
			kinds[e.kind](&out)
		}
	}
	return out
}
