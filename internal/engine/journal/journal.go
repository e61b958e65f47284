// Package journal keeps the receipts journal: every arrival, verdict and clock
// tick in the order in which the centre acts upon them. What the chain does is
// a function of the journal alone, which is why a replay of it gives byte for
// byte what the live run gave.
package journal

import (
	"errors"

	"houfeng/internal/seis"
)

// ErrTrimmed is returned when entries asked for have been removed by age or
// size; the caller can start at First.
var ErrTrimmed = errors.New("journal entries were trimmed")

// Journal is an append-only sequence of entries. It is safe for one appender
// and many readers. Promises, checked by package journaltest:
//
//   - Append gives serials 1, 2, 3, … without holes, across reopenings too;
//   - an entry whose Time lies before its predecessor's is given that time;
//   - what Sync has returned for survives kill -9 and power loss;
//   - after a crash the journal opens at the last whole entry, and says how
//     many bytes it had to drop;
//   - a reader sees every entry once, in order; it never sees half an entry.
type Journal interface {
	// Append adds an entry, sets its Serial and Time, and returns the stored
	// entry. The journal does not keep e.Receipt.Bytes beyond the call.
	Append(e seis.Entry) (seis.Entry, error)
	// Sync makes all entries appended so far durable.
	Sync() error
	// First and Last return the serials held; Last is 0 when empty.
	First() uint64
	Last() uint64
	// Read returns a reader that starts at entry serial from (at least 1).
	Read(from uint64) (Reader, error)
	Close() error
}

// Reader returns entries in order.
type Reader interface {
	// Next returns the next entry, or io.EOF when there is none yet; calling
	// again after more was appended continues. The entry belongs to the caller.
	Next() (seis.Entry, error)
	Close() error
}
