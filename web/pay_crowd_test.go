package web

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"payferbot/kassa"
)

// The crowd: a thousand open pages of twenty payments.
const (
	crowd    = 1000
	payments = 20
)

// hall is a store with some orders that notes when each is read.
type hall struct {
	mu    sync.Mutex
	paid  bool
	reads map[string][]time.Time
}

func (h *hall) find(_ context.Context, order string) (kassa.Invoice, kassa.Shop, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reads[order] = append(h.reads[order], time.Now())
	s := sample(nil)
	if h.paid {
		s = sample(paidFor(nil))
	}
	s.inv.Order = order
	return s.inv, s.shop, nil
}

func (h *hall) pay() (at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.paid = true
	return time.Now()
}

// oftenest is the least time between two readings of one order, and how many there were.
func (h *hall) oftenest() (gap time.Duration, reads int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	gap = time.Hour
	for _, at := range h.reads {
		reads += len(at)
		for i := 1; i < len(at); i++ {
			gap = min(gap, at[i].Sub(at[i-1]))
		}
	}
	return gap, reads
}

// openPage is one page that asks how its order stands: a kept connection and the
// version it shows. It is as small as can be, for it is in our memory too.
type openPage struct {
	addr    net.Addr
	order   string
	version string
	conn    net.Conn
}

// ask asks once, over a new connection where the old one is gone, and tells the
// status of the answer.
func (p *openPage) ask() (status int, err error) {
	for range 2 { // a browser, too, repeats a GET on a kept connection that has just been closed
		if p.conn == nil {
			if p.conn, err = net.Dial("tcp", p.addr.String()); err != nil {
				return 0, err
			}
		}
		if status, err = p.exchange(); err == nil {
			return status, nil
		}
		_ = p.conn.Close()
		p.conn = nil
	}
	return 0, err
}

func (p *openPage) exchange() (status int, err error) {
	_ = p.conn.SetDeadline(time.Now().Add(5 * time.Second))
	_, err = fmt.Fprintf(p.conn, "GET /pay/%s/status HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"%s\"\r\n\r\n", p.order, p.version)
	if err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(bufio.NewReaderSize(p.conn, 1024), nil)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return 0, err
	}
	p.version = strings.Trim(resp.Header.Get("ETag"), `"`)
	return resp.StatusCode, nil
}

// inUse is the memory that is really held: heap and stacks.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// gather opens the pages on a real server that serves the hall.
func gather(t testing.TB, h *hall) (pages []*openPage, addr net.Addr) {
	t.Helper()
	ln := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	handler := New(payOptions(t, h.find))
	go func() { served <- Serve(ctx, ln, handler, quiet()) }()
	t.Cleanup(func() {
		for _, p := range pages {
			if p.conn != nil {
				_ = p.conn.Close()
			}
		}
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	for i := range crowd {
		pages = append(pages, &openPage{addr: ln.Addr(), order: code[:orderLength-1] + string(rune('a'+i%payments))})
	}
	return pages, ln.Addr()
}

// all lets a few ask for all, as the pages of many do who came at different times.
func all(t testing.TB, pages []*openPage) (answers map[int]int) {
	t.Helper()
	answers = map[int]int{}
	var mu sync.Mutex
	var askers sync.WaitGroup
	for k := range 8 {
		askers.Go(func() {
			for i := k; i < len(pages); i += 8 {
				status, err := pages[i].ask()
				if err != nil {
					t.Errorf("page %d: %v", i, err)
				}
				mu.Lock()
				answers[status]++
				mu.Unlock()
			}
		})
	}
	askers.Wait()
	return answers
}

func TestAThousandOpenPagesAreCheap(t *testing.T) { // alone, for its memory is counted
	h := &hall{reads: map[string][]time.Time{}}
	pages, addr := gather(t, h)
	before := inUse()
	if got := all(t, pages); got[200] != crowd {
		t.Fatalf("the first answers are %v", got)
	}
	began, rounds := time.Now(), 0
	for ; time.Since(began) < 3*time.Second; rounds++ {
		if got := all(t, pages); got[304] != crowd {
			t.Fatalf("while nothing changes the answers are %v", got)
		}
	}
	took, grown := time.Since(began), inUse()-before
	if got := fetch(t, addr); got != "404 page not found\n" { // as a webhook would come
		t.Errorf("a newcomer hears %q", got)
	}

	paidAt := h.pay()
	for seen := 0; seen < crowd; {
		began := time.Now()
		seen += all(t, pages)[200]
		if late := began.Sub(paidAt); seen < crowd && late > 2*lookKept { // a second, and what a reading takes
			t.Fatalf("%v after it was paid %d pages do not know", late, crowd-seen)
		}
	}
	gap, reads := h.oftenest()
	t.Logf("%d questions in %v: %d readings of %d orders, %v apart at least; %.1f MB more in use", rounds*crowd, took, reads, payments, gap, float64(grown)/1e6)
	if gap <= time.Second {
		t.Errorf("an order was read twice within %v", gap)
	}
	if grown > 30e6 {
		t.Errorf("%d pages cost %d bytes", crowd, grown)
	}
}

func BenchmarkAThousandOpenPages(b *testing.B) {
	h := &hall{reads: map[string][]time.Time{}}
	pages, _ := gather(b, h)
	before := inUse()
	all(b, pages)
	grown := inUse() - before
	asked := 0
	for b.Loop() {
		if status, err := pages[asked%crowd].ask(); err != nil || status != http.StatusNotModified {
			b.Fatalf("%d, %v", status, err)
		}
		asked++
	}
	b.ReportMetric(float64(grown)/1e6, "MB")
	if gap, reads := h.oftenest(); reads > payments {
		b.ReportMetric(gap.Seconds(), "s-between-reads")
	}
}

func BenchmarkStatus(b *testing.B) {
	b.ReportAllocs()
	h := showing(b, sample(nil), nil)
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/pay/"+code+"/status", nil))
	}
}
