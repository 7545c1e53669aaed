// Package fault names the instants at which the process may die worst. A build
// with the tag "faults" kills itself at the one named by PAYFERBOT_FAULT, so
// that tests can show what survives; any other build compiles it away.
package fault
