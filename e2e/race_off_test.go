//go:build !race

package e2e

// raceDetector makes the binary be built as the tests are.
const raceDetector = false
