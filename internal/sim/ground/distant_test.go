package ground

import (
	"math"
	"testing"

	"houfeng/internal/science/dsp"
	"houfeng/internal/science/response"
)

// transform returns the magnitudes of the transform of x.
func transform(x []float64) []float64 {
	spec := make([]complex128, len(x)/2+1)
	dsp.RFFT(spec, x)
	out := make([]float64, len(spec))
	for k, v := range spec {
		out[k] = math.Hypot(real(v), imag(v))
	}
	return out
}

func TestDistantEvent(t *testing.T) {
	rec := Recorder{Response: &response.Response{Input: response.Velocity, Sensitivity: 1e9, FrequencyHz: 1}, RateHz: 100} // nm/s
	const at, m, deg = 300.0, 7.0, 60.0
	e := NewDistantEvent(4, m, 20, deg, at, 100)
	w := e.Waves(rec, 9, deg, 40, 1)
	const n = 2800 * 100
	x := make([]float64, n)
	w[0].Add(x, 0)
	window := func(from, to float64) []float64 { return x[int(from*100):int(to*100)] }

	first := peak(window(at, at+30))
	if before := peak(window(0, at-0.5)); before > 0.01*first {
		t.Errorf("%.2f %% of P comes before it", 100*before/first)
	}
	k := int((at - 1) * 100)
	for math.Abs(x[k]) < 0.1*first {
		k++
	}
	if late := float64(k)/100 - at; late < -0.05 || late > 0.8 {
		t.Errorf("P comes %.2f s late", late)
	}
	// mB(BB) of P and MS(BB) of the surface waves (IASPEI 2013), V in nm/s and µm/s.
	if mB := math.Log10(first/(2*math.Pi)) + 6.8 - 3; math.Abs(mB-m) > 0.25 {
		t.Errorf("mB(BB) %.2f, want %.1f", mB, m)
	}
	rayleigh := peak(window(at+900, at+2200))
	if ms := math.Log10(rayleigh/1000/(2*math.Pi)) + 1.66*math.Log10(deg) + 3.3; math.Abs(ms-m) > 0.25 {
		t.Errorf("MS(BB) %.2f, want %.1f", ms, m)
	}
	// P is felt at 0.5 to 2 s, the surface waves are not.
	high := func(from, to float64) float64 {
		y := append([]float64(nil), window(from, to)...)
		secs, err := dsp.BandPass(3, 0.5, 2, 100)
		if err != nil {
			t.Fatal(err)
		}
		f := dsp.NewFilter(secs)
		f.Run(y, y)
		return peak(y[500:])
	}
	if p, r := high(at-10, at+60), high(at+1300, at+2200); p < 20*r {
		t.Errorf("0.5 to 2 Hz: P %.0f nm/s, surface waves %.0f nm/s", p, r)
	}
}

// TestDistantMoveOut wants the same wave at another station, later by the
// slowness of P.
func TestDistantMoveOut(t *testing.T) {
	rec := Recorder{Response: &response.Response{Input: response.Velocity, Sensitivity: 1e9, FrequencyHz: 1}, RateHz: 100}
	e := NewDistantEvent(4, 7, 20, 60, 100, 100)
	x, y := make([]float64, 4000), make([]float64, 4000)
	near, far := e.Waves(rec, 1, 59.5, 40, 1), e.Waves(rec, 2, 60.5, 40, 1)
	p0, _, _, _ := DistantTimes(20, 59.5)
	p1, _, _, _ := DistantTimes(20, 60.5)
	mid, _, _, _ := DistantTimes(20, 60)
	shift := int(math.Round(100 * (p1 - p0)))
	start := int64(100*(100+p0-mid)) - 500
	near[0].Add(x, start)
	far[0].Add(y, start+int64(shift))
	var xy, xx, yy float64
	for i := range x {
		xy, xx, yy = xy+x[i]*y[i], xx+x[i]*x[i], yy+y[i]*y[i]
	}
	if c := xy / math.Sqrt(xx*yy); c < 0.85 || c > 0.9999 {
		t.Errorf("P at two stations 111 km apart correlates %.4f, want 0.85 to 1, not the same", c)
	}
}

func TestWaveInterpolation(t *testing.T) {
	// A sine well below the Nyquist frequency of the coarse samples.
	const step = 8
	w := Wave{First: -40, Step: step, Counts: make([]float32, 400)}
	f := func(sample int64) float64 { return 1000 * math.Sin(2*math.Pi*float64(sample)*1.5/100) }
	for i := range w.Counts {
		w.Counts[i] = float32(f(w.First + int64(i*step)))
	}
	x := make([]float64, 2000)
	w.Add(x, 200)
	for i, v := range x {
		if math.Abs(v-f(int64(200+i))) > 2 {
			t.Fatalf("sample %d: %.2f, want %.2f", 200+i, v, f(int64(200+i)))
		}
	}
	// The same in cuts, over both ends.
	whole := make([]float64, 5000)
	w.Add(whole, -500)
	cut := make([]float64, len(whole))
	for i := 0; i < len(cut); i += 77 {
		w.Add(cut[i:min(len(cut), i+77)], int64(i-500))
	}
	for i := range whole {
		if whole[i] != cut[i] {
			t.Fatalf("sample %d: %g whole, %g in cuts", i-500, whole[i], cut[i])
		}
	}
}
