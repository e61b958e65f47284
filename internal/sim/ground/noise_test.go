package ground

import (
	"math"
	"testing"

	"houfeng/internal/science/dsp"
	"houfeng/internal/science/response"
)

func TestPeterson(t *testing.T) {
	// Made by testdata/peterson.py with ObsPy 1.5.1.
	for _, tt := range []struct{ period, low, high float64 }{
		{0.1, -168.00, -91.50},
		{0.2, -166.70, -96.69},
		{0.5, -167.50, -115.12},
		{1, -166.40, -116.85},
		{2, -152.80, -107.06},
		{4, -142.03, -97.59},
		{5, -141.18, -97.69},
		{8, -157.31, -113.62},
		{12, -166.15, -117.57},
		{20, -173.39, -138.24},
		{50, -187.50, -134.51},
		{100, -185.07, -131.50},
		{150, -185.00, -129.74},
	} {
		if got := LowNoise(tt.period); math.Abs(got-tt.low) > 0.3 {
			t.Errorf("low noise at %g s: %.2f dB, want %.2f", tt.period, got, tt.low)
		}
		if got := HighNoise(tt.period); math.Abs(got-tt.high) > 0.3 {
			t.Errorf("high noise at %g s: %.2f dB, want %.2f", tt.period, got, tt.high)
		}
	}
}

// ideal is an instrument that counts (m/s²)·10¹² at every frequency, so that its
// own noise is far below any ground's.
func ideal() Recorder {
	return Recorder{Response: &response.Response{Input: response.Acceleration, Sensitivity: 1e12, FrequencyHz: 1}, RateHz: 100, SelfNoiseDB: -250}
}

// spectrum returns Welch's estimate of the one-sided spectrum of x, in
// units²/Hz, with n-point segments.
func spectrum(x []float64, rate float64, n int) []float64 {
	psd := make([]float64, n/2+1)
	seg, spec := make([]float64, n), make([]complex128, n/2+1)
	var norm float64
	count := 0
	for i := 0; i+n <= len(x); i += n / 2 {
		norm = 0
		for k := range seg {
			w := 0.5 - 0.5*math.Cos(2*math.Pi*float64(k)/float64(n))
			seg[k] = x[i+k] * w
			norm += w * w
		}
		dsp.RFFT(spec, seg)
		for k, v := range spec {
			psd[k] += 2 * (real(v)*real(v) + imag(v)*imag(v)) / (rate * norm)
		}
		count++
	}
	for k := range psd {
		psd[k] /= float64(count)
	}
	return psd
}

// TestNoiseSpectrum measures the noise that comes out against the spectrum
// asked for, from 50 s to 30 Hz.
func TestNoiseSpectrum(t *testing.T) {
	for _, site := range []Site{
		{Level: 0, Microseism: 0, PeakS: 5},
		{Level: 1, Microseism: 1, PeakS: 5},
		{Level: 0.35, Microseism: 0.2, PeakS: 7, Horizontal: true},
	} {
		n := NewNoise(NewBench(), site, ideal(), 1, 2, 0, 104)
		x := make([]float64, 1<<20) // three hours
		n.Add(x, -12345)
		const seg = 1 << 15
		psd := spectrum(x, 100, seg)
		for lo := 0.02; lo < 30; lo *= 2 {
			var got, want float64
			for k := int(lo * seg / 100); k < int(2*lo*seg/100); k++ {
				got += psd[k] / 1e24
				want += site.PSD(float64(k) * 100 / seg)
			}
			if db := 10 * math.Log10(got/want); math.Abs(db) > 1 {
				t.Errorf("level %g: %.2f to %.2f Hz is %+.2f dB off", site.Level, lo, 2*lo, db)
			}
		}
	}
}

func TestNoiseBetweenTheModels(t *testing.T) {
	for _, level := range []float64{0, 0.3, 1} {
		site := Site{Level: level, Microseism: level, PeakS: 5}
		for period := 0.1; period < 100; period *= 1.1 {
			got := 10 * math.Log10(site.PSD(1/period))
			want := LowNoise(period) + level*(HighNoise(period)-LowNoise(period))
			if math.Abs(got-want) > 1e-6 {
				t.Errorf("level %g at %.2f s: %.2f dB, want %.2f", level, period, got, want)
			}
		}
	}
	// A shifted peak lies where it was asked for.
	best, at := math.Inf(-1), 0.0
	site := Site{Level: 0.3, Microseism: 0.3, PeakS: 8}
	for period := 2.0; period < 20; period *= 1.01 {
		if v := site.PSD(1 / period); v > best {
			best, at = v, period
		}
	}
	if at < 6.8 || at > 8.2 { // the model's own peak is a plateau from 4.3 to 5 s
		t.Errorf("the microseism peaks at %.1f s, want 8", at)
	}
}

