// Package compare tells how well a list of earthquakes agrees with another one
// that is taken for the truth: which were found, which were missed, which are
// extra, and by how much time, place, depth and magnitude differ.
//
// Start with [Read] for catalogues in QuakeML, ComCat GeoJSON or tables, and
// [Match] for the comparison. The matching is one to one and the best there is:
// no other one has more pairs, and none of as many pairs fits better. (Taking
// the nearest one after another may spend an event on a worse partner, which
// happens in swarms.)
package compare

import (
	"math"
	"slices"

	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
)

// Event is what is compared. DepthKm and Magnitude are NaN where not known.
type Event struct {
	ID                  string
	Time                seis.Time
	Latitude, Longitude float64 // degrees
	DepthKm             float64
	Magnitude           float64
	MagnitudeType       string
}

// Limits say how far apart two events may be and still be the same.
type Limits struct {
	MaxTimeS      float64
	MaxDistanceKm float64 // of the epicentres
}

// Pair is an event that was found.
type Pair struct {
	Truth, Found Event
	TimeS        float64 // found − truth
	DistanceKm   float64 // between the epicentres
	DepthKm      float64 // found − truth; NaN where either is not known
	Magnitude    float64 // found − truth; NaN where either is not known
}

// Result of a comparison. All lists are sorted by time, then id.
type Result struct {
	Limits  Limits
	Matched []Pair
	Missed  []Event // in the truth only
	Extra   []Event // found only
}

// Recall returns the share of the true events that were found, NaN of none.
func (r *Result) Recall() float64 {
	return float64(len(r.Matched)) / float64(len(r.Matched)+len(r.Missed))
}

// Precision returns the share of the found events that are true, NaN of none.
func (r *Result) Precision() float64 {
	return float64(len(r.Matched)) / float64(len(r.Matched)+len(r.Extra))
}

// Match pairs the events of two lists. Two events can be a pair when they lie
// within the limits; how badly they fit is the sum of the squares of their
// differences in time and place as fractions of the limits.
func Match(truth, found []Event, limits Limits) Result {
	truth, found = sorted(truth), sorted(found)
	edges := make([][]edge, len(truth))
	first := 0
	for i := range truth {
		for first < len(found) && found[first].Time.SecondsSince(truth[i].Time) < -limits.MaxTimeS {
			first++
		}
		for j := first; j < len(found); j++ {
			dt := found[j].Time.SecondsSince(truth[i].Time)
			if dt > limits.MaxTimeS {
				break
			}
			km, _ := geo.Distance(truth[i].Latitude, truth[i].Longitude, found[j].Latitude, found[j].Longitude)
			if !(km <= limits.MaxDistanceKm) {
				continue
			}
			edges[i] = append(edges[i], edge{to: j, cost: square(dt, limits.MaxTimeS) + square(km, limits.MaxDistanceKm)})
		}
	}
	partner := assign(edges, len(found))

	r := Result{Limits: limits}
	used := make([]bool, len(found))
	for i, j := range partner {
		if j < 0 {
			r.Missed = append(r.Missed, truth[i])
			continue
		}
		used[j] = true
		a, b := truth[i], found[j]
		km, _ := geo.Distance(a.Latitude, a.Longitude, b.Latitude, b.Longitude)
		r.Matched = append(r.Matched, Pair{
			Truth: a, Found: b, TimeS: b.Time.SecondsSince(a.Time), DistanceKm: km,
			DepthKm: b.DepthKm - a.DepthKm, Magnitude: b.Magnitude - a.Magnitude,
		})
	}
	for j := range found {
		if !used[j] {
			r.Extra = append(r.Extra, found[j])
		}
	}
	return r
}

// square returns (d/limit)², 0 where the limit leaves no room.
func square(d, limit float64) float64 {
	if limit == 0 {
		return 0
	}
	return (d / limit) * (d / limit)
}

func sorted(events []Event) []Event {
	out := slices.Clone(events)
	slices.SortStableFunc(out, func(a, b Event) int {
		if c := a.Time.Compare(b.Time); c != 0 {
			return c
		}
		if a.ID < b.ID {
			return -1
		} else if a.ID > b.ID {
			return 1
		}
		return 0
	})
	return out
}

// Statistics of a list of differences.
type Statistics struct {
	Count     int
	Mean      float64
	Median    float64
	Sigma     float64 // standard deviation; NaN of fewer than two
	MedianAbs float64 // median of the absolute values
	MaxAbs    float64 // largest absolute value
}

// Describe returns the statistics of the values that are numbers.
func Describe(values []float64) Statistics {
	var v, abs []float64
	sum := 0.0
	for _, x := range values {
		if !math.IsNaN(x) {
			v, abs, sum = append(v, x), append(abs, math.Abs(x)), sum+x
		}
	}
	nan := math.NaN()
	s := Statistics{Count: len(v), Mean: nan, Median: nan, Sigma: nan, MedianAbs: nan, MaxAbs: nan}
	if len(v) == 0 {
		return s
	}
	s.Mean = sum / float64(len(v))
	if len(v) > 1 {
		q := 0.0
		for _, x := range v {
			q += (x - s.Mean) * (x - s.Mean)
		}
		s.Sigma = math.Sqrt(q / float64(len(v)-1))
	}
	slices.Sort(v)
	slices.Sort(abs)
	s.Median, s.MedianAbs, s.MaxAbs = median(v), median(abs), abs[len(abs)-1]
	return s
}

func median(sorted []float64) float64 {
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}
