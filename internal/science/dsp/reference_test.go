package dsp

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// reference is testdata/reference.json, made by reference.py with SciPy and
// ObsPy; numbers carry 13 digits.
type reference struct {
	X       []float64
	Filters []struct {
		Kind       string
		Order      int
		Hz         []float64
		Rate       float64
		SOS        [][6]float64
		Index      []int
		Y, Settled []float64
	}
	STALTA                                     map[string][]float64
	AIC, Detrend, Envelope, Integral, Gradient []float64
	Taper                                      []struct {
		N int
		P float64
		W []float64
	}
	RFFT [2][]float64
}

func loadReference(t testing.TB) *reference {
	b, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	r := &reference{}
	if err := json.Unmarshal(b, r); err != nil {
		t.Fatal(err)
	}
	if len(r.X) != 512 || len(r.Filters) < 10 {
		t.Fatalf("reference.json: %d samples, %d filters", len(r.X), len(r.Filters))
	}
	return r
}

func compare(t *testing.T, name string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", name, len(got), len(want))
	}
	worst, at := 0.0, 0
	for i := range got {
		d := math.Abs(got[i]-want[i]) / math.Max(1, math.Abs(want[i]))
		if !(d <= worst) {
			worst, at = d, i
		}
	}
	if !(worst <= tol) {
		t.Errorf("%s: at %d %.15g, want %.15g (difference %.2g, tolerance %g)", name, at, got[at], want[at], worst, tol)
	}
}

func design(t testing.TB, kind string, order int, hz []float64, rate float64) []Section {
	t.Helper()
	var sos []Section
	var err error
	switch kind {
	case "lowpass":
		sos, err = LowPass(order, hz[0], rate)
	case "highpass":
		sos, err = HighPass(order, hz[0], rate)
	default:
		sos, err = BandPass(order, hz[0], hz[1], rate)
	}
	if err != nil {
		t.Fatal(err)
	}
	return sos
}

func TestButterworthIsSciPys(t *testing.T) {
	ref := loadReference(t)
	for _, f := range ref.Filters {
		sos := design(t, f.Kind, f.Order, f.Hz, f.Rate)
		if len(sos) != len(f.SOS) {
			t.Fatalf("%s %d: %d sections, want %d", f.Kind, f.Order, len(sos), len(f.SOS))
		}
		name := f.Kind + string(rune('0'+f.Order))
		run := NewFilter(sos)
		y := make([]float64, len(ref.X))
		run.Run(y, ref.X)
		settled := NewFilter(sos)
		settled.Reset(ref.X[0])
		y0 := make([]float64, len(ref.X))
		settled.Run(y0, ref.X)
		var got, got0 []float64
		for _, i := range f.Index {
			got, got0 = append(got, y[i]), append(got0, y0[i])
		}
		compare(t, name, got, f.Y, 1e-9)
		compare(t, name+" settled", got0, f.Settled, 1e-9)
		// The product of the sections is the same filter at every frequency.
		for _, hz := range []float64{0.01, 0.1, 1, 5, 9.9} {
			var want []Section
			for _, s := range f.SOS {
				want = append(want, Section{s[0], s[1], s[2], s[4], s[5]})
			}
			g, w := Gain(sos, hz, f.Rate), Gain(want, hz, f.Rate)
			compare(t, name+" gain", []float64{real(g), imag(g)}, []float64{real(w), imag(w)}, 1e-9)
		}
	}
}

func TestTriggersAreObsPysAndSeisComPs(t *testing.T) {
	ref := loadReference(t)
	d := append([]float64(nil), ref.X...)
	Demean(d)
	rec, sc := NewRecursiveSTALTA(10, 100), NewSeisComPSTALTA(10, 100)
	var r, s []float64
	for _, v := range d {
		r, s = append(r, rec.Next(v)), append(s, sc.Next(v))
	}
	compare(t, "recursive", r, ref.STALTA["recursive"], 1e-10)
	compare(t, "seiscomp", s, ref.STALTA["seiscomp"], 1e-10)
	c := make([]float64, len(d))
	ClassicSTALTA(c, d, 10, 100)
	compare(t, "classic", c, ref.STALTA["classic"], 1e-10)
}

func TestBlocksAreSciPys(t *testing.T) {
	ref := loadReference(t)
	n := len(ref.X)
	got := make([]float64, n)
	AIC(got, ref.X)
	compare(t, "aic", got, ref.AIC, 1e-9)

	copy(got, ref.X)
	Detrend(got)
	compare(t, "detrend", got, ref.Detrend, 1e-10)

	copy(got, ref.X)
	Demean(got)
	Envelope(got, got)
	compare(t, "envelope", got, ref.Envelope, 1e-10)

	Integrate(got, ref.X, 100)
	compare(t, "integral", got, ref.Integral, 1e-11)
	Differentiate(got, ref.X, 100)
	compare(t, "gradient", got, ref.Gradient, 1e-11)

	for _, tp := range ref.Taper {
		w := make([]float64, tp.N)
		for i := range w {
			w[i] = 1
		}
		Taper(w, tp.P)
		compare(t, "taper", w, tp.W, 1e-12)
	}
	z := make([]complex128, n/2+1)
	RFFT(z, ref.X)
	re, im := make([]float64, len(z)), make([]float64, len(z))
	for i, v := range z {
		re[i], im[i] = real(v), imag(v)
	}
	compare(t, "rfft re", re, ref.RFFT[0], 1e-10)
	compare(t, "rfft im", im, ref.RFFT[1], 1e-10)
}
