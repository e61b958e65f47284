package catalogue

import (
	"cmp"
	"fmt"
	"math"

	"houfeng/internal/seis"
)

// defaultLimit is how many events a query without a limit selects.
const defaultLimit = 1000

// summary is what a query asks of the newest revision of an event. What is not
// known is NaN.
type summary struct {
	id                           string
	revision                     int
	time, made                   seis.Time
	latitude, longitude, depthKm float64
	magnitude                    float64
	magnitudeType                string
	status, eventType, region    string
}

func summaryOf(e *seis.Event) summary {
	s := summary{
		id: e.ID, revision: e.Revision, time: e.Origin.Time, made: e.Made,
		latitude: e.Origin.Latitude, longitude: e.Origin.Longitude, depthKm: e.Origin.DepthKm,
		magnitude: math.NaN(), status: string(e.Status), eventType: e.Type, region: e.Region,
	}
	if e.Magnitude != nil {
		s.magnitude, s.magnitudeType = e.Magnitude.Value, e.Magnitude.Type
	}
	return s
}

// byTime orders newest origin first, ties by id.
func byTime(a, b summary) int {
	return cmp.Or(b.time.Compare(a.time), cmp.Compare(a.id, b.id))
}

// limit returns how many events q selects at most.
func (q *Query) limit() (int, error) {
	if q.Limit < 0 {
		return 0, fmt.Errorf("limit %d is negative", q.Limit)
	}
	return cmp.Or(q.Limit, defaultLimit), nil
}

// paged reports whether q asks for a page after the first. BeforeID alone is
// the page after an event at the zero time.
func (q *Query) paged() bool { return !q.BeforeTime.IsZero() || q.BeforeID != "" }

// acrossMeridian reports whether the box of q contains the 180th meridian.
func (q *Query) acrossMeridian() bool {
	return q.MinLongitude != nil && q.MaxLongitude != nil && *q.MinLongitude > *q.MaxLongitude
}

// selects reports whether q selects s; where in eventsSQL says the same in SQL.
func (q *Query) selects(s *summary) bool {
	from := func(limit *float64, v float64) bool { return limit == nil || v >= *limit }
	to := func(limit *float64, v float64) bool { return limit == nil || v <= *limit }
	west, east := from(q.MinLongitude, s.longitude), to(q.MaxLongitude, s.longitude)
	switch {
	case !q.Start.IsZero() && s.time.Before(q.Start), !q.End.IsZero() && !s.time.Before(q.End),
		!q.UpdatedAfter.IsZero() && !s.made.After(q.UpdatedAfter),
		!q.IncludeRejected && s.status == string(seis.Rejected),
		!from(q.MinMagnitude, s.magnitude), !to(q.MaxMagnitude, s.magnitude),
		!from(q.MinLatitude, s.latitude), !to(q.MaxLatitude, s.latitude),
		q.acrossMeridian() && !west && !east, !q.acrossMeridian() && !(west && east):
		return false
	case q.paged():
		c := s.time.Compare(q.BeforeTime)
		return c < 0 || c == 0 && q.BeforeID != "" && s.id > q.BeforeID
	}
	return true
}
