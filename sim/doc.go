// Package sim plays whole lives of invoices in simulated time. One seed decides
// everything: when people order and pay, what Payfer, Telegram and the store
// do to the calls that reach them, and at which instants a process dies or stands
// still. The desk and the store's code are the real ones, several processes of
// it side by side; the clock is testing/synctest's, so that hours pass in a moment.
// It has tests only.
package sim
