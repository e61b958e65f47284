// Package ring keeps the newest records as received, in the order in which they
// arrived, for those who read along: SeedLink clients, the console, a station's
// neighbour after an outage.
package ring

import (
	"context"
	"errors"
	"fmt"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// ErrTrimmed is returned when the position asked for is older than the ring;
// reading continues at the oldest record held.
var ErrTrimmed = errors.New("records were trimmed from the ring")

// ErrClosed is returned by a ring that was closed.
var ErrClosed = errors.New("ring is closed")

// DamageError says that records are not what was written. Reading continues
// behind them: with the items returned beside the error, or, if there are none,
// after position Resume.
type DamageError struct {
	Path   string // of the segment
	Offset int64  // in it
	Bytes  int64  // that were skipped
	Why    string
	Resume uint64
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("ring segment %s at %d: %s; %d bytes skipped", e.Path, e.Offset, e.Why, e.Bytes)
}

// Item is one record in the ring.
type Item struct {
	Position uint64 // in the ring: 1, 2, 3, … never given twice
	Sequence uint64 // of its station, likewise (SeedLink 4 numbers)
	ID       fdsn.ID
	Start    seis.Time
	End      seis.Time
	Format   byte   // '2' or '3', the miniSEED version
	Raw      []byte // as received; must not be changed
}

// Ring is a bounded log of records, for one appender and many readers.
// Promises, checked by package ringtest:
//
//   - positions and station sequences strictly increase and are never reused,
//     not even after kill -9;
//   - what Sync has returned for survives kill -9 and power loss;
//   - a damaged record is detected by its checksum and skipped with an error
//     that names segment and offset;
//   - readers never hold up the writer; a waiting reader wakes at once.
type Ring interface {
	// Append adds a record and sets its Position and Sequence. The ring keeps
	// it.Raw: it must not be changed any more. A record without station or
	// bytes is refused.
	Append(it Item) (Item, error)
	// Sync makes all records appended so far durable.
	Sync() error
	// Read returns up to max items after position after (0: from the oldest),
	// waiting for at least one until ctx ends; it may return fewer although
	// there are more. The items are shared with other readers and must not be
	// changed. They may come together with ErrTrimmed or a *DamageError; they
	// are then those that follow what is missing.
	Read(ctx context.Context, after uint64, max int) ([]Item, error)
	// Bounds returns the oldest and newest position held (0, 0 when empty).
	Bounds() (first, last uint64)
	// Stations returns the stations held with their first and last sequence,
	// and the streams of each with the time covered, sorted.
	Stations() []Station
	Close() error
}

// Station summarises what the ring holds of a station.
type Station struct {
	Network, Station string
	First, Last      uint64 // sequence
	Streams          []Stream
}

// Stream summarises what the ring holds of a stream.
type Stream struct {
	ID         fdsn.ID
	Format     byte
	Start, End seis.Time
}
