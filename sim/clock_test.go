package sim

import "time"

// elapse lets simulated time pass: the caller goes on when the world's clock has
// come so far, which takes no time of ours.
func elapse(d time.Duration) { <-time.After(d) }
