// Package catalogue keeps what was found: every revision of every event, with
// its picks, arrivals, magnitudes and intensities. Revisions are added, never
// changed or removed.
package catalogue

import (
	"context"
	"errors"

	"houfeng/internal/seis"
)

// ErrNotFound is returned when there is no such event or revision.
var ErrNotFound = errors.New("no such event")

// ErrConflict is returned when a revision exists with other content.
var ErrConflict = errors.New("revision exists with other content")

// Query selects events by their newest revision. Zero values do not restrict.
type Query struct {
	Start, End                 seis.Time // origin time in [Start, End)
	MinMagnitude, MaxMagnitude *float64
	MinLatitude, MaxLatitude   *float64
	MinLongitude, MaxLongitude *float64
	IncludeRejected            bool
	Limit                      int       // 0: 1000
	UpdatedAfter               seis.Time // newest revision made after
	BeforeTime                 seis.Time // page: events before this origin time (newest first)
	BeforeID                   string    // tie breaker of BeforeTime
}

// Catalogue stores events. Promises, checked by package cataloguetest:
//
//   - AddRevision is durable when it returns, atomic, and idempotent: the same
//     revision again is no error, other content under the same number is
//     ErrConflict, a hole in the numbers is an error;
//   - Events answers newest origin time first, ties by id;
//   - what is read equals what was added, to the nanosecond and the bit,
//     leap-second flags included;
//   - readers never wait for the writer.
type Catalogue interface {
	AddRevision(ctx context.Context, e seis.Event) error
	// Event returns the newest revision.
	Event(ctx context.Context, id string) (seis.Event, error)
	// Revisions returns all revisions of an event, oldest first.
	Revisions(ctx context.Context, id string) ([]seis.Event, error)
	Events(ctx context.Context, q Query) ([]seis.Event, error)
	Close() error
}
