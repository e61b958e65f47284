package intensity

import (
	"fmt"
	"math"
	"slices"

	"houfeng/internal/seis"
)

// data is the motion at a station in gal, components aligned.
type data struct {
	acc   [3][]float64 // up, north, east; nil if missing
	start seis.Time
	rate  float64
	flags []string
}

func (d *data) end() seis.Time {
	n := 0
	for _, x := range d.acc {
		n = max(n, len(x))
	}
	return d.start.AddSeconds(float64(n) / d.rate)
}

func (d *data) components() (n int) {
	for _, x := range d.acc {
		n += b2i(x != nil)
	}
	return n
}

// bridgeS is the longest gap that is bridged by a straight line.
const bridgeS = 0.5

// gather reads the components of a sensor, aligns and turns them, and makes
// accelerations of them. Of data with gaps it takes the stretch, common to all
// components, with the largest motion.
func gather(w seis.Windows, sn *sensor, start, end seis.Time) *data {
	var pieces [3][]seis.Trace
	gap, rate := false, 0.0
	for i := range sn.ch {
		if !sn.has[i] {
			continue
		}
		pieces[i] = bridge(w.Window(sn.ch[i].ID, start, end), &gap)
		for _, p := range pieces[i] {
			rate = math.Max(rate, p.Rate)
		}
	}
	if !(rate > minRateHz) {
		return nil
	}
	for i := range pieces {
		pieces[i] = slices.DeleteFunc(pieces[i], func(p seis.Trace) bool { return math.Abs(p.Rate/rate-1) > 1e-3 })
	}
	best, most := (*data)(nil), -1.0
	for _, span := range commonSpans(pieces) {
		d := cut(sn, pieces, span, rate)
		if d == nil {
			continue
		}
		if m := d.size(); m > most {
			best, most = d, m
		}
	}
	if best == nil {
		return nil
	}
	if gap {
		best.flags = append(best.flags, "gap")
	}
	return best
}

// span is an interval of time that components have in common.
type span struct {
	start, end seis.Time
	piece      [3]int // index into the component's pieces; −1: none
}

// commonSpans returns the stretches in which every component that has data at
// all has data.
func commonSpans(pieces [3][]seis.Trace) []span {
	spans := []span{{piece: [3]int{-1, -1, -1}}}
	first := true
	for c, ps := range pieces {
		if len(ps) == 0 {
			continue
		}
		var next []span
		for _, s := range spans {
			for i, p := range ps {
				n := s
				n.piece[c] = i
				if first {
					n.start, n.end = p.Start, p.End()
				} else {
					if p.Start.After(n.start) {
						n.start = p.Start
					}
					if p.End().Before(n.end) {
						n.end = p.End()
					}
				}
				if n.end.SecondsSince(n.start) >= 1 {
					next = append(next, n)
				}
			}
		}
		spans, first = next, false
	}
	if first {
		return nil
	}
	return spans
}

// cut makes data of a span.
func cut(sn *sensor, pieces [3][]seis.Trace, s span, rate float64) *data {
	d := &data{start: s.start, rate: rate}
	n := int(s.end.SecondsSince(s.start)*rate + 0.5)
	clipped := false
	for c, i := range s.piece {
		if i < 0 {
			continue
		}
		p := pieces[c][i]
		off := int(math.Round(s.start.SecondsSince(p.Start) * rate))
		off = max(0, min(off, len(p.Samples)))
		x := p.Samples[off:]
		n = min(n, len(x))
		d.acc[c] = x
		clipped = clipped || isClipped(x)
	}
	if float64(n) < rate {
		return nil
	}
	if clipped {
		d.flags = append(d.flags, "clipped")
	}
	for c, x := range d.acc {
		if x == nil {
			continue
		}
		x = x[:n]
		k := galPerCount(&sn.ch[c])
		y := make([]float64, n)
		for i, v := range x {
			y[i] = v * k
		}
		if sn.velocity {
			for i := n - 1; i > 0; i-- {
				y[i] = (y[i] - y[i-1]) * rate
			}
			y[0] = 0
			if n > 1 {
				y[0] = y[1]
			}
		}
		d.acc[c] = y
	}
	if sn.turn != nil && d.acc[0] != nil && d.acc[1] != nil && d.acc[2] != nil {
		for i := range n {
			v := [3]float64{d.acc[0][i], d.acc[1][i], d.acc[2][i]}
			sn.rotate(&v)
			d.acc[0][i], d.acc[1][i], d.acc[2][i] = v[0], v[1], v[2]
		}
	}
	if missing := sn.components() - d.components(); missing > 0 {
		d.flags = append(d.flags, fmt.Sprintf("%d components without data", missing))
	}
	return d
}

// isClipped reports whether samples stand at the range of a 24-bit digitiser.
func isClipped(x []float64) bool {
	n := 0
	for _, v := range x {
		if math.Abs(v) >= clipCounts {
			n++
		}
	}
	return n >= 2
}

// size is the largest departure from the mean.
func (d *data) size() float64 {
	m := 0.0
	for _, x := range d.acc {
		if len(x) == 0 {
			continue
		}
		lo, hi := slices.Min(x), slices.Max(x)
		m = math.Max(m, hi-lo)
	}
	return m
}

// bridge joins pieces across short gaps by straight lines and says whether there
// were any gaps.
func bridge(ts []seis.Trace, gap *bool) []seis.Trace {
	var out []seis.Trace
	for _, t := range ts {
		if len(t.Samples) == 0 {
			continue
		}
		if len(out) > 0 {
			last := &out[len(out)-1]
			*gap = true
			missing := int(math.Round(t.Start.SecondsSince(last.End()) * t.Rate))
			if last.Rate == t.Rate && missing >= 0 && float64(missing) <= bridgeS*t.Rate {
				a, b := last.Samples[len(last.Samples)-1], t.Samples[0]
				for i := 1; i <= missing; i++ {
					last.Samples = append(last.Samples, a+(b-a)*float64(i)/float64(missing+1))
				}
				last.Samples = append(last.Samples, t.Samples...)
				continue
			}
		}
		out = append(out, t)
	}
	return out
}
