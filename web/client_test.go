package web

import (
	"io"
	"net"
	"testing"
	"time"
)

func TestAClientKeepsUsWaitingUntilItSaysSomething(t *testing.T) {
	t.Parallel()
	ln := bounded(listen(t), 1)
	defer ln.Close()
	other, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := conn.(*client)
	if c.keepsUsWaiting() {
		t.Error("nobody has listened to it yet")
	}
	read := make(chan error, 1)
	go func() {
		_, err := c.Read(make([]byte, 1))
		read <- err
	}()
	until(t, "somebody waits for it", c.keepsUsWaiting)
	if _, err := io.WriteString(other, "xy"); err != nil {
		t.Fatal(err)
	}
	if err := <-read; err != nil || c.keepsUsWaiting() {
		t.Errorf("it has said something (%v)", err)
	}
	c.asked.Store(true) // as when the reader has not been given the processor since
	if !unread(c.Conn) || c.keepsUsWaiting() {
		t.Error("it has said more than we have read")
	}
	c.answered.Store(true)
	if !c.keepsUsWaiting() {
		t.Error("nobody will listen to it any more")
	}
}

// until waits for what must come soon.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(4 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatal("in vain: ", what)
		}
	}
}