func TestNoiseDoesNotDependOnCuts(t *testing.T) {
	site := Site{Level: 0.4, Microseism: 0.3, PeakS: 5, CultureDB: 12}
	make1 := func() *Noise { return NewNoise(NewBench(), site, ideal(), 7, 8, 1.7e9, 104) }
	const from = -30000
	whole := make([]float64, 70001)
	make1().Add(whole, from)
	n, cut := make1(), make([]float64, len(whole))
	for i, step := 0, 1; i < len(cut); step = step*7%4093 + 1 {
		j := min(len(cut), i+step)
		n.Add(cut[i:j], from+int64(i))
		i = j
	}
	back := make([]float64, len(whole))
	b := make1()
	for i := len(back); i > 0; i -= 10007 {
		lo := max(0, i-10007)
		b.Add(back[lo:i], from+int64(lo))
	}
	for i := range whole {
		if whole[i] != cut[i] || whole[i] != back[i] {
			t.Fatalf("sample %d: %g whole, %g in cuts, %g backwards", i, whole[i], cut[i], back[i])
		}
	}
}

func TestNoiseOfOneSiteIsFeltAlike(t *testing.T) {
	// Two instruments of a loud site: the ground they share dominates.
	site := Site{Level: 1, Microseism: 1, PeakS: 5}
	correlation := func(groundKey uint64) float64 {
		x, y := make([]float64, 1<<16), make([]float64, 1<<16)
		NewNoise(NewBench(), site, ideal(), 1, 2, 0, 0).Add(x, 0)
		NewNoise(NewBench(), site, ideal(), groundKey, 3, 0, 0).Add(y, 0)
		var xy, xx, yy float64
		for i := range x {
			xy, xx, yy = xy+x[i]*y[i], xx+x[i]*x[i], yy+y[i]*y[i]
		}
		return xy / math.Sqrt(xx*yy)
	}
	if c := correlation(1); c < 0.999 {
		t.Errorf("correlation of two instruments on one ground is %.4f", c)
	}
	if c := correlation(9); math.Abs(c) > 0.1 {
		t.Errorf("correlation of two sites is %.4f", c)
	}
}

func TestDay(t *testing.T) {
	for _, tt := range []struct{ hourUTC, longitude, want float64 }{
		{12, 0, 1}, {0, 0, 0}, {4, 120, 1}, {16, 120, 0}, {7, 0, 0.5}, {20, -120, 1},
	} {
		if got := Day(tt.hourUTC*3600+86400*20000, tt.longitude); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%g h UTC at %g°: %g, want %g", tt.hourUTC, tt.longitude, got, tt.want)
		}
	}
	// By day the cultural band is louder by what was asked, the rest is not.
	site := Site{Level: 0.3, Microseism: 0.3, PeakS: 5, CultureDB: 10}
	power := func(unix float64) []float64 {
		x := make([]float64, 1<<19)
		NewNoise(NewBench(), site, ideal(), 1, 2, unix, 0).Add(x, 0)
		return spectrum(x, 100, 1<<12)
	}
	noon, night := power(11*3600), power(23*3600)
	band := func(p []float64, lo, hi float64) (s float64) {
		for k := int(lo * 4096 / 100); k < int(hi*4096/100); k++ {
			s += p[k]
		}
		return s
	}
	if db := 10 * math.Log10(band(noon, 4, 12)/band(night, 4, 12)); math.Abs(db-10) > 0.5 {
		t.Errorf("noon is %+.1f dB above night at 4 to 12 Hz, want 10", db)
	}
	if db := 10 * math.Log10(band(noon, 0.1, 0.7)/band(night, 0.1, 0.7)); math.Abs(db) > 1 {
		t.Errorf("noon is %+.1f dB above night at 0.1 to 0.7 Hz, want 0", db)
	}
}

func TestBursts(t *testing.T) {
	site := Site{Level: 0.3, Microseism: 0.2, PeakS: 5}
	make1 := func() *Bursts {
		return NewBursts(5, 60, site, recorder(t, "broadband"), 0, 1.7e9, 104)
	}
	const hours = 4
	x := make([]float64, hours*360000)
	make1().Add(x, 0)
	cut := make([]float64, len(x))
	b := make1()
	for i := 0; i < len(cut); i += 999 {
		b.Add(cut[i:min(len(cut), i+999)], int64(i))
	}
	loud, quiet := 0, 0
	for i := range x {
		if x[i] != cut[i] {
			t.Fatalf("sample %d: %g whole, %g in cuts", i, x[i], cut[i])
		}
		if x[i] == 0 {
			quiet++
		}
	}
	threshold := 3 * b.rms * 6.29e8
	for i := 0; i < len(x); i += 500 {
		for _, v := range x[i : i+500] {
			if math.Abs(v) > threshold {
				loud++
				break
			}
		}
	}
	if loud < 20 || quiet < len(x)/2 {
		t.Errorf("in %d h of 60 bursts an hour: %d windows of 5 s with one, %d of %d samples without", hours, loud, quiet, len(x))
	}
}

func BenchmarkNoise(b *testing.B) {
	n := NewNoise(NewBench(), Site{Level: 0.3, Microseism: 0.2, PeakS: 5, CultureDB: 8}, recorder(b, "broadband"), 1, 2, 0, 104)
	x := make([]float64, 200)
	var at int64
	for b.Loop() {
		n.Add(x, at)
		at += int64(len(x))
	}
	b.ReportMetric(float64(b.N)*float64(len(x))/b.Elapsed().Seconds(), "samples/s")
}
