package magnitude

import (
	"fmt"
	"math"
	"sort"

	"houfeng/internal/seis"
)

// network makes the event's magnitude of what was measured so far; ok is false
// while there are too few stations.
//
// The value is the mean of the station magnitudes within Trim of their median
// (SeisComP's "trimmed around the median"): the mean of good stations is the
// better estimate, the median does not follow a broken one. Where that leaves
// less than half, as of two groups that disagree, it is the median of all.
func (s *Stage) network(e *event) (m seis.Magnitude, ok bool) {
	m = seis.Magnitude{Type: "ML", Method: s.opts.Method}
	var values []float64
	for _, st := range e.stations {
		if st.until.IsZero() && st.result.reason == "" {
			continue // not measured yet
		}
		sm := seis.StationMagnitude{
			Stream: st.result.stream, Type: "ML", Unit: "mm", DistanceKm: st.hypocentralKm, Reason: st.result.reason,
		}
		if sm.Stream.Station == "" {
			sm.Stream = stationStream(st.name)
		}
		if r := &st.result; r.ok {
			if why := s.barred(r.stream, &e.origin); why != "" {
				sm.Reason = why
			} else if v := s.cal(r.meanMm, st.epicentralKm, st.hypocentralKm); math.IsNaN(v) || math.IsInf(v, 0) {
				sm.Reason = fmt.Sprintf("outside the calibration at %.0f km", st.epicentralKm)
			} else {
				sm.Value, sm.Used = v, true
				values = append(values, v)
			}
			sm.Amplitude, sm.Time, sm.PeriodS, sm.SNR, sm.HighPassHz = r.meanMm, r.time, r.periodS, r.snr, r.highPass
		}
		m.Stations = append(m.Stations, sm)
	}
	if len(values) < s.opts.MinStations {
		return m, false
	}
	med := median(values)
	kept := 0
	for _, v := range values {
		if math.Abs(v-med) <= s.opts.Trim {
			kept++
		}
	}
	trim := len(values) > 2 && 2*kept >= len(values) && kept >= s.opts.MinStations
	var used []float64
	for i := range m.Stations {
		sm := &m.Stations[i]
		if !sm.Used {
			continue
		}
		if d := sm.Value - med; trim && math.Abs(d) > s.opts.Trim {
			sm.Used, sm.Reason = false, fmt.Sprintf("%+.2f from the median", d)
			continue
		}
		used = append(used, sm.Value)
	}
	mean := 0.0
	for _, v := range used {
		mean += v / float64(len(used))
	}
	for _, v := range used {
		m.Sigma += (v - mean) * (v - mean) / float64(len(used)-1)
	}
	m.Value, m.Sigma, m.Count = mean, math.Sqrt(m.Sigma), len(used)
	if !trim && len(values) > 2 {
		m.Value = med
	}
	sort.SliceStable(m.Stations, func(i, j int) bool { return m.Stations[i].DistanceKm < m.Stations[j].DistanceKm })
	return m, true
}

// median of values, which it does not change.
func median(values []float64) float64 {
	v := append([]float64(nil), values...)
	sort.Float64s(v)
	n := len(v)
	if n%2 == 1 {
		return v[n/2]
	}
	return (v[n/2-1] + v[n/2]) / 2
}
