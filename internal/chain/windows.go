package chain

import (
	"slices"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// Window implements seis.Windows on the records kept.
func (c *Conductor) Window(id fdsn.ID, start, end seis.Time) []seis.Trace {
	s := c.stations[id.StationID()]
	if s == nil || s.streams[id] == nil {
		return nil
	}
	var out []seis.Trace
	for _, r := range s.streams[id].recent {
		if !r.Start.Before(end) || !r.End().After(start) {
			continue
		}
		xs, _ := r.Header.Floats(nil)
		from := max(0, ceilSamples(start.SecondsSince(r.Start)*r.Rate))
		to := min(len(xs), ceilSamples(end.SecondsSince(r.Start)*r.Rate))
		if from >= to {
			continue
		}
		out = join(out, seis.Trace{ID: id, Start: r.Start.AddSeconds(float64(from) / r.Rate), Rate: r.Rate, Samples: xs[from:to]})
	}
	return out
}

// join appends t to the last trace where it continues or overlaps it.
func join(ts []seis.Trace, t seis.Trace) []seis.Trace {
	if len(ts) > 0 {
		last := &ts[len(ts)-1]
		off := t.Start.SecondsSince(last.End()) * t.Rate // samples; negative: overlap
		if last.Rate == t.Rate && off > -float64(len(last.Samples)) && off < 0.5 {
			if cut := max(0, ceilSamples(-off-0.5)); cut < len(t.Samples) {
				last.Samples = append(last.Samples, t.Samples[cut:]...)
			}
			return ts
		}
	}
	return append(ts, t)
}

func ceilSamples(x float64) int {
	const far = 1 << 40
	if x > far {
		return far
	}
	if x < -far {
		return -far
	}
	n := int(x)
	if float64(n) < x-1e-6 {
		n++
	}
	return n
}

// Streams implements seis.Windows.
func (c *Conductor) Streams(station string) []fdsn.ID {
	s := c.stations[station]
	if s == nil {
		return nil
	}
	return slices.Clone(s.ids)
}

var _ seis.Windows = (*Conductor)(nil)
