package kassa

import (
	"fmt"
	"testing"
	"time"
)

// counter is a kassa's line: who wants to ask when, and what came of it.
type counter struct {
	asking *asking
	now    time.Time
	due    map[string]time.Time
	last   map[string]time.Time // when each was asked about last
	asked  int
	putOff int
	waited time.Duration // the longest time between two questions about one order
}

func newCounter(orders int) *counter {
	c := &counter{asking: newAsking(), now: noon, due: map[string]time.Time{}, last: map[string]time.Time{}}
	for i := range orders {
		order := fmt.Sprint("order ", i)
		c.due[order], c.last[order] = noon, noon
	}
	return c
}

// pass lets time go by. Each order wants to be asked about again so long after it was.
func (c *counter) pass(d, again time.Duration, at line) {
	for end := c.now.Add(d); c.now.Before(end); c.now = c.now.Add(100 * time.Millisecond) {
		for order, due := range c.due {
			if due.After(c.now) {
				continue
			}
			if turn := c.asking.take(at, order, c.now); !turn.IsZero() {
				c.putOff++
				c.due[order] = turn
				continue
			}
			c.asked++
			c.waited = max(c.waited, c.now.Sub(c.last[order]))
			c.due[order], c.last[order] = c.now.Add(again), c.now
		}
	}
}

// Where more wants to be asked than may, each question is put off once, to its
// turn: a write to the store for each, and not one a second for all that wait.
func TestWhoWaitsIsPutOffOnceAndKeepsTheTurn(t *testing.T) {
	t.Parallel()
	const orders = 300
	c := newCounter(orders)
	c.pass(30*time.Minute, 15*time.Second, line{shop: "a"})
	if c.asked < 1750 || c.asked > 1801 {
		t.Errorf("%d questions in half an hour, want one a second", c.asked)
	}
	if c.putOff > c.asked+orders {
		t.Errorf("%d questions were put off %d times", c.asked, c.putOff)
	}
	if most := (orders + 20) * time.Second; c.waited > most {
		t.Errorf("an order had to wait for %v, want at most %v: its turn after all the others", c.waited, most)
	}
}

func TestALineIsFreeAgainWhenAllHadTheirTurn(t *testing.T) {
	t.Parallel()
	c := newCounter(20)
	c.pass(30*time.Second, time.Hour, line{shop: "a"})
	if turn := c.asking.take(line{shop: "a"}, "new", c.now); !turn.IsZero() {
		t.Errorf("nobody waits, and a new question is put off to %v", turn.Sub(c.now))
	}
}

// A key that was refused for long leaves no long line behind it.
func TestAKeyThatIsGoodAgainEndsTheWait(t *testing.T) {
	t.Parallel()
	a := newAsking()
	for i := range 100 {
		a.take(line{shop: "a", refused: true}, fmt.Sprint(i), noon)
	}
	if turn := a.take(line{shop: "a", refused: true}, "99", noon); turn.Sub(noon) < 10*time.Hour {
		t.Fatalf("the hundredth question with a refused key is due in %v", turn.Sub(noon))
	}
	if turn := a.take(line{shop: "a"}, "99", noon.Add(time.Hour)); !turn.IsZero() {
		t.Errorf("with a good key it is put off to %v", turn.Sub(noon))
	}
	later := noon.Add(24 * time.Hour)
	for i := range 3 {
		if turn := a.take(line{shop: "a", refused: true}, fmt.Sprint("later ", i), later); turn.Sub(later) > refusedPause {
			t.Errorf("refused again a day later, question %d is put off by %v", i, turn.Sub(later))
		}
	}
}

// Places of orders that never came to their turn do not stay for ever.
func TestALineForgetsWhoNeverCame(t *testing.T) {
	t.Parallel()
	a := newAsking()
	for i := range 50_000 {
		a.take(line{shop: "a", hinted: true}, fmt.Sprint("order ", i), noon.Add(time.Duration(i)*200*time.Millisecond))
		a.take(line{shop: "a", hinted: true}, fmt.Sprint("another ", i), noon.Add(time.Duration(i)*200*time.Millisecond))
	}
	q := a.shops["a"].hinted
	waiting := int(q.last.Sub(noon.Add(50_000*200*time.Millisecond)) / q.gap())
	if len(q.places) > waiting+2000 {
		t.Errorf("%d places are kept where %d wait", len(q.places), waiting)
	}
}
