package traveltime

import "math"

// TimeAt is [Model.Time] for a receiver at elevationKm above sea level (below,
// if negative: a borehole or the sea floor, above the source).
//
// The wave passes sea level at a distance x0 with the ray parameter p that the
// table has there, and goes on to the receiver through the model's uppermost
// layers, in the time ∫u²/√(u²−p²)dz and over the distance ∫p/√(u²−p²)dz; x0 is
// found so that it ends at distKm. dtdd is at the receiver. The error is some
// milliseconds more than that of the table for sources deeper than the receiver
// is high; where the first arrival changes from one wave to another it reaches
// 0.02 s for a receiver 2 km high and a source as deep.
//
// For a source in the mountain above the receiver, both are lowered until the
// receiver is at sea level.
func (m *Model) TimeAt(ph Phase, depthKm, distKm, elevationKm float64) (t, dtdd, dtdh float64, ok bool) {
	tb := m.table(ph)
	t, p, q, ok := tb.time(depthKm, distKm)
	if !ok || elevationKm == 0 {
		return t, p, q, ok
	}
	if -depthKm >= elevationKm && depthKm < 0 {
		return tb.time(depthKm+elevationKm, distKm)
	}
	dt, dx := m.lift(ph, p, elevationKm)
	x0 := distKm
	if elevationKm < 0 {
		// Backwards, to where the wave would come up to sea level.
		for range 4 {
			x := math.Min(distKm-dx, distKm+10*-elevationKm)
			t1, p1, q1, ok := tb.time(depthKm, x)
			if !ok {
				break
			}
			step := math.Abs((x - x0) * (p1 - p))
			x0, t, p, q = x, t1, p1, q1
			dt, dx = m.lift(ph, p, elevationKm)
			if step < 4e-4 {
				break
			}
		}
		return t + dt + p*(distKm-x0-dx), p, q, true
	}
	// Between lo, where the wave falls short of the receiver, and hi, where it
	// goes too far, by false position.
	lo, hi := 0.0, distKm
	gLo, gHi := -distKm, dx
	for range 8 {
		if gHi-gLo <= 0 {
			break
		}
		x := lo - gLo*(hi-lo)/(gHi-gLo)
		t1, p1, q1, ok := tb.time(depthKm, x)
		if !ok {
			break
		}
		step := math.Abs((x - x0) * (p1 - p))
		x0, t, p, q = x, t1, p1, q1
		dt, dx = m.lift(ph, p, elevationKm)
		if step < 2e-3 { // what is left is a fraction of it
			break
		}
		if g := x + dx - distKm; g < 0 {
			lo, gLo = x, g
			gHi /= 2 // Illinois: do not let one end stick
		} else {
			hi, gHi = x, g
			gLo /= 2
		}
	}
	// The time of the plane wave of parameter p at the receiver: stationary
	// where x0 + dx is the distance.
	return t + dt + p*(distKm-x0-dx), p, q, true
}

// lift returns the time and the distance by which a wave of ray parameter p
// grows from sea level up to an elevation.
func (m *Model) lift(ph Phase, p, elevationKm float64) (dt, dx float64) {
	top, bottom, sign := -elevationKm, 0.0, 1.0
	if elevationKm < 0 {
		top, bottom, sign = 0, -elevationKm, -1
	}
	i := len(m.layers) - 1
	if bottom == 0 {
		i = m.sea
	}
	for i > 0 && m.layers[i].TopKm >= bottom {
		i--
	}
	for ; bottom > top; i-- {
		z := top
		if i > 0 && m.layers[i].TopKm > top {
			z = m.layers[i].TopKm
		}
		a := m.inLayer(i, ph, z)
		b := m.inLayer(i, ph, bottom)
		h := bottom - z
		if a == b {
			t, x := m.slab(p, 1/a, (z+bottom)/2)
			dt += sign * h * t
			dx += sign * h * x
		} else { // Simpson's rule
			t0, x0 := m.slab(p, 1/a, z)
			t1, x1 := m.slab(p, 2/(a+b), (z+bottom)/2)
			t2, x2 := m.slab(p, 1/b, bottom)
			dt += sign * h / 6 * (t0 + 4*t1 + t2)
			dx += sign * h / 6 * (x0 + 4*x1 + x2)
		}
		bottom = z
	}
	return dt, dx
}

// slab returns the time and the distance, per kilometre of depth z, along a wave
// of ray parameter p in a medium of slowness u. A wave is never quite
// horizontal: within half a degree of it p is held.
func (m *Model) slab(p, u, z float64) (t, x float64) {
	p *= m.radius / (m.radius - z)
	q2 := math.Max((u-p)*(u+p), 1e-4*u*u)
	k := 1 / math.Sqrt(q2)
	// τ grows by q and the time by q + p²/q.
	return (q2 + p*p) * k, p * k
}
