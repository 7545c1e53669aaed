package payfer_test

import (
	"testing"

	"go.uber.org/goleak"
)

// A Client keeps connections open until it is closed: every test closes its own.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
