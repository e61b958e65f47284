package associate

import (
	"math"
	"slices"

	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
)

// slownessAfar is the apparent slowness (s/km) below which a wave front comes
// from a distant earthquake: P of ak135 crosses the surface faster than 10 km/s
// beyond about 16° (slowness 0.1 s/km; Kennett et al. 1995), Pn of the region
// at about 8 km/s.
const slownessAfar = 0.1

// A pick may lie this far from a plane wave front, since the rough ground under
// a network delays it differently here and there: frontS (s), but in a small
// network not more than a share of the time that the wave takes to cross it, or
// any wave at all would be plane.
const (
	frontS     = 0.6
	frontShare = 0.2
)

// fromAfar reports whether a plane wave with teleseismic slowness explains at
// least as many stations' P picks as the hypothesis does, of all the picks at
// hand. S waves of three stations show that the source is near.
func (s *Stage) fromAfar(o *seis.Origin, members, free []*pick) bool {
	local := s.stations(members, seis.P)
	if s.stations(members, seis.S) >= 3 {
		return false
	}
	loc := geo.NewLocal(o.Latitude, o.Longitude)
	var xs, ys, ts []float64
	for _, p := range free {
		if p.Phase != seis.P {
			continue
		}
		x, y := loc.ToKm(p.lat, p.lon)
		xs, ys, ts = append(xs, x), append(ys, y), append(ts, p.Time.SecondsSince(o.Time))
	}
	first, last := math.Inf(1), math.Inf(-1)
	for _, p := range members {
		if p.Phase == seis.P {
			t := p.Time.SecondsSince(o.Time)
			first, last = math.Min(first, t), math.Max(last, t)
		}
	}
	return planeWave(xs, ys, ts, math.Min(frontS, frontShare*(last-first))) >= local
}

// planeWave returns the largest number of arrivals that a plane wave of at most
// slownessAfar meets within ±width (s), by trying slownesses on a grid.
func planeWave(xs, ys, ts []float64, width float64) int {
	const steps = 10
	best := 0
	at := make([]float64, len(ts))
	for i := -steps; i <= steps; i++ {
		for j := -steps; j <= steps; j++ {
			if i*i+j*j > steps*steps {
				continue
			}
			sx, sy := slownessAfar*float64(i)/steps, slownessAfar*float64(j)/steps
			for k := range ts {
				at[k] = ts[k] - sx*xs[k] - sy*ys[k]
			}
			slices.Sort(at)
			from := 0
			for to := range at {
				for at[to]-at[from] > 2*width {
					from++
				}
				best = max(best, to-from+1)
			}
		}
	}
	return best
}

// outOfReach reports whether a hypothesis lies so far outside the stations that
// saw it that they cannot tell where. Times of P alone tell the direction but
// not how far; S − P of three stations tells that too.
func (s *Stage) outOfReach(o *seis.Origin, members []*pick) bool {
	loc := geo.NewLocal(o.Latitude, o.Longitude)
	nearest, apart := math.Inf(1), 0.0
	for i, p := range members {
		x, y := loc.ToKm(p.lat, p.lon)
		nearest = math.Min(nearest, math.Hypot(x, y))
		for _, q := range members[:i] {
			u, v := loc.ToKm(q.lat, q.lon)
			apart = math.Max(apart, math.Hypot(x-u, y-v))
		}
	}
	if s.stations(members, seis.S) >= 3 {
		return nearest > math.Max(3*apart, 100)
	}
	return nearest > math.Max(0.7*apart, 12)
}
