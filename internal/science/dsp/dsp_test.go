package dsp

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func noise(n int, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func TestDesignErrors(t *testing.T) {
	for _, c := range []struct {
		order        int
		lo, hi, rate float64
	}{{0, 1, 2, 100}, {13, 1, 2, 100}, {2, 0, 2, 100}, {2, 1, 50, 100}, {2, 3, 2, 100}, {2, 1, 2, 0}, {2, math.NaN(), 2, 100}, {2, 1, 2, math.Inf(1)}} {
		if _, err := BandPass(c.order, c.lo, c.hi, c.rate); err == nil {
			t.Errorf("BandPass(%v) gave no error", c)
		}
	}
}

// TestCornerIs3dB checks every design by its definition.
func TestCornerIs3dB(t *testing.T) {
	for order := 1; order <= 8; order++ {
		for _, kind := range []string{"lowpass", "highpass", "bandpass"} {
			sos := design(t, kind, order, []float64{0.7, 12}, 100)
			if g := cmplx.Abs(Gain(sos, 0.7, 100)); math.Abs(g-math.Sqrt(0.5)) > 1e-6 {
				t.Errorf("%s %d: gain %v at the corner", kind, order, g)
			}
			for _, s := range sos {
				if s.radius() >= 1 {
					t.Errorf("%s %d: unstable section %+v", kind, order, s)
				}
			}
		}
	}
}

// TestCutting holds the promise that cutting a stream elsewhere changes
// nothing, not even the last bit.
func TestCutting(t *testing.T) {
	x := noise(1000, 3)
	sos := design(t, "bandpass", 3, []float64{0.7, 12}, 100)
	whole := make([]float64, len(x))
	NewFilter(sos).Run(whole, x)
	rapid.Check(t, func(t *rapid.T) {
		f := NewFilter(sos)
		var got []float64
		for rest := x; len(rest) > 0; {
			n := rapid.IntRange(1, min(200, len(rest))).Draw(t, "n")
			if rapid.Bool().Draw(t, "single") {
				for _, v := range rest[:n] {
					got = append(got, f.Next(v))
				}
			} else {
				y := append([]float64(nil), rest[:n]...)
				f.Run(y, y)
				got = append(got, y...)
			}
			rest = rest[n:]
		}
		for i := range got {
			if math.Float64bits(got[i]) != math.Float64bits(whole[i]) {
				t.Fatalf("sample %d: %v, in one piece %v", i, got[i], whole[i])
			}
		}
	})
}

func TestResetSettles(t *testing.T) {
	for _, c := range []struct {
		kind string
		want float64
	}{{"highpass", 0}, {"bandpass", 0}, {"lowpass", 1e6}} {
		f := NewFilter(design(t, c.kind, 4, []float64{0.1, 10}, 100))
		f.Next(55)
		f.Reset(1e6)
		for range 1000 {
			if y := f.Next(1e6); math.Abs(y-c.want) > 1e-3 {
				t.Fatalf("%s: %v after a constant, want %v", c.kind, y, c.want)
			}
		}
	}
}

func TestSettle(t *testing.T) {
	f := NewFilter(design(t, "highpass", 2, []float64{0.1}, 100))
	n := f.Settle()
	var tail float64
	for i := range 3 * n {
		y := math.Abs(f.Next(1))
		if i >= n {
			tail = max(tail, y)
		}
	}
	if tail > 2e-3 || n > 5000 {
		t.Errorf("after %d samples %.2g of the step is left", n, tail)
	}
}

func TestFFT(t *testing.T) {
	for _, n := range []int{1, 2, 4, 8, 16, 32, 64, 512, 2048} {
		x := make([]complex128, n)
		a, b := noise(n, 5), noise(n, 6)
		for i := range x {
			x[i] = complex(a[i], b[i])
		}
		y := append([]complex128(nil), x...)
		FFT(y)
		for _, k := range []int{0, 1, n / 2, n - 1, n / 3} {
			if k >= n {
				continue
			}
			var want complex128
			for j := range x {
				want += x[j] * cmplx.Exp(complex(0, -2*math.Pi*float64(k*j%n)/float64(n)))
			}
			if cmplx.Abs(y[k]-want) > 1e-11*float64(n) {
				t.Errorf("n %d: X[%d] = %v, want %v", n, k, y[k], want)
			}
		}
		IFFT(y)
		for i := range x {
			if cmplx.Abs(y[i]-x[i]) > 1e-13*float64(n) {
				t.Fatalf("n %d: IFFT(FFT(x))[%d] = %v, want %v", n, i, y[i], x[i])
			}
		}
		if n < 2 {
			continue
		}
		z := make([]complex128, n/2+1)
		RFFT(z, a)
		back := make([]float64, n)
		IRFFT(back, z)
		for i := range a {
			if math.Abs(a[i]-back[i]) > 1e-13*float64(n) {
				t.Fatalf("n %d: IRFFT(RFFT(x))[%d] = %v, want %v", n, i, back[i], a[i])
			}
		}
	}
	for want, n := range map[int]int{1: 0, 2: 2, 1024: 1000, 4096: 4096, 8192: 4097} {
		if got := NextPow2(n); got != want {
			t.Errorf("NextPow2(%d) = %d, want %d", n, got, want)
		}
	}
}

func TestRunningMean(t *testing.T) {
	x := noise(997, 8)
	r := NewRunningMean(100)
	for i := range x {
		x[i] += 1e6
		got := r.Next(x[i])
		want := x[i] - Mean(x[max(0, i-99):i+1])
		if math.Abs(got-want) > 1e-8 {
			t.Fatalf("sample %d: %v, want %v", i, got, want)
		}
	}
}

func TestSTALTAFreeze(t *testing.T) {
	x := noise(4000, 9)
	for i := 2000; i < 3500; i++ {
		x[i] *= 50
	}
	plain, frozen := NewSeisComPSTALTA(20, 500), NewSeisComPSTALTA(20, 500)
	frozen.Freeze, frozen.On, frozen.Off = true, 3, 1.5
	var before float64
	for i, v := range x {
		plain.Next(v)
		frozen.Next(v)
		if i == 1990 {
			before = frozen.LTA
		}
		if i == 3400 && (frozen.LTA > 2*before || plain.LTA < 10*before) {
			t.Errorf("during the signal: frozen LTA %v, plain %v, before %v", frozen.LTA, plain.LTA, before)
		}
	}
	dead := NewSeisComPSTALTA(2, 10)
	for range 50 {
		if r := dead.Next(0); r != 1 {
			t.Fatalf("dead channel: ratio %v", r)
		}
	}
}

func TestFindOnset(t *testing.T) {
	x := noise(600, 10)
	for i := 350; i < 600; i++ {
		x[i] += 12 * math.Sin(float64(i-350)*0.5)
	}
	o, ok := FindOnset(x, nil, 10, 9)
	if !ok || o.Index < 348 || o.Index > 353 {
		t.Errorf("strong onset: %+v %v, want 350", o, ok)
	}
	strong := o.Width()
	for i := range x {
		x[i] = noise(600, 10)[i]
		if i >= 350 {
			x[i] *= 2
		}
	}
	o, ok = FindOnset(x, make([]float64, 600), 10, 9)
	if !ok || math.Abs(float64(o.Index-350)) > 25 || o.Width() <= strong {
		t.Errorf("weak onset: %+v %v, width of the strong one %d", o, ok, strong)
	}
	if o.Left > o.Index || o.Right < o.Index || o.Sigma() <= 0 {
		t.Errorf("width: %+v", o)
	}
	for _, bad := range [][]float64{nil, make([]float64, 20), make([]float64, 500)} {
		if o, ok := FindOnset(bad, nil, 10, 9); ok {
			t.Errorf("%d dead samples: %+v", len(bad), o)
		}
	}
}

func TestDifferentiateUndoesIntegrate(t *testing.T) {
	n, rate := 400, 100.0
	x, y, z := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = math.Sin(2 * math.Pi * float64(i) / rate)
	}
	Integrate(y, x, rate)
	Differentiate(z, y, rate)
	d := NewDifferentiator(rate)
	for i := 1; i < n-1; i++ {
		if math.Abs(z[i]-x[i]) > 2e-3 {
			t.Fatalf("sample %d: %v, want %v", i, z[i], x[i])
		}
	}
	d.Next(y[0])
	for i := 1; i < n; i++ {
		if got := d.Next(y[i]); i > 1 && math.Abs(got-z[i-1]) > 1e-12 {
			t.Fatalf("streaming derivative at %d: %v, want %v", i-1, got, z[i-1])
		}
	}
}

