package traveltime

import "math"

// TimeAt is [Model.Time] for a receiver at elevationKm above sea level (below,
// if negative: a borehole or the sea floor).
//
// The wave goes on from sea level with its ray parameter p through the model's
// uppermost layers, which takes ∫√(1/v²−p²)dz longer; that it takes a slightly
// different path on the whole way is allowed for by the second order term
// ½·(∂/∂p∫√(1/v²−p²)dz)²·∂²t/∂Δ². See TestElevation for the error: below
// 0.01 s for receivers up to 2 km and sources at least as deep as the receiver
// is high.
func (m *Model) TimeAt(ph Phase, depthKm, distKm, elevationKm float64) (t, dtdd, dtdh float64, ok bool) {
	t, dtdd, dtdh, ok = m.Time(ph, depthKm, distKm)
	if !ok || elevationKm == 0 {
		return t, dtdd, dtdh, ok
	}
	dt, _ := m.lift(ph, dtdd, elevationKm)
	return t + dt, dtdd, dtdh, ok
}

// lift returns the time that a wave of ray parameter p needs from sea level up
// to an elevation, and the derivative of it with p.
func (m *Model) lift(ph Phase, p, elevationKm float64) (dt, dp float64) {
	sign, lo, hi := 1.0, -elevationKm, 0.0 // depths
	if elevationKm < 0 {
		sign, lo, hi = -1, 0, -elevationKm
	}
	for z := lo; z < hi; {
		next := hi
		for _, l := range m.layers {
			if l.TopKm > z && l.TopKm < next {
				next = l.TopKm
			}
		}
		_, v0 := m.velocities(ph, z)
		v1, _ := m.velocities(ph, next)
		if v0 == 0 || v1 == 0 {
			break
		}
		// Simpson's rule; layers near the surface are thin or constant.
		for _, w := range [3]struct{ at, k float64 }{{0, 1.0 / 6}, {0.5, 4.0 / 6}, {1, 1.0 / 6}} {
			u := 1 / (v0 + (v1-v0)*w.at)
			k := m.radius / (m.radius - z - (next-z)*w.at)
			q := math.Sqrt(math.Max(0, u*u-p*p*k*k))
			dt += sign * w.k * (next - z) * q
			if q > 0 {
				dp -= sign * w.k * (next - z) * p * k * k / q
			}
		}
		z = next
	}
	return dt, dp
}
