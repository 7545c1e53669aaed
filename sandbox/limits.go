package sandbox

import "time"

// Limits are Telegram's flood limits; a zero is no limit. Sends and edits count.
type Limits struct {
	PrivatePerSecond, GroupPerMinute, GlobalPerSecond int
}

// StandardLimits are the figures that Telegram names in its FAQ for bots.
func StandardLimits() Limits {
	return Limits{PrivatePerSecond: 1, GroupPerMinute: 20, GlobalPerSecond: 30}
}

// window holds the times of what was let through lately.
type window []time.Time

// wait says how long until one more fits under most within span; 0 = now.
func (w *window) wait(now time.Time, most int, span time.Duration) time.Duration {
	if most == 0 {
		return 0
	}
	for len(*w) > 0 && !(*w)[0].Add(span).After(now) {
		*w = (*w)[1:]
	}
	if len(*w) < most {
		return 0
	}
	return (*w)[len(*w)-most].Add(span).Sub(now)
}

// throttle applies the limits.
type throttle struct {
	limits Limits
	global window
}

// admit counts one message to c, or refuses it with the seconds to wait.
func (t *throttle) admit(c *chat, now time.Time) *apiError {
	most, span := t.limits.PrivatePerSecond, time.Second
	if c.kind != kindPrivate {
		most, span = t.limits.GroupPerMinute, time.Minute
	}
	wait := max(c.lately.wait(now, most, span), t.global.wait(now, t.limits.GlobalPerSecond, time.Second))
	if wait > 0 {
		return tooMany(int((wait + time.Second - 1) / time.Second))
	}
	if most > 0 {
		c.lately = append(c.lately, now)
	}
	if t.limits.GlobalPerSecond > 0 {
		t.global = append(t.global, now)
	}
	return nil
}
