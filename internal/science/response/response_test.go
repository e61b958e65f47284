package response_test

import (
	"errors"
	"math"
	"math/cmplx"
	"strings"
	"testing"

	"houfeng/internal/science/response"

	"pgregory.net/rapid"
)

func TestParseUnit(t *testing.T) {
	for _, tt := range []struct {
		name string
		unit response.Unit
		si   float64
	}{
		{"M/S", response.Velocity, 1}, {"m/s", response.Velocity, 1}, {" m/sec ", response.Velocity, 1},
		{"nm/s", response.Velocity, 1e-9}, {"µm/s", response.Velocity, 1e-6}, {"cm/s", response.Velocity, 0.01},
		{"Meters per Second", response.Velocity, 1}, {"Meters Per Second Per Second", response.Acceleration, 1},
		{"M/S**2", response.Acceleration, 1}, {"m/s^2", response.Acceleration, 1}, {"M/S/S", response.Acceleration, 1},
		{"M/(S**2)", response.Acceleration, 1}, {"m/s²", response.Acceleration, 1}, {"m/s2", response.Acceleration, 1},
		{"cm/s**2", response.Acceleration, 0.01}, {"gal", response.Acceleration, 0.01}, {"M", response.Displacement, 1}, {"nm", response.Displacement, 1e-9},
	} {
		u, si, ok := response.ParseUnit(tt.name)
		if !ok || u != tt.unit || si != tt.si {
			t.Errorf("%q: %s, %v, %v, want %s, %v", tt.name, u, si, ok, tt.unit, tt.si)
		}
	}
	for _, name := range []string{"", "PA", "V", "counts", "M/S**3", "C", "RAD/S", "M/", "S/M"} {
		if u, _, ok := response.ParseUnit(name); ok {
			t.Errorf("%q is taken for %s", name, u)
		}
	}
}

func TestNormalised(t *testing.T) {
	pz := func(a0 float64) *response.PolesZeros {
		return &response.PolesZeros{A0: a0, Zeros: []complex128{0, 0}, Poles: []complex128{complex(-0.037, 0.037), complex(-0.037, -0.037)}}
	}
	at := func(r *response.Response, f float64) float64 { return cmplx.Abs(r.PolesZeros.At(f)) }
	for _, tt := range []struct {
		name         string
		a0, a0Hz, hz float64
		note         string
	}{
		{"good", 1, 1, 1, ""},
		{"rounded", 1.002, 1, 1, ""},
		{"other frequency", 1, 1, 0.01, ""},
		{"absurd", 1000, 1, 1, "gives a gain of 1000 at 1 Hz, want 1"},
		{"zero", 0, 1, 1, "gives a gain of 0 at 1 Hz"},
		{"sensitivity at 0 Hz", 1, 1, 0, "no gain at the sensitivity's 0 Hz: normalised at 1 Hz"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := &response.Response{Input: response.Velocity, Sensitivity: 1, FrequencyHz: tt.hz, PolesZeros: pz(tt.a0)}
			r, note := in.Normalised(tt.a0Hz)
			if (note == "") != (tt.note == "") || !strings.Contains(note, tt.note) {
				t.Errorf("note %q, want %q", note, tt.note)
			}
			hz := tt.hz
			if hz == 0 {
				hz = tt.a0Hz
			}
			if g := at(r, hz); math.Abs(g-1) > 1e-12 {
				t.Errorf("|H| = %v at %v Hz", g, hz)
			}
			if in.PolesZeros.A0 != tt.a0 {
				t.Error("the response given was changed")
			}
		})
	}
	// Nothing to normalise by.
	in := &response.Response{Input: response.Velocity, Sensitivity: 1, PolesZeros: pz(7)}
	if r, note := in.Normalised(0); r.PolesZeros.A0 != 7 || !strings.Contains(note, "kept as given") {
		t.Errorf("A0 %v, note %q", r.PolesZeros.A0, note)
	}
}

