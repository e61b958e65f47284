package intensity

import (
	"math"
	"math/cmplx"
	"testing"

	"pgregory.net/rapid"

	"houfeng/internal/science/dsp"
)

func TestGBT(t *testing.T) {
	gal := func(ia float64) float64 { return 100 * math.Pow(10, (ia-6.59)/3.17) }
	cms := func(iv float64) float64 { return 100 * math.Pow(10, (iv-9.77)/3.00) }
	for _, c := range []struct {
		ia, iv, want float64
		degree       int
	}{
		{5.0, 4.0, 4.5, 5},
		{7.0, 5.99, 6.495, 7},  // only I_A is at least 6: mean; published as 6.5, degree 7
		{5.99, 7.0, 6.495, 7},  // only I_V is: mean
		{6.001, 6.001, 6.0, 6}, // both are: I_V
		{8.0, 6.2, 6.2, 6},
		{7.0, 9.0, 9.0, 9},
		{12.5, 13.0, 12, 12},
		{0.2, -3, 1, 1},
		{1.0, 1.5, 1.25, 1},
	} {
		i, ia, iv := GBT(gal(c.ia), cms(c.iv))
		if math.Abs(ia-c.ia) > 1e-9 || math.Abs(iv-c.iv) > 1e-9 {
			t.Errorf("I_A %v, I_V %v; want %v %v", ia, iv, c.ia, c.iv)
		}
		if math.Abs(i-c.want) > 0.0011 || GBTDegree(i) != c.degree {
			t.Errorf("GBT(%v, %v) = %v, degree %d; want %v, %d", c.ia, c.iv, i, GBTDegree(i), c.want, c.degree)
		}
	}
	if i, _, _ := GBT(0, 0); i != 1 {
		t.Errorf("no motion: %v, want 1", i)
	}
	// By hand: PGA 100 gal is 6.59; PGV 10 cm/s is 6.77.
	if i, ia, iv := GBT(100, 10); math.Abs(ia-6.59) > 1e-12 || math.Abs(iv-6.77) > 1e-12 || i != iv {
		t.Errorf("100 gal, 10 cm/s: %v %v %v", i, ia, iv)
	}
	if GBTName(1) != "Ⅰ" || GBTName(9) != "Ⅸ" || GBTName(12) != "Ⅻ" || GBTName(0) != "0" {
		t.Errorf("names: %s %s %s", GBTName(1), GBTName(9), GBTName(12))
	}
	if RoundGBT(5.449) != 5.4 || RoundGBT(5.45001) != 5.5 {
		t.Error("RoundGBT")
	}
}

func TestGBTStaysOnTheScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Float64Range(0, 1e6).Draw(t, "a")
		v := rapid.Float64Range(0, 1e6).Draw(t, "v")
		i, _, _ := GBT(a, v)
		if !(i >= 1 && i <= 12) {
			t.Fatalf("GBT(%v, %v) = %v", a, v, i)
		}
	})
}

func TestJMA(t *testing.T) {
	for _, c := range []struct {
		i, round    float64
		class, word string
	}{
		{math.Inf(-1), math.Inf(-1), "0", "0"},
		{-0.51, -0.6, "0", "0"},
		{0.494, 0.4, "0", "0"}, {0.495, 0.5, "1", "1"}, {1.49, 1.4, "1", "1"},
		{1.5, 1.5, "2", "2"}, {2.5, 2.5, "3", "3"}, {3.5, 3.5, "4", "4"},
		{4.494, 4.4, "4", "4"}, {4.496, 4.5, "5-", "5 lower"}, {4.99, 4.9, "5-", "5 lower"},
		{5.0, 5.0, "5+", "5 upper"}, {5.5, 5.5, "6-", "6 lower"}, {6.0, 6.0, "6+", "6 upper"},
		{6.494, 6.4, "6+", "6 upper"}, {6.5, 6.5, "7", "7"}, {7.3, 7.3, "7", "7"},
	} {
		class, word := JMAClass(c.i)
		if RoundJMA(c.i) != c.round || class != c.class || word != c.word {
			t.Errorf("%v: %v %s %q, want %v %s %q", c.i, RoundJMA(c.i), class, word, c.round, c.class, c.word)
		}
	}
	if got := JMA(100); math.Abs(got-4.94) > 1e-12 {
		t.Errorf("100 gal: %v, want 4.94", got)
	}
}

