// Package archive keeps records for good, as received, in the SeisComP Data
// Structure (SDS): YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY.
package archive

import (
	"context"
	"errors"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// ErrClosed is returned by an archive that was closed.
var ErrClosed = errors.New("archive is closed")

// Archive stores and finds records. Promises, checked by package archivetest:
//
//   - a record is stored byte for byte as received, once: the same bytes again
//     are dropped;
//   - within a day file records lie in order of start time, late ones included;
//     of the same start, in the order in which they came;
//   - a record that spans midnight lies in the file of its start (one that
//     starts in a leap second in the file of the day that this second ends);
//   - a reader never sees half a record.
type Archive interface {
	// Add stores records; they can be read at once, and are durable after the
	// next Sync. One that cannot be stored (no miniSEED, no station or channel
	// code) is left out and told of in the error; the others are stored.
	Add(ctx context.Context, records []*seis.Record) error
	Sync() error
	// Read returns the raw records of id that overlap [start, end), by start.
	// They belong to the caller.
	Read(ctx context.Context, id fdsn.ID, start, end seis.Time) ([][]byte, error)
	// Streams returns the ids stored, sorted.
	Streams(ctx context.Context) ([]fdsn.ID, error)
	Close() error
}
