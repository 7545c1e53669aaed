package store

import "errors"

// ErrLocked says that another process has the embedded store's file open.
var ErrLocked = errors.New("another process uses the store")

// ErrWrongKey says that none of SECRET_KEY's keys opens what is stored.
var ErrWrongKey = errors.New("SECRET_KEY holds none of the keys with which the store was sealed")

// ErrContended says that an Update gave up because others kept changing what it read.
var ErrContended = errors.New("others keep changing the same records")

// ErrClosed says that the store was used after its Close.
var ErrClosed = errors.New("the store is closed")

// ErrReadOnly says that a View tried to write.
var ErrReadOnly = errors.New("a View writes nothing")

// errConflict is an engine's answer to a batch whose expectations do not hold:
// nothing was written, and the transaction is to run again.
var errConflict = errors.New("conflict")