func TestJMAFilter(t *testing.T) {
	// Evaluated apart with NumPy from the formula of the notification.
	for hz, want := range map[float64]float64{0: 0, 0.1: 0.2822682, 0.5: 1.1234098, 1: 0.9963688, 5: 0.4100510, 10: 0.2235029} {
		got := JMAFilter(hz)
		if math.Abs(got-want) > 1e-7 {
			t.Errorf("F(%v Hz) = %.7f, want %.7f", hz, got, want)
		}
	}
}

// TestRealtimeFilter holds the recursive filter to the accuracy stated.
func TestRealtimeFilter(t *testing.T) {
	for _, c := range []struct{ rate, to5, to15 float64 }{{50, 0.05, 0.20}, {100, 0.02, 0.05}, {200, 0.005, 0.015}} {
		sos, err := realtimeJMA(c.rate)
		if err != nil {
			t.Fatal(err)
		}
		var low, high float64
		for hz := 0.1; hz < 15; hz *= 1.05 {
			d := 2 * math.Abs(math.Log10(cmplx.Abs(dsp.Gain(sos, hz, c.rate))/JMAFilter(hz)))
			if hz < 5 {
				low = max(low, d)
			}
			high = max(high, d)
		}
		t.Logf("%v Hz: largest departure %.4f to 5 Hz, %.4f to 15 Hz", c.rate, low, high)
		if low > c.to5 || high > c.to15 {
			t.Errorf("%v Hz: departs by %.3f and %.3f, want %.3f and %.3f", c.rate, low, high, c.to5, c.to15)
		}
	}
	for _, rate := range []float64{21, 25, 40, 80, 500} {
		if _, err := realtimeJMA(rate); err != nil {
			t.Errorf("%v Hz: %v", rate, err)
		}
	}
}

func TestKthLargest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-5, 5), 1, 50).Draw(t, "x")
		k := rapid.IntRange(1, len(x)).Draw(t, "k")
		got := kthLargest(x, k)
		above, atLeast := 0, 0
		for _, v := range x {
			if v > got {
				above++
			}
			if v >= got {
				atLeast++
			}
		}
		if above >= k || atLeast < k {
			t.Fatalf("kthLargest(%v, %d) = %v", x, k, got)
		}
	})
	if kthLargest(nil, 3) != 0 || kthLargest([]float64{2, 7}, 9) != 2 {
		t.Error("short slices")
	}
}

// TestMeasureSine checks the peaks of a pure tone against what the definitions
// say of it.
func TestMeasureSine(t *testing.T) {
	const rate, hz, gal = 100.0, 2.0, 50.0
	n := 6000
	x := make([]float64, n)
	for i := 3000; i < n; i++ {
		x[i] = gal * math.Min(1, float64(i-3000)/1000) * math.Cos(2*math.Pi*hz*float64(i-3000)/rate)
	}
	for i := range x {
		x[i] += 1234 // an offset that must not matter
	}
	p, err := Measure([3][]float64{nil, x, nil}, 2900, rate)
	if err != nil {
		t.Fatal(err)
	}
	if relative(p.Each[north], gal) > 1e-9 || !math.IsNaN(p.Each[up]) {
		t.Errorf("component peaks %v", p.Each)
	}
	if relative(p.PGA, gal) > 0.02 || relative(p.PGV, gal/(2*math.Pi*hz)) > 0.02 {
		t.Errorf("PGA %v, PGV %v", p.PGA, p.PGV)
	}
	// Over 30 s of a tone 0.3 s lie within a hair of its amplitude.
	if relative(p.A0, gal*JMAFilter(hz)) > 0.02 {
		t.Errorf("a0 %v, want %v", p.A0, gal*JMAFilter(hz))
	}
	if p.Noise > 1e-6 {
		t.Errorf("noise %v before the signal", p.Noise)
	}
	if _, err := Measure([3][]float64{x, nil, nil}, 0, 0.1); err == nil {
		t.Error("no error at 0.1 Hz")
	}
	if q, err := Measure([3][]float64{}, 0, rate); err != nil || q.PGA != 0 {
		t.Errorf("nothing: %+v %v", q, err)
	}
}

func BenchmarkMeasure(b *testing.B) {
	x := make([]float64, 20000)
	for i := range x {
		x[i] = math.Sin(float64(i) * 0.1)
	}
	for b.Loop() {
		if _, err := Measure([3][]float64{x, x, x}, 3000, 100); err != nil {
			b.Fatal(err)
		}
	}
}
