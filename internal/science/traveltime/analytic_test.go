package traveltime

import (
	"math"
	"math/rand/v2"
	"testing"
)

func flat(t testing.TB, layers ...Layer) *Model {
	t.Helper()
	m, err := NewModel("test", layers)
	if err != nil {
		t.Fatal(err)
	}
	m.radius = flatRadiusKm
	return m
}

func layer(top, vp float64) Layer { return Layer{top, vp, vp, vp / 1.75, vp / 1.75} }

// points draws source depths and distances, denser near the source.
func drawPoints(n int, maxZ, maxX float64, f func(z, x float64)) {
	r := rand.New(rand.NewPCG(1, 2))
	for range n {
		f(maxZ*r.Float64()*r.Float64(), maxX*r.Float64()*r.Float64()*r.Float64())
	}
}

// TestHalfSpace compares with √(x²+z²)/v.
func TestHalfSpace(t *testing.T) {
	m := flat(t, layer(0, 6))
	var near, worst, worstD float64
	drawPoints(20000, 100, 1500, func(z, x float64) {
		tt, dd, dh, ok := m.Time(P, z, x)
		r := math.Hypot(x, z)
		if !ok {
			t.Fatalf("no time at %v km, %v km", z, x)
		}
		if r < 0.5 {
			near = max(near, math.Abs(tt-r/6))
			return
		}
		worst = max(worst, math.Abs(tt-r/6))
		if r > 5 {
			worstD = max(worstD, math.Abs(dd-x/r/6), math.Abs(dh-z/r/6))
		}
	})
	t.Logf("largest error %.5f s beyond 0.5 km, %.5f s nearer; derivatives %.5f s/km", worst, near, worstD)
	if worst > 0.001 || near > 0.004 || worstD > 0.0003 {
		t.Errorf("errors %.5f s, %.5f s, %.5f s/km", worst, near, worstD)
	}
}

// TestHeadWave compares with the textbook's first arrival for a layer over a
// half-space: the direct wave, the refracted one, or the ray through both.
func TestHeadWave(t *testing.T) {
	const h, v1, v2 = 30.0, 6.0, 8.0
	m := flat(t, layer(0, v1), layer(h, v2))
	want := func(z, x float64) float64 {
		if z >= h { // Snell by bisection on p
			lo, hi := 0.0, 1/v2
			for range 200 {
				p := (lo + hi) / 2
				if h*p*v1/math.Sqrt(1-p*p*v1*v1)+(z-h)*p*v2/math.Sqrt(1-p*p*v2*v2) < x {
					lo = p
				} else {
					hi = p
				}
			}
			p := (lo + hi) / 2
			c1, c2 := math.Sqrt(1-p*p*v1*v1), math.Sqrt(1-p*p*v2*v2)
			rest := x - h*p*v1/c1 - (z-h)*p*v2/c2 // along the boundary
			return h/v1/c1 + (z-h)/v2/c2 + math.Max(0, rest)*p
		}
		direct := math.Hypot(x, z) / v1
		c := math.Sqrt(1/(v1*v1) - 1/(v2*v2))
		crit := (2*h - z) / math.Sqrt(v2*v2/(v1*v1)-1)
		if x < crit {
			return direct
		}
		return math.Min(direct, x/v2+(2*h-z)*c)
	}
	var worst float64
	drawPoints(20000, 60, 600, func(z, x float64) {
		if math.Hypot(x, z) < 0.5 {
			return
		}
		tt, _, _, ok := m.Time(P, z, x)
		if !ok {
			t.Fatalf("no time at %v km, %v km", z, x)
		}
		if e := math.Abs(tt - want(z, x)); e > worst {
			worst = e
			if e > 0.002 {
				t.Errorf("%.3f km, %.3f km: %.4f s, want %.4f", z, x, tt, want(z, x))
			}
		}
	})
	t.Logf("largest error %.5f s", worst)
}

// TestGradient compares with the closed form for velocity that grows linearly
// with depth.
func TestGradient(t *testing.T) {
	const v0, g = 5.0, 0.05
	m := flat(t, Layer{0, v0, v0 + g*100, v0 / 1.75, (v0 + g*100) / 1.75}, layer(100, v0+g*100))
	var worst float64
	drawPoints(5000, 40, 150, func(z, x float64) {
		if math.Hypot(x, z) < 0.5 {
			return
		}
		want := math.Acosh(1+g*g*(x*x+z*z)/(2*v0*(v0+g*z))) / g
		tt, _, _, ok := m.Time(P, z, x)
		if !ok {
			t.Fatalf("no time at %v km, %v km", z, x)
		}
		if e := math.Abs(tt - want); e > worst {
			worst = e
			if e > 0.001 {
				t.Errorf("%.3f km, %.3f km: %.4f s, want %.4f", z, x, tt, want)
			}
		}
	})
	t.Logf("largest error %.5f s", worst)
}

