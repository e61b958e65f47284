package geo

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func loadGeodesics(t testing.TB) [][]float64 {
	f, err := os.Open("testdata/geodesics.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows [][]float64
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		var row []float64
		for _, s := range strings.Split(sc.Text(), ",") {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			row = append(row, v)
		}
		rows = append(rows, row)
	}
	if len(rows) < 200 {
		t.Fatalf("geodesics.csv: %d rows", len(rows))
	}
	return rows
}

func azDiff(a, b float64) float64 { return math.Abs(wrap180(a - b)) }

// TestAgainstGeographicLib compares with an independent solution of the
// geodesic problem (testdata/geodesics.py).
func TestAgainstGeographicLib(t *testing.T) {
	var worst, worstAnti, worstAz float64
	for _, r := range loadGeodesics(t) {
		km, az, back := Inverse(r[0], r[1], r[2], r[3])
		want := r[4] / 1000
		tol := 1e-7
		anti := want > 19900
		if anti {
			tol = 1e-5
			worstAnti = max(worstAnti, math.Abs(km-want))
		} else {
			worst = max(worst, math.Abs(km-want))
		}
		if !(math.Abs(km-want) <= tol) {
			t.Errorf("Inverse(%v): %.7f km, want %.7f", r[:4], km, want)
		}
		// Azimuths of nearly antipodal points hang on the last digits; what
		// counts is that following them leads there.
		if !anti {
			worstAz = max(worstAz, azDiff(az, r[5]), azDiff(back, r[6]+180))
			if azDiff(az, r[5]) > 1e-6 || azDiff(back, r[6]+180) > 1e-6 {
				t.Errorf("Inverse(%v): azimuths %.8f %.8f, want %.8f %.8f", r[:4], az, back, r[5], wrap360(r[6]+180))
			}
		}
		lat, lon := Destination(r[0], r[1], az, km)
		if d, _ := Distance(lat, lon, r[2], r[3]); d > 2e-5 {
			t.Errorf("Destination(%v, %v, %v, %v) misses by %.3f m", r[0], r[1], az, km, d*1000)
		}
		lat, lon = Destination(r[0], r[1], r[5], want)
		if d, _ := Distance(lat, lon, r[2], r[3]); d > 2e-5 {
			t.Errorf("Destination(%v, %v, %v, %v) misses by %.3f m", r[0], r[1], r[5], want, d*1000)
		}
		if got := DistanceDeg(r[0], r[1], r[2], r[3]); math.Abs(got-r[7]) > 1e-8 {
			t.Errorf("DistanceDeg(%v) = %.10f, want %.10f", r[:4], got, r[7])
		}
	}
	t.Logf("largest differences: %.2g mm, %.2g mm near the antipode, azimuth %.2g°", worst*1e6, worstAnti*1e6, worstAz)
}

func TestOddArguments(t *testing.T) {
	if km, az := Distance(12, 34, 12, 34); km != 0 || az != 0 {
		t.Errorf("equal points: %v %v", km, az)
	}
	if km, _ := Distance(12, -180, 12, 180); km > 1e-9 {
		t.Errorf("same meridian written twice: %v km", km)
	}
	if km, _ := Distance(math.NaN(), 0, 0, 0); !math.IsNaN(km) {
		t.Errorf("NaN gave %v", km)
	}
	if km, az := Distance(90, 17, 40, -20); math.Abs(az-217) > 20 && km < 5000 {
		t.Errorf("from the pole: %v km, %v°", km, az)
	}
	if d := DistanceDeg(0, 0, 0, 180); math.Abs(d-180) > 1e-12 {
		t.Errorf("antipode: %v°", d)
	}
}

