// Package catalogue keeps what was found: every revision of every event, with
// its picks, arrivals, magnitudes and intensities. Revisions are added, never
// changed or removed.
//
// [OpenSQLite] opens the catalogue of a centre, one file that ends with no
// process; [NewMemory] makes one for tests and replays. Both keep a revision as
// the same document (document.go), and package cataloguetest holds both to the
// promises of [Catalogue]. The format is described in
// docs/formats/catalogue.md.
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

// ErrHole is returned when the revision before the one to be added is missing:
// add that first.
var ErrHole = errors.New("the revision before it is missing")

// ErrClosed is returned once the catalogue is closed.
var ErrClosed = errors.New("catalogue is closed")

// Query selects events by their newest revision. Zero values do not restrict.
// An event whose magnitude, latitude or longitude is not known (nil, NaN) is
// not selected by a limit on it.
type Query struct {
	Start, End                 seis.Time // origin time in [Start, End)
	MinMagnitude, MaxMagnitude *float64
	MinLatitude, MaxLatitude   *float64
	MinLongitude, MaxLongitude *float64 // a minimum above the maximum is a box across the 180th meridian
	IncludeRejected            bool
	Limit                      int       // 0: 1000
	UpdatedAfter               seis.Time // newest revision made after
	BeforeTime                 seis.Time // page: events before this origin time (newest first)
	BeforeID                   string    // tie breaker of BeforeTime: of events at BeforeTime, those with a greater id
}

// Catalogue stores events. Promises, checked by package cataloguetest:
//
//   - AddRevision is durable when it returns, atomic, and idempotent: the same
//     revision again is no error, other content under the same number is
//     ErrConflict, a hole in the numbers is ErrHole;
//   - Events answers newest origin time first, ties by id in the order of
//     bytes; the next page is asked for with the time and the id of the last
//     event of the one before, and pages neither lose nor repeat an event that
//     stays where it is;
//   - what is read equals what was added, to the nanosecond and the bit,
//     leap-second flags included; empty slices are read as nil;
//   - what is read shares nothing with what was added: either may be changed;
//   - readers never wait for the writer;
//   - all methods may be called by several goroutines at once.
type Catalogue interface {
	// AddRevision adds the first or the next revision of an event. The id is
	// 1–255 bytes of printable UTF-8.
	AddRevision(ctx context.Context, e seis.Event) error
	// Event returns the newest revision.
	Event(ctx context.Context, id string) (seis.Event, error)
	// Revisions returns all revisions of an event, oldest first.
	Revisions(ctx context.Context, id string) ([]seis.Event, error)
	// Events returns the newest revisions that q selects.
	Events(ctx context.Context, q Query) ([]seis.Event, error)
	// Close may be called more than once.
	Close() error
}
