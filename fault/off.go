//go:build !faults

package fault

// At does nothing in a normal build.
func At(string) {}