// TestLocal holds the frame to the accuracy that its comment promises.
func TestLocal(t *testing.T) {
	var worst300, worst600, worstPair, worstAz float64
	for _, lat0 := range []float64{0, 30, -37.9, 64, -70} {
		l := NewLocal(lat0, 179.5)
		var pts []Point
		var geos [][2]float64
		for az := 5.0; az < 360; az += 20 {
			for _, km := range []float64{0.01, 1, 30, 100, 200, 300, 600} {
				lat, lon := Destination(lat0, 179.5, az, km)
				x, y := l.ToKm(lat, lon)
				e := math.Abs(math.Hypot(x, y) - km)
				if km <= 300 {
					worst300 = max(worst300, e)
					worstAz = max(worstAz, km*rad*azDiff(math.Atan2(x, y)/rad, az))
					pts = append(pts, l.Point(lat, lon))
					geos = append(geos, [2]float64{lat, lon})
				} else {
					worst600 = max(worst600, e)
				}
				la, lo := l.ToGeo(x, y)
				if d, _ := Distance(la, lo, lat, lon); d > 1e-7 {
					t.Errorf("ToGeo(ToKm(%v, %v)) misses by %v m", lat, lon, d*1000)
				}
			}
		}
		for i := range pts {
			for j := range i {
				km, _ := Distance(geos[i][0], geos[i][1], geos[j][0], geos[j][1])
				worstPair = max(worstPair, math.Abs(l.Km(pts[i], pts[j])-km))
			}
		}
	}
	t.Logf("largest differences: %.3f m to 300 km, %.3f m at 600 km, %.3f m between points, %.3f m across", worst300*1000, worst600*1000, worstPair*1000, worstAz*1000)
	if worst300 > 1e-3 || worstPair > 1e-3 || worstAz > 1e-3 {
		t.Errorf("within 300 km: distance %.3f m, pairs %.3f m, across %.3f m, want < 1 m", worst300*1000, worstPair*1000, worstAz*1000)
	}
	if worst600 > 5e-3 {
		t.Errorf("at 600 km: %.3f m, want < 5 m", worst600*1000)
	}
	l := NewLocal(10, 20)
	if x, y := l.ToKm(10, 20); x != 0 || math.Abs(y) > 1e-9 {
		t.Errorf("origin maps to %v %v", x, y)
	}
}

func TestGaps(t *testing.T) {
	for _, c := range []struct {
		az             []float64
		gap, secondary float64
	}{
		{nil, 360, 360},
		{[]float64{10}, 360, 360},
		{[]float64{10, 100}, 270, 360},
		{[]float64{0, 90, 180, 270}, 90, 180},
		{[]float64{270, 0, 180, 90, -360}, 90, 180},
		{[]float64{350, 10, 40}, 310, 340},
		{[]float64{20, 20, 20}, 360, 360},
		{[]float64{0, 120, 240, 5}, 120, 240},
	} {
		g, s := Gaps(c.az)
		if math.Abs(g-c.gap) > 1e-9 || math.Abs(s-c.secondary) > 1e-9 {
			t.Errorf("Gaps(%v) = %v, %v; want %v, %v", c.az, g, s, c.gap, c.secondary)
		}
	}
}

// TestGapsProperty checks the secondary gap against leaving out each station.
func TestGapsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		az := rapid.SliceOfN(rapid.Float64Range(-400, 800), 2, 12).Draw(t, "az")
		gap, sec := Gaps(az)
		want := 0.0
		for i := range az {
			rest := append(append([]float64{}, az[:i]...), az[i+1:]...)
			g, _ := Gaps(rest)
			want = max(want, g)
		}
		if math.Abs(sec-want) > 1e-9 || gap > sec+1e-9 {
			t.Fatalf("Gaps(%v) = %v, %v; leaving one out gives %v", az, gap, sec, want)
		}
	})
}

func BenchmarkDistance(b *testing.B) {
	for b.Loop() {
		Distance(37.938, -122.057, 38.026909, -122.015991)
	}
}

func BenchmarkLocalPoint(b *testing.B) {
	l := NewLocal(37.9, -122)
	for b.Loop() {
		l.Point(38.026909, -122.015991)
	}
}

func BenchmarkLocalKm(b *testing.B) {
	l := NewLocal(37.9, -122)
	p, q := l.Point(38.1, -122.1), l.Point(37.5, -121.7)
	for b.Loop() {
		l.Km(p, q)
	}
}
