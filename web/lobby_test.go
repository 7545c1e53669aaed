package web

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// visitor is a guest that notes its end.
type visitor struct {
	name  byte
	waits bool // for us
	out   *strings.Builder
}

func (v *visitor) Close() error { return v.out.WriteByte(v.name) }

// keepsUsWaiting is false once for one who waits for us: then we have read what it said.
func (v *visitor) keepsUsWaiting() bool {
	waits := v.waits
	v.waits = false
	return !waits
}

func TestWhoHasSatLongestIsPutOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule  string
		does  string // a capital letter is new, then "a:" idles, "a!" gave a whole request, "a." is closed, "a?" waits for us; a space is a second
		out   string
		waits time.Duration
	}{
		{"nobody while there are seats", "ABC", "", 0},
		{"the oldest, one for each who comes", "ABC DE", "ab", 0},
		{"not who gave a whole request", "ABC a!DE", "b", 0},
		{"nor who was closed", "ABC a.DE", "b", 0},
		{"who idles is as new", "ABC a!a:D", "b", 0},
		{"who idles may put out another", "ABC a!Da:", "b", 0},
		{"and is put out in his turn", "ABC a!a:DE F", "bca", 0},
		{"who was put out may say what he will", "ABC Da!a.E", "ab", 0},
		{"those who are served take no seat", "Aa!Bb!Cc!DEF", "", 0},
		{"one who left cannot leave again", "ABC a!a!DE", "b", 0},
		{"nobody before his second is over", "ABCD", "a", time.Second},
		{"also of many", "ABCDEF", "abc", time.Second},
		{"also who idles", "ABC a!a:DEF", "bca", time.Second},
		{"nobody who waits for us", "ABC a?D", "b", 0},
		{"until he has had another second", "ABC a?DEF", "bca", time.Second},
		{"and if all do, one more comes a second later", "ABC a?b?c?D", "a", time.Second},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var out strings.Builder
				l, seats := newLobby(3, time.Second), map[byte]*visitor{}
				began := time.Now()
				for i := range len(c.does) {
					switch step := c.does[i]; step {
					case '!', '.':
						l.leave(seats[c.does[i-1]])
					case ':':
						l.enter(seats[c.does[i-1]])
					case '?':
						seats[c.does[i-1]].waits = true
					case ' ':
						<-time.After(time.Second)
					default:
						if step < 'a' {
							seats[step|0x20] = &visitor{name: step | 0x20, out: &out}
							l.enter(seats[step|0x20])
						}
					}
				}
				if out.String() != c.out {
					t.Errorf("put out %q, want %q", out.String(), c.out)
				}
				if waited := time.Since(began) - time.Duration(strings.Count(c.does, " "))*time.Second; waited != c.waits {
					t.Errorf("waited %v, want %v", waited, c.waits)
				}
				if l.sitting.Len() != len(l.places) || l.sitting.Len() > l.seats {
					t.Errorf("%d sit, %d places, %d seats", l.sitting.Len(), len(l.places), l.seats)
				}
			})
		})
	}
}
