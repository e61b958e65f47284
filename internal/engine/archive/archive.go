// Package archive keeps records for good, as received, in the SeisComP Data
// Structure (SDS): YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY.
package archive

import (
	"context"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// Archive stores and finds records. Promises, checked by package archivetest:
//
//   - a record is stored byte for byte as received, once: the same bytes again
//     are dropped;
//   - within a day file records lie in order of start time, late ones included;
//   - a record that spans midnight lies in the file of its start;
//   - a reader never sees half a record.
type Archive interface {
	// Add stores records; they are durable after the next Sync.
	Add(ctx context.Context, records []*seis.Record) error
	Sync() error
	// Read returns the raw records of id that overlap [start, end), by start.
	Read(ctx context.Context, id fdsn.ID, start, end seis.Time) ([][]byte, error)
	// Streams returns the ids stored, sorted.
	Streams(ctx context.Context) ([]fdsn.ID, error)
	Close() error
}