func TestErrors(t *testing.T) {
	good := &response.Response{Input: response.Velocity, Sensitivity: 1e9}
	x := make([]float64, 100)
	band := response.Conditioning{Band: [4]float64{1, 2, 3, 4}}
	for _, tt := range []struct {
		name string
		do   func() error
		want string
	}{
		{"nil", func() error { _, err := (*response.Response)(nil).Scale(x); return err }, "no usable response"},
		{"no sensitivity", func() error {
			_, err := (&response.Response{Input: response.Velocity}).Ground(x, 100, response.Velocity, band)
			return err
		}, "sensitivity is 0"},
		{"pressure", func() error {
			_, err := (&response.Response{Input: "PA", Sensitivity: 1}).WoodAnderson(x, 100, response.UhrhammerCollins1990, band)
			return err
		}, `input unit "PA" is no ground motion`},
		{"empty", func() error { _, err := good.Ground(nil, 100, response.Velocity, band); return err }, "window is empty"},
		{"long", func() error {
			_, err := good.Ground(make([]float64, response.MaxWindow+1), 100, response.Velocity, band)
			return err
		}, "longer than"},
		{"rate", func() error { _, err := good.Ground(x, math.NaN(), response.Velocity, band); return err }, "sample rate is NaN"},
		{"unit", func() error { _, err := good.Ground(x, 100, "PA", band); return err }, "output unit"},
		{"band", func() error {
			_, err := good.Ground(x, 100, response.Velocity, response.Conditioning{Band: [4]float64{2, 1, 3, 4}})
			return err
		}, "does not rise"},
		{"taper", func() error {
			_, err := good.Ground(x, 100, response.Velocity, response.Conditioning{Taper: 0.6})
			return err
		}, "taper 0.6"},
		{"seismometer", func() error {
			_, err := good.WoodAnderson(x, 100, response.TorsionSeismometer{}, band)
			return err
		}, "must be positive"},
	} {
		if err := tt.do(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %s", tt.name, err, tt.want)
		}
	}
	if err := (*response.Response)(nil).Check(); !errors.Is(err, response.ErrNoResponse) {
		t.Errorf("nil response: %v", err)
	}
}

// TestScale: the sensitivity alone, sign and all.
func TestScale(t *testing.T) {
	r := &response.Response{Input: response.Acceleration, Sensitivity: -2e5}
	got, err := r.Scale([]float64{4e5, 0, -2e5})
	if err != nil || got[0] != -2 || got[1] != 0 || got[2] != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

// TestGroundUndoes: a sine in the flat band comes back with the amplitude and
// phase that the transfer function took from it, in each unit.
func TestGroundUndoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const rate, n = 100.0, 16384
		f := rapid.Float64Range(3, 20).Draw(t, "Hz")
		u := rapid.SampledFrom([]response.Unit{response.Displacement, response.Velocity, response.Acceleration}).Draw(t, "unit")
		h := sts2.AtUnit(f, u)
		counts, want := make([]float64, n), make([]float64, n)
		for i := range counts {
			w := 2 * math.Pi * f * float64(i) / rate
			a := math.Exp(-math.Pow((float64(i)-n/2)/(n/12), 2)) // quiet at the ends
			want[i] = a * math.Sin(w)
			counts[i] = a * (real(h)*math.Sin(w) + imag(h)*math.Cos(w))
		}
		got, err := sts2.Ground(counts, rate, u, response.Conditioning{Band: [4]float64{0.05, 0.1, 40, 45}})
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			// The envelope is no pure sine: its slopes see other frequencies.
			if math.Abs(got[i]-want[i]) > 0.005 {
				t.Fatalf("sample %d of %g Hz in %s: %v, want %v", i, f, u, got[i], want[i])
			}
		}
	})
}

// TestOriginal: the constants before 1990 magnify by 2800/2080 more, which is
// 0.13 units of magnitude.
func TestOriginal(t *testing.T) {
	d := math.Log10(cmplx.Abs(response.Original.At(10)) / cmplx.Abs(response.UhrhammerCollins1990.At(10)))
	if math.Abs(d-0.129) > 0.003 {
		t.Errorf("difference %v, want 0.129", d)
	}
}

func BenchmarkWoodAnderson(b *testing.B) {
	x := make([]float64, 6000) // a minute at 100 Hz
	for i := range x {
		x[i] = float64(i * 7919 % 1000)
	}
	c := response.Conditioning{KeepMean: true, Band: [4]float64{0.03, 0.06, 0, 0}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sts2.WoodAnderson(x, 100, response.UhrhammerCollins1990, c); err != nil {
			b.Fatal(err)
		}
	}
}

// TestManyPoles: products beyond the range of a float64 are still right.
func TestManyPoles(t *testing.T) {
	p := &response.PolesZeros{A0: 1}
	for range 90 {
		p.Poles = append(p.Poles, -1e4)
		p.Zeros = append(p.Zeros, -2e4)
	}
	if got, want := cmplx.Abs(p.At(0)), math.Pow(2, 90); math.Abs(got/want-1) > 1e-9 {
		t.Errorf("|H| = %v, want %v", got, want)
	}
	if got := (&response.PolesZeros{A0: 1, Poles: []complex128{0}}).At(0); !cmplx.IsInf(got) {
		t.Errorf("on a pole %v", got)
	}
}