// TestLowVelocityLayer: a wave exists everywhere, and it is never faster than
// the fastest medium on its way.
func TestLowVelocityLayer(t *testing.T) {
	m := flat(t, layer(0, 6), layer(10, 4.5), layer(15, 6.2), layer(35, 8))
	for z := 0.0; z <= 60; z += 0.7 {
		last := -1.0
		for x := 0.0; x <= 1500; x += 3.3 {
			for _, ph := range []Phase{P, S} {
				tt, dd, _, ok := m.Time(ph, z, x)
				if !ok || math.IsNaN(tt) {
					t.Fatalf("%v from %v km at %v km: no arrival", ph, z, x)
				}
				v := 8.0
				if ph == S {
					v /= 1.75
				}
				if tt < math.Hypot(x, z)/v-1e-4 {
					t.Fatalf("%v from %v km at %v km: %v s, faster than %v km/s", ph, z, x, tt, v)
				}
				if dd < -1e-3 {
					t.Fatalf("%v from %v km at %v km: ray parameter %v", ph, z, x, dd)
				}
				if ph == P {
					if tt < last {
						t.Fatalf("from %v km at %v km: %v s, before %v s", z, x, tt, last)
					}
					last = tt
				}
			}
		}
	}
}

// TestProperties: for every model, times grow with distance by the derivative
// stated, S follows P, and derivatives are those of the interpolated time.
func TestProperties(t *testing.T) {
	for _, name := range Names() {
		m := load(t, name)
		r := rand.New(rand.NewPCG(7, 7))
		maxX := 1490.0
		bad := 0
		for range 4000 {
			z, x := 60*r.Float64()*r.Float64()-3, maxX*r.Float64()*r.Float64()
			if math.Hypot(z, x) < 2 {
				continue
			}
			tp, dd, dh, ok := m.Time(P, z, x)
			ts, _, _, okS := m.Time(S, z, x)
			if !ok || !okS {
				t.Fatalf("%s: no arrival from %v km at %v km", name, z, x)
			}
			if ts <= tp {
				t.Fatalf("%s: S before P from %v km at %v km", name, z, x)
			}
			const e = 1e-4
			a, _, _, _ := m.Time(P, z, x-e)
			b, _, _, _ := m.Time(P, z, x+e)
			c, _, _, _ := m.Time(P, z-e, x)
			d, _, _, _ := m.Time(P, z+e, x)
			// Across a boundary the derivative with depth has two values.
			if math.Abs((b-a)/(2*e)-dd) > 1e-4 || math.Abs((d-c)/(2*e)-dh) > 1e-3 {
				bad++
			}
			if v := m.slowest(P); dd > v*1.02+1e-3 || dd < -1e-3 {
				t.Fatalf("%s: ray parameter %v from %v km at %v km", name, dd, z, x)
			}
		}
		if bad > 12 {
			t.Errorf("%s: derivatives differ from differences at %d points", name, bad)
		}
	}
}

// slowest returns the largest slowness of a model's layers.
func (m *Model) slowest(ph Phase) float64 {
	u := 0.0
	for i := range m.layers {
		u = max(u, 1/m.inLayer(i, ph, m.layers[i].TopKm))
	}
	return u
}

// TestElevation compares the lift with a table whose receiver really is higher:
// a model shifted down by the elevation.
func TestElevation(t *testing.T) {
	for _, c := range []struct {
		elev, minZ, tol float64
	}{{0.5, 1, 0.003}, {1, 2, 0.006}, {2, 2, 0.02}, {4, 5, 0.04}, {-0.3, 1, 0.002}} {
		m := flat(t, layer(-1, 3.5), layer(1, 4.8), layer(3, 6), layer(15, 6.8), layer(33, 8))
		var up []Layer
		for _, l := range m.layers {
			l.TopKm += c.elev
			up = append(up, l)
		}
		shifted := flat(t, up...)
		var worst, plain float64
		var at [2]float64
		drawPoints(5000, 30, 300, func(z, x float64) {
			z += c.minZ
			got, _, _, ok := m.TimeAt(P, z, x, c.elev)
			want, _, _, ok2 := shifted.Time(P, z+c.elev, x)
			sea, _, _, _ := m.Time(P, z, x)
			if !ok || !ok2 {
				t.Fatalf("no time at %v km, %v km", z, x)
			}
			plain = max(plain, math.Abs(sea-want))
			if e := math.Abs(got - want); e > worst {
				worst, at = e, [2]float64{z, x}
			}
		})
		t.Logf("elevation %v km, sources from %v km: largest error %.4f s at %.1f km, %.1f km (%.3f s without)", c.elev, c.minZ, worst, at[0], at[1], plain)
		if worst > c.tol {
			t.Errorf("elevation %v km: error %.4f s, want at most %v", c.elev, worst, c.tol)
		}
	}
}
