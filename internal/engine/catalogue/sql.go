package catalogue

import (
	"fmt"
	"math"
	"strings"

	"houfeng/internal/seis"
)

// The SQL of the catalogue. It runs unmodified on SQLite and on PostgreSQL;
// what is SQLite's own, its PRAGMAs, is in sqlite.go.
const (
	sqlNewest = `SELECT revision FROM events WHERE id = $1`

	sqlKept = `SELECT sha256, ` + boundedDocument + ` FROM revisions AS r WHERE event_id = $1 AND revision = $2`

	sqlAddRevision = `INSERT INTO revisions (event_id, revision, sha256, document) VALUES ($1, $2, $3, $4)`

	sqlPutEvent = `INSERT INTO events (id, revision, status, event_type, origin_ns, origin_leap,
	latitude, longitude, depth_km, magnitude, magnitude_type, region, updated_ns, updated_leap)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, status = excluded.status,
	event_type = excluded.event_type, origin_ns = excluded.origin_ns, origin_leap = excluded.origin_leap,
	latitude = excluded.latitude, longitude = excluded.longitude, depth_km = excluded.depth_km,
	magnitude = excluded.magnitude, magnitude_type = excluded.magnitude_type, region = excluded.region,
	updated_ns = excluded.updated_ns, updated_leap = excluded.updated_leap`

	sqlEvent = sqlNewestDocuments + ` WHERE e.id = $1`

	sqlRevisions = `SELECT event_id, revision, sha256, ` + boundedDocument + `
FROM revisions AS r WHERE event_id = $1 ORDER BY revision`

	sqlNewestDocuments = `SELECT e.id, e.revision, r.sha256, ` + boundedDocument + `
FROM events AS e JOIN revisions AS r ON r.event_id = e.id AND r.revision = e.revision`

	// boundedDocument is NULL in place of a document that this program would
	// not have written for its size (maxDocument).
	boundedDocument = `CASE WHEN octet_length(r.document) <= 16777216 THEN r.document END`
)

// eventColumns are the values of sqlPutEvent.
func eventColumns(s *summary) []any {
	return []any{
		s.id, s.revision, column(s.status), column(s.eventType), s.time.Nanos(), leap(s.time),
		known(s.latitude), known(s.longitude), known(s.depthKm), known(s.magnitude), column(s.magnitudeType),
		column(s.region), s.made.Nanos(), leap(s.made),
	}
}

// eventsSQL returns the query that q asks for, and its values. A leap second
// comes before the second that has the same count, see [seis.Time].
func eventsSQL(q *Query, limit int) (string, []any) {
	var where []string
	var values []any
	// and adds a condition; each %s stands for the next value.
	and := func(condition string, vs ...any) {
		names := make([]any, len(vs))
		for i, v := range vs {
			values = append(values, v)
			names[i] = fmt.Sprintf("$%d", len(values))
		}
		where = append(where, fmt.Sprintf(condition, names...))
	}
	bound := func(condition string, v *float64) {
		if v != nil {
			and(condition, known(*v))
		}
	}
	if t := q.Start; !t.IsZero() {
		and("e.origin_ns >= %s AND (e.origin_ns > %s OR e.origin_leap <= %s)", t.Nanos(), t.Nanos(), leap(t))
	}
	if t := q.End; !t.IsZero() {
		and("e.origin_ns <= %s AND (e.origin_ns < %s OR e.origin_leap > %s)", t.Nanos(), t.Nanos(), leap(t))
	}
	if t := q.UpdatedAfter; !t.IsZero() {
		and("e.updated_ns >= %s AND (e.updated_ns > %s OR e.updated_leap < %s)", t.Nanos(), t.Nanos(), leap(t))
	}
	if !q.IncludeRejected {
		and("e.status <> %s", string(seis.Rejected))
	}
	bound("e.magnitude >= %s", q.MinMagnitude)
	bound("e.magnitude <= %s", q.MaxMagnitude)
	bound("e.latitude >= %s", q.MinLatitude)
	bound("e.latitude <= %s", q.MaxLatitude)
	if q.acrossMeridian() {
		and("(e.longitude >= %s OR e.longitude <= %s)", *q.MinLongitude, *q.MaxLongitude)
	} else {
		bound("e.longitude >= %s", q.MinLongitude)
		bound("e.longitude <= %s", q.MaxLongitude)
	}
	if t := q.BeforeTime; q.paged() && q.BeforeID == "" {
		and("e.origin_ns <= %s AND (e.origin_ns < %s OR e.origin_leap > %s)", t.Nanos(), t.Nanos(), leap(t))
	} else if q.paged() {
		and("e.origin_ns <= %s AND (e.origin_ns < %s OR e.origin_leap > %s OR (e.origin_leap = %s AND e.id > %s))",
			t.Nanos(), t.Nanos(), leap(t), leap(t), q.BeforeID)
	}
	text := sqlNewestDocuments
	if len(where) > 0 {
		text += "\nWHERE " + strings.Join(where, "\n\tAND ")
	}
	values = append(values, limit)
	return text + fmt.Sprintf("\nORDER BY e.origin_ns DESC, e.origin_leap, e.id LIMIT $%d", len(values)), values
}

func leap(t seis.Time) int64 {
	if t.Leap() {
		return 1
	}
	return 0
}

// known returns NULL for NaN.
func known(v float64) any {
	if math.IsNaN(v) {
		return nil
	}
	return v
}

// column returns s as every database takes a text: without what is no UTF-8
// and without NUL. The document keeps s as it is.
func column(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
