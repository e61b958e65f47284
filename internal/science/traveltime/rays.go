package traveltime

import (
	"math"
	"slices"
	"sort"
)

// A tracer sends rays through a model. The sphere is flattened exactly (Müller
// 1985, J. Geophys. 58, 153–174; Chapman 1973): depth z becomes R ln(R/(R−z))
// and slowness u becomes u·(R−z)/R. Between levels the flattened slowness is
// taken as exponential in flattened depth, which is Mohorovičić's law v = a·r^b
// in the sphere (Buland & Chapman 1983, BSSA 73, 1271–1302) and exact for a
// constant velocity. A linear gradient is replaced by steps of at most the
// levels' spacing; the error in v is (δv/v)²/8 of a step.
type tracer struct {
	z        []float64 // depths of the levels, km, increasing
	sub      []sublayer
	receiver int // level at sea level
}

// sublayer is what lies between level k and k+1.
type sublayer struct {
	top, bottom float64 // flattened slowness, s/km
	c           float64 // d ln u / dz, with the sign that c > 0 where u decreases
	e           float64 // (top² − bottom²)/c
}

// ray is a ray of one parameter, followed down from the first level.
type ray struct {
	p    float64
	x, t []float64 // from sea level down to each level, negative above it
	n    int       // levels reached
	turn bool      // comes back up, at the last level reached or below it
	echo bool      // by total reflection at the last level: never the first to arrive
	tx   float64   // from sea level to the turning point
	tt   float64
}

// newTracer lays levels at the given depths and at the model's boundaries, down
// to where the phase ends.
func newTracer(m *Model, ph Phase, depths []float64) *tracer {
	depths = append(slices.Clone(depths), 0)
	for _, l := range m.layers {
		depths = append(depths, l.TopKm)
	}
	sort.Float64s(depths)
	tr := &tracer{}
	for _, z := range depths {
		if z < TopKm || z > m.radius-1 {
			continue
		}
		if _, below := m.velocities(ph, z); below == 0 {
			tr.z = append(tr.z, z)
			break
		}
		if n := len(tr.z); n > 0 && z-tr.z[n-1] < 1e-9 {
			continue
		}
		tr.z = append(tr.z, z)
	}
	for k := 0; k+1 < len(tr.z); k++ {
		z0, z1 := tr.z[k], tr.z[k+1]
		_, v0 := m.velocities(ph, z0)
		v1, _ := m.velocities(ph, z1)
		r0, r1 := m.radius-z0, m.radius-z1
		s := sublayer{top: r0 / (m.radius * v0), bottom: r1 / (m.radius * v1)}
		h := m.radius * math.Log(r0/r1)
		lu := math.Log(s.top / s.bottom)
		s.c = lu / h
		if lu == 0 {
			s.e = 2 * s.top * s.top * h
		} else {
			s.e = s.bottom * s.bottom * math.Expm1(2*lu) / s.c
		}
		tr.sub = append(tr.sub, s)
	}
	for k, z := range tr.z {
		if z == 0 {
			tr.receiver = k
		}
	}
	return tr
}

// atanRatio returns atan(c·a)/c without loss for small c.
func atanRatio(c, a float64) float64 {
	y := c * a
	if math.Abs(y) < 1e-3 {
		y2 := y * y
		return a * (1 - y2*(1.0/3-y2*(1.0/5-y2/7)))
	}
	return math.Atan(y) / c
}

// trace follows the ray of parameter p down from the first level. With graze,
// it turns at the first level whose slowness is p; else it passes.
func (tr *tracer) trace(p float64, graze bool, r *ray) {
	r.p, r.n, r.turn, r.echo = p, 0, false, false
	if len(r.x) < len(tr.z) {
		r.x, r.t = make([]float64, len(tr.z)), make([]float64, len(tr.z))
	}
	if len(tr.sub) == 0 || tr.sub[0].top < p {
		return
	}
	var x, t float64
	r.x[0], r.t[0], r.n = 0, 0, 1
	for k, s := range tr.sub {
		q0 := math.Sqrt(math.Max(0, (s.top-p)*(s.top+p)))
		switch {
		case s.top < p || graze && s.top == p && k > 0:
			r.turn = true // at the level itself
			r.echo = s.top < p && k > 0 && tr.sub[k-1].bottom > p
		case s.bottom < p:
			// Turns inside: q becomes 0 where u = p.
			x += math.Atan2(q0, p) / s.c
			t += q0 / s.c
			r.turn = true
		}
		if r.turn {
			break
		}
		q1 := math.Sqrt(math.Max(0, (s.bottom-p)*(s.bottom+p)))
		dt := 0.0
		if q0+q1 > 0 {
			dt = s.e / (q0 + q1)
			if d := p*p + q0*q1; d > 0 {
				x += atanRatio(s.c, p*dt/d)
			}
		}
		t += dt
		r.x[k+1], r.t[k+1], r.n = x, t, k+2
		if graze && s.bottom == p {
			r.turn = true
			break
		}
	}
	if r.n <= tr.receiver {
		r.n, r.turn, r.echo = 0, false, false // never reaches the receiver's level
		return
	}
	x0, t0 := r.x[tr.receiver], r.t[tr.receiver]
	for k := range r.n {
		r.x[k] -= x0
		r.t[k] -= t0
	}
	r.tx, r.tt = x-x0, t-t0
	// dt is ∫u²/q dz, the time along the ray.
}

// parameters returns the ray parameters to trace, decreasing: every slowness of
// the model (critical), and between two of them enough to follow X(p), crowded
// at both ends where X(p) is steep.
func (tr *tracer) parameters() (p []float64, critical map[float64]bool) {
	critical = map[float64]bool{}
	for _, s := range tr.sub {
		critical[s.top], critical[s.bottom] = true, true
	}
	var u []float64
	for v := range critical {
		u = append(u, v)
	}
	sort.Float64s(u)
	umax := u[len(u)-1]
	lo := 0.0
	p = append(p, 0)
	for _, hi := range u {
		n := 3 + int(math.Min(60, 300*(hi-lo)/umax))
		from := len(p)
		for i := 1; i < n; i++ {
			p = append(p, lo+(hi-lo)*(1-math.Cos(math.Pi*float64(i)/float64(n)))/2)
		}
		if n > 5 {
			// Rays that leave almost horizontally, towards the upper end: a
			// distance grows by a fifth from one to the next.
			for d := (hi - lo) / 8; d > 1e-11*hi; d /= math.Sqrt2 {
				p = append(p, hi-d)
			}
			sort.Float64s(p[from:])
		}
		p = append(p, hi)
		lo = hi
	}
	for i, j := 0, len(p)-1; i < j; i, j = i+1, j-1 {
		p[i], p[j] = p[j], p[i]
	}
	return p, critical
}
