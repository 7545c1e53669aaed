package e2e

import (
	"testing"
)

// scene is a rule and the conversation that shows it. Scenes share a
// shopfloor and play at the same time, each with owners of its own.
type scene struct {
	rule string
	play func(t *testing.T, f *shopfloor)
}

// play plays the scenes on both stores.
func play(t *testing.T, scenes []scene, more ...string) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k, more...)
		t.Run("scenes", func(t *testing.T) {
			for _, s := range scenes {
				t.Run(s.rule, func(t *testing.T) {
					t.Parallel()
					s.play(t, f.on(t))
				})
			}
		})
		if code := f.stop(); code != 0 {
			t.Errorf("exit %d", code)
		}
	})
}
