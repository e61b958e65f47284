package publish

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"houfeng/internal/seis"
)

// changes says in words what is materially different from the last revision;
// nothing means that no revision is due. The first revision is itself a change.
func (e *event) changes(opts *Options, status seis.Status) []string {
	if e.said.Revision == 0 {
		return []string{fmt.Sprintf("first location from %d stations, %d phases", e.origin.Stations, e.origin.Phases)}
	}
	var words []string
	if e.said.Status == seis.Rejected {
		words = append(words, "stands again after its withdrawal")
	}
	words = append(words, originChanges(&e.said.Origin, &e.origin, opts)...)
	if w := magnitudeChange(e.said.Magnitude, e.magnitude, opts.Magnitude); w != "" {
		words = append(words, w)
	}
	if w := intensityChange(e.said.Intensities, e.intensities, opts.Intensity); w != "" {
		words = append(words, w)
	}
	if status == seis.Confirmed && e.said.Status == seis.Preliminary {
		words = append(words, fmt.Sprintf("confirmed by %d stations", e.origin.Stations))
	}
	return words
}

func originChanges(old, new *seis.Origin, opts *Options) []string {
	var words []string
	if km := movedKm(old, new); km > opts.MoveKm {
		words = append(words, fmt.Sprintf("epicentre moved %.1f km", km))
	}
	if dz := new.DepthKm - old.DepthKm; math.Abs(dz) > opts.DepthKm {
		words = append(words, fmt.Sprintf("depth %.1f → %.1f km", old.DepthKm, new.DepthKm))
	}
	if dt := new.Time.Sub(old.Time); dt.Abs() > opts.Shift {
		words = append(words, fmt.Sprintf("origin time %+.2f s", dt.Seconds()))
	}
	switch added, removed := pickDifference(old, new); {
	case added > 0 && removed > 0:
		words = append(words, fmt.Sprintf("phases: %d added, %d removed, now %d", added, removed, new.Phases))
	case added > 0:
		words = append(words, fmt.Sprintf("phases: %d added, now %d", added, new.Phases))
	case removed > 0:
		words = append(words, fmt.Sprintf("phases: %d removed, now %d", removed, new.Phases))
	case old.Phases != new.Phases:
		words = append(words, fmt.Sprintf("phases: %d → %d", old.Phases, new.Phases))
	}
	return words
}

// pickDifference counts the picks used by one origin and not by the other.
func pickDifference(old, new *seis.Origin) (added, removed int) {
	used := make(map[string]bool, len(old.Arrivals))
	for i := range old.Arrivals {
		if old.Arrivals[i].Weight > 0 {
			used[old.Arrivals[i].Pick.ID] = true
		}
	}
	for i := range new.Arrivals {
		if new.Arrivals[i].Weight <= 0 {
			continue
		}
		if id := new.Arrivals[i].Pick.ID; used[id] {
			delete(used, id)
		} else {
			added++
		}
	}
	return added, len(used)
}

func magnitudeChange(old, new *seis.Magnitude, least float64) string {
	switch {
	case new == nil:
		return ""
	case old == nil:
		return fmt.Sprintf("%s %.2f from %d stations", new.Type, new.Value, new.Count)
	case old.Type != new.Type, atLeast(new.Value-old.Value, least):
		return fmt.Sprintf("%s %.2f → %s %.2f", old.Type, old.Value, new.Type, new.Value)
	}
	return ""
}

// intensityChange compares two lists sorted by station.
func intensityChange(old, new []seis.Shaking, least float64) string {
	was := make(map[string]*seis.Shaking, len(old))
	for i := range old {
		was[old[i].Station] = &old[i]
	}
	added, changed := 0, 0
	largest := -1
	for i := range new {
		s := &new[i]
		if o := was[s.Station]; o == nil {
			added++
		} else {
			delete(was, s.Station)
			if atLeast(s.GBT-o.GBT, least) || atLeast(s.JMA-o.JMA, least) {
				changed++
			}
		}
		if largest < 0 || s.GBT > new[largest].GBT {
			largest = i
		}
	}
	removed := len(was)
	if added == 0 && changed == 0 && removed == 0 {
		return ""
	}
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{added, "added"}, {changed, "changed"}, {removed, "removed"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	text := "intensities: " + strings.Join(parts, ", ")
	if largest >= 0 {
		text += fmt.Sprintf(", largest %.1f at %s", new[largest].GBT, new[largest].Station)
	}
	return text
}

// atLeast reports |d| ≥ least, with room for the rounding of decimal
// fractions. A value that has just become a number, or ceased to be one, is
// no difference by itself.
func atLeast(d, least float64) bool { return math.Abs(d) >= least-1e-9 }

// same reports whether what is known is what was last said, to the digit.
func (e *event) same() bool {
	zero := Options{}
	if len(originChanges(&e.said.Origin, &e.origin, &zero)) > 0 {
		return false
	}
	if m, o := e.magnitude, e.said.Magnitude; m != nil && (o == nil || m.Type != o.Type || m.Value != o.Value || m.Sigma != o.Sigma || m.Count != o.Count) {
		return false
	}
	if len(e.intensities) != len(e.said.Intensities) {
		return false
	}
	for i := range e.intensities {
		a, b := &e.intensities[i], &e.said.Intensities[i]
		if a.Station != b.Station || differs(a.GBT, b.GBT) || differs(a.JMA, b.JMA) || differs(a.PGA, b.PGA) || differs(a.PGV, b.PGV) {
			return false
		}
	}
	return true
}

func differs(a, b float64) bool { return a != b && !(math.IsNaN(a) && math.IsNaN(b)) }

// movedKm returns how far the epicentre moved, on a sphere (haversine): the
// question is only whether half a kilometre was passed.
func movedKm(a, b *seis.Origin) float64 {
	const rad, radiusKm = math.Pi / 180, 6371.0
	sinLat := math.Sin((b.Latitude - a.Latitude) * rad / 2)
	sinLon := math.Sin((b.Longitude - a.Longitude) * rad / 2)
	h := sinLat*sinLat + math.Cos(a.Latitude*rad)*math.Cos(b.Latitude*rad)*sinLon*sinLon
	return 2 * radiusKm * math.Asin(math.Min(1, math.Sqrt(h)))
}

// region says where the epicentre lies as seen from the nearest station that
// recorded it: "7 km WSW of BK.BRIB"; "" without arrivals.
func region(o *seis.Origin) string {
	best := -1
	for i := range o.Arrivals {
		a := &o.Arrivals[i]
		known := !math.IsNaN(a.DistanceKm) && !math.IsNaN(a.AzimuthDeg)
		if known && (best < 0 || a.DistanceKm < o.Arrivals[best].DistanceKm) {
			best = i
		}
	}
	if best < 0 {
		return ""
	}
	a := &o.Arrivals[best]
	// The azimuth leads from the epicentre to the station; we stand there and
	// look back.
	back := math.Mod(math.Mod(a.AzimuthDeg+180, 360)+360, 360)
	points := [...]string{"N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"}
	point := points[int(math.Floor(back/22.5+0.5))%len(points)]
	return fmt.Sprintf("%.0f km %s of %s", a.DistanceKm, point, a.Pick.Stream.StationID())
}

func join(words []string) string { return strings.Join(words, "; ") }

func itoa(n int) string { return strconv.Itoa(n) }
