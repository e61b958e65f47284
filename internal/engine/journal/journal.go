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

// ErrNoSetup is returned when no setup entry lies at or before the serial asked
// for: the journal does not say what its receipts were processed with.
var ErrNoSetup = errors.New("journal has no setup entry there")

// ErrClosed is returned by a journal or reader that was closed.
var ErrClosed = errors.New("journal is closed")

// MaxEntry is the largest encoded entry, in bytes.
const MaxEntry = 256 << 20

// Journal is an append-only sequence of entries. It is safe for one appender
// and many readers. Promises, checked by package journaltest:
//
//   - Append gives serials 1, 2, 3, … without holes, across reopenings too;
//   - an entry whose Time lies before its predecessor's is given that time;
//   - what Sync has returned for survives kill -9 and power loss;
//   - after a crash the journal opens at the last whole entry, and says how
//     many bytes it had to drop;
//   - a reader sees every entry once, in order; it never sees half an entry;
//   - an entry is read as it was appended, but for its Serial and Time (an empty
//     slice is read as nil);
//   - the setup in force is never lost: entries may be trimmed, but [Journal.Setup]
//     answers for every entry held.
//
// A replay that begins at entry n takes Setup(n) first, then reads from n. (At
// n = 1 of a journal that begins with its setup, both are the same entry.)
type Journal interface {
	// Append adds an entry, sets its Serial and Time, and returns the stored
	// entry. An entry that is not as seis.Entry says is refused. The journal does not keep e.Receipt.Bytes beyond the call.
	Append(e seis.Entry) (seis.Entry, error)
	// Sync makes all entries appended so far durable.
	Sync() error
	// First and Last return the serials held; of an empty journal First is
	// the serial to be given next and Last the one before, 0 at the beginning.
	First() uint64
	Last() uint64
	// Setup returns the newest setup entry at or before entry serial, trimmed
	// or not. It belongs to the caller.
	Setup(serial uint64) (seis.Entry, error)
	// Read returns a reader that starts at entry serial from (at least 1),
	// which may be one that is still to come. ErrTrimmed: from < First.
	Read(from uint64) (Reader, error)
	Close() error
}

// Reader returns entries in order.
type Reader interface {
	// Next returns the next entry, or io.EOF when there is none yet; calling
	// again after more was appended continues. The entry belongs to the caller.
	// ErrTrimmed says that the entry was removed before it was read.
	Next() (seis.Entry, error)
	Close() error
}
