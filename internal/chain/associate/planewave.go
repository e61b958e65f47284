package associate

import (
	"math"

	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
)

// slownessAfar is the apparent slowness (s/km) below which a wave front comes
// from a distant earthquake: P of ak135 crosses the surface faster than 10 km/s
// beyond about 16° (slowness 0.1 s/km; Kennett et al. 1995), Pn of the region
// at about 8 km/s.
const slownessAfar = 0.1

// fromAfar reports whether a plane wave with teleseismic slowness explains the
// P picks of a hypothesis about as well as the hypothesis does, though it has
// one unknown fewer.
func (s *Stage) fromAfar(o *seis.Origin, members []*pick) bool {
	loc := geo.NewLocal(o.Latitude, o.Longitude)
	var xs, ys, ts []float64
	for _, p := range members {
		if p.Phase != seis.P {
			continue
		}
		x, y := loc.ToKm(p.lat, p.lon)
		xs, ys, ts = append(xs, x), append(ys, y), append(ts, p.Time.SecondsSince(o.Time))
	}
	if len(xs) < 4 {
		return false
	}
	sx, sy, rms := planeFit(xs, ys, ts)
	if slow := math.Hypot(sx, sy); slow > slownessAfar {
		return false
	}
	return rms < math.Max(1.5*o.RMSs, 0.35)
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
	return nearest > math.Max(1.5*apart, 50)
}

// planeFit fits t = t0 + sx·x + sy·y, with weights that let go of outliers,
// and returns the slowness and the weighted rms.
func planeFit(xs, ys, ts []float64) (sx, sy, rms float64) {
	w := make([]float64, len(xs))
	for i := range w {
		w[i] = 1
	}
	for range 8 {
		var a [3][4]float64
		for i := range xs {
			row := [3]float64{1, xs[i], ys[i]}
			for m := range 3 {
				for n := range 3 {
					a[m][n] += w[i] * row[m] * row[n]
				}
				a[m][3] += w[i] * row[m] * ts[i]
			}
		}
		a[1][1] += 1e-6
		a[2][2] += 1e-6
		p := solve3(a)
		sx, sy = p[1], p[2]
		var num, den float64
		for i := range xs {
			r := ts[i] - p[0] - sx*xs[i] - sy*ys[i]
			num += w[i] * r * r
			den += w[i]
			w[i] = 1 / (1 + sq(r/0.5))
		}
		rms = math.Sqrt(num / den)
	}
	return sx, sy, rms
}

func solve3(a [3][4]float64) (x [3]float64) {
	for i := range 3 {
		b := i
		for r := i + 1; r < 3; r++ {
			if math.Abs(a[r][i]) > math.Abs(a[b][i]) {
				b = r
			}
		}
		a[i], a[b] = a[b], a[i]
		if math.Abs(a[i][i]) < 1e-15 {
			return x
		}
		for r := i + 1; r < 3; r++ {
			f := a[r][i] / a[i][i]
			for k := i; k < 4; k++ {
				a[r][k] -= f * a[i][k]
			}
		}
	}
	for i := 2; i >= 0; i-- {
		x[i] = a[i][3]
		for k := i + 1; k < 3; k++ {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x
}

func sq(x float64) float64 { return x * x }