func TestStreamingAllocatesNothing(t *testing.T) {
	f := NewFilter(design(t, "bandpass", 4, []float64{0.1, 10}, 100))
	r, s, m := NewRecursiveSTALTA(20, 500), NewSeisComPSTALTA(20, 500), NewRunningMean(100)
	g, d, it := NewIntegrator(100), NewDifferentiator(100), NewInitialTaper(50)
	x, z := noise(512, 1), make([]complex128, 257)
	RFFT(z, x)
	if n := testing.AllocsPerRun(10, func() {
		for _, v := range x {
			s.Next(r.Next(d.Next(g.Next(it.Next(m.Next(f.Next(v)))))))
		}
		f.Run(x, x)
		RFFT(z, x)
		IRFFT(x, z)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFilterBandPass4Run(b *testing.B) {
	f := NewFilter(design(b, "bandpass", 4, []float64{0.7, 12}, 100))
	x := noise(412, 1) // samples of a 512-byte record
	y := make([]float64, len(x))
	for b.Loop() {
		f.Run(y, x)
	}
	b.ReportMetric(float64(b.N*len(x))/b.Elapsed().Seconds()/1e6, "Msamples/s")
}

func BenchmarkFilterBandPass4Next(b *testing.B) {
	f := NewFilter(design(b, "bandpass", 4, []float64{0.7, 12}, 100))
	x := noise(412, 1)
	for b.Loop() {
		for _, v := range x {
			f.Next(v)
		}
	}
	b.ReportMetric(float64(b.N*len(x))/b.Elapsed().Seconds()/1e6, "Msamples/s")
}

func BenchmarkRecursiveSTALTA(b *testing.B) {
	s := NewRecursiveSTALTA(200, 8000)
	x := noise(412, 1)
	for b.Loop() {
		for _, v := range x {
			s.Next(v)
		}
	}
	b.ReportMetric(float64(b.N*len(x))/b.Elapsed().Seconds()/1e6, "Msamples/s")
}

func BenchmarkSeisComPSTALTA(b *testing.B) {
	s := NewSeisComPSTALTA(200, 8000)
	x := noise(412, 1)
	for b.Loop() {
		for _, v := range x {
			s.Next(v)
		}
	}
	b.ReportMetric(float64(b.N*len(x))/b.Elapsed().Seconds()/1e6, "Msamples/s")
}

func BenchmarkFFT4096(b *testing.B) {
	x := make([]complex128, 4096)
	for i, v := range noise(4096, 1) {
		x[i] = complex(v, 0)
	}
	y := make([]complex128, len(x))
	for b.Loop() {
		copy(y, x)
		FFT(y)
	}
}

func BenchmarkRFFT4096(b *testing.B) {
	x := noise(4096, 1)
	z := make([]complex128, 2049)
	for b.Loop() {
		RFFT(z, x)
	}
}

func BenchmarkAIC(b *testing.B) {
	x := noise(1000, 1)
	y := make([]float64, len(x))
	for b.Loop() {
		AIC(y, x)
	}
}
