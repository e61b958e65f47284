package ground

import (
	"math"
	"testing"

	"houfeng/internal/science/traveltime"
)

// TestRaysAgainstTravelTimes compares first arrivals with the tables that the
// locator uses, which are computed in another way.
func TestRaysAgainstTravelTimes(t *testing.T) {
	layers := []traveltime.Layer{
		{TopKm: 0, VpTop: 5.8, VpBottom: 5.8, VsTop: 3.46, VsBottom: 3.46},
		{TopKm: 20, VpTop: 6.5, VpBottom: 6.5, VsTop: 3.85, VsBottom: 3.85},
		{TopKm: 35, VpTop: 8.04, VpBottom: 8.04, VsTop: 4.48, VsBottom: 4.48},
	}
	m, err := traveltime.NewModel("test", layers)
	if err != nil {
		t.Fatal(err)
	}
	p := NewStack([]Layer{{0, 5.8}, {20, 6.5}, {35, 8.04}})
	s := NewStack([]Layer{{0, 3.46}, {20, 3.85}, {35, 4.48}})
	worst := 0.0
	for _, depth := range []float64{1, 5, 12, 19, 25, 33} {
		for _, dist := range []float64{0, 1, 5, 20, 50, 90, 130, 180, 250, 400} {
			for _, c := range []struct {
				phase traveltime.Phase
				stack *Stack
			}{{traveltime.P, p}, {traveltime.S, s}} {
				want, _, _, ok := m.Time(c.phase, depth, dist)
				if !ok {
					t.Fatalf("no %s at %g km from %g km", c.phase, dist, depth)
				}
				r := c.stack.Trace(depth, 0, dist)
				got := r.First().TimeS
				worst = math.Max(worst, math.Abs(got-want))
				// The Earth's curvature is approximated layer by layer: each has the
				// velocity that holds in its middle.
				if math.Abs(got-want) > 0.06 {
					t.Errorf("%s at %g km from %g km: %.3f s, want %.3f", c.phase, dist, depth, got, want)
				}
			}
		}
	}
	t.Logf("largest difference %.3f s", worst)
}

func TestRaysObeySnell(t *testing.T) {
	s := NewStack([]Layer{{0, 5.8}, {20, 6.5}, {35, 8.04}})
	// The slowness is the derivative of the time.
	for _, dist := range []float64{10, 60, 150, 300} {
		a, b := s.Trace(12, 0.8, dist-0.01), s.Trace(12, 0.8, dist+0.01)
		for i, pair := range [][2]Ray{{a.Direct, b.Direct}, {a.Head, b.Head}} {
			if !pair[0].Head && i == 1 {
				continue
			}
			slope := (pair[1].TimeS - pair[0].TimeS) / 0.02
			if math.Abs(slope-pair[0].Slowness) > 1e-4 {
				t.Errorf("ray %d at %g km: dt/dx %.5f s/km, slowness %.5f", i, dist, slope, pair[0].Slowness)
			}
		}
	}
	// Straight up takes depth and elevation over velocity.
	up := s.Trace(10, 2, 0)
	if want := 12 / 5.8; math.Abs(up.Direct.TimeS-want) > 0.01 || math.Abs(up.Direct.TakeoffDeg-180) > 0.1 {
		t.Errorf("straight up: %.4f s at %.1f°, want %.4f at 180°", up.Direct.TimeS, up.Direct.TakeoffDeg, want)
	}
	// A head wave leaves downwards and overtakes far away only.
	if r := s.Trace(10, 0, 40); r.Head.Head {
		t.Error("a head wave comes first at 40 km")
	}
	if r := s.Trace(10, 0, 250); !r.Head.Head || r.Head.TakeoffDeg > 90 || r.First() != r.Head {
		t.Errorf("at 250 km: %+v", r)
	}
}

func TestDistantTimes(t *testing.T) {
	// TauP's ak135 by ObsPy 1.5.1, at distances between those of the table.
	for _, tt := range []struct{ depth, deg, p, s float64 }{
		{0, 42, 472.894, 852.676},
		{15, 60, 605.905, 1097.895},
		{35, 67.5, 652.393, 1186.278},
		{100, 88, 758.845, 1394.070},
	} {
		p, pSlow, s, _ := DistantTimes(tt.depth, tt.deg)
		if math.Abs(p-tt.p) > 0.3 || math.Abs(s-tt.s) > 0.6 {
			t.Errorf("%g° from %g km: P %.3f, S %.3f s, want %.3f, %.3f", tt.deg, tt.depth, p, s, tt.p, tt.s)
		}
		q, _, _, _ := DistantTimes(tt.depth, tt.deg+0.01)
		if math.Abs((q-p)/0.01-pSlow) > 0.02 {
			t.Errorf("%g°: slowness %.3f s/deg, difference of times %.3f", tt.deg, pSlow, (q-p)/0.01)
		}
	}
}
