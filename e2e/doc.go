// Package e2e holds the program to its promises from outside: the built binary
// as a process of its own, the sandbox as Telegram and Payfer, HTTP between
// them, once on the embedded store and once on a real redis-server. It has
// tests only.
package e2e
