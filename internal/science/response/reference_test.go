package response_test

import (
	"encoding/csv"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/golden"
	"houfeng/internal/metadata"
	"houfeng/internal/science/response"
	"houfeng/internal/seis"
)

// The numbers of this file come from ObsPy and evalresp; see
// testdata/reference.py.

func readCSV(t testing.TB, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[1:]
}

func number(t testing.TB, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestEvalresp compares with evalresp, which multiplies the gains of all stages
// and evaluates each.
//
// The first stage, poles and zeros, must be equal but for the rounding of the
// factors in the documents. The amplitude of the whole may differ by what the
// decimation filters, which are not evaluated, do below half of the Nyquist
// frequency: for most less than 0.1 %, more for a short filter.
func TestEvalresp(t *testing.T) {
	raw := filepath.Join(golden.Data(t, "seismic/e2e-pleasanthill-m45"), "raw")
	anmo := filepath.Join(golden.Data(t, "seismic/obspy-signal-refs"), "IUANMO.xml")
	inv, _, _, err := metadata.Load([]string{raw, anmo})
	if err != nil {
		t.Fatal(err)
	}
	units := map[string]response.Unit{"DISP": response.Displacement, "VEL": response.Velocity, "ACC": response.Acceleration}
	tolerance := map[string]float64{ // of amplitudes, where it is not 0.1 %
		"BK.BRIB": 0.0016, // minimum-phase filters with a ripple
		"IU.ANMO": 0.012,  // 31 coefficients at 1 Hz
		"NP.1844": 0.0018, // seven short filters, felt from 20 Hz on
	}
	worst := map[string]float64{}
	worstSensor, compared := 0.0, 0
	for _, r := range readCSV(t, "evalresp.csv") {
		id, err := fdsn.Parse(r[0])
		if err != nil {
			t.Fatal(err)
		}
		c := epochWithResponse(t, inv, id)
		f, want := number(t, r[1]), complex(number(t, r[3]), number(t, r[4]))
		if r[2] == "SENSOR" {
			got := c.Response.PolesZeros.At(f)
			d := cmplx.Abs(got/want - 1)
			worstSensor = math.Max(worstSensor, d)
			if d > 1e-4 {
				t.Errorf("%s at %g Hz: poles and zeros give %v, want %v", id, f, got, want)
			}
			continue
		}
		if f > 0.25*c.RateHz {
			continue
		}
		compared++
		tol, ok := tolerance[id.StationID()]
		if !ok {
			tol = 0.001
		}
		got := c.Response.AtUnit(f, units[r[2]])
		d := math.Abs(cmplx.Abs(got)/cmplx.Abs(want) - 1)
		worst[id.StationID()] = math.Max(worst[id.StationID()], d)
		if d > tol {
			t.Errorf("%s %s at %g Hz: |H| = %g, want %g (%.3f %%)", id, r[2], f, cmplx.Abs(got), cmplx.Abs(want), 100*d)
		}
	}
	if compared < 250 {
		t.Errorf("only %d amplitudes compared", compared)
	}
	t.Logf("poles and zeros: worst %.2g; %d amplitudes of the whole, worst by station: %v", worstSensor, compared, worst)
	if got := epochWithResponse(t, inv, fdsn.ID{Network: "BK", Station: "BRIB", Location: "01", Channel: "HHZ"}).Response.Ignored; got != "3–5 FIR" {
		t.Errorf("stages ignored: %q", got)
	}
}

func epochWithResponse(t testing.TB, inv *seis.Inventory, id fdsn.ID) seis.Channel {
	t.Helper()
	es := inv.Epochs(id)
	if len(es) != 1 || es[0].Response == nil {
		t.Fatalf("%s: %d epochs, want one with a response", id, len(es))
	}
	return es[0]
}

// sts2 is the instrument of reference.py.
var sts2 = &response.Response{
	Input: response.Velocity, Sensitivity: 6e8, FrequencyHz: 1,
	PolesZeros: &response.PolesZeros{
		A0:    60077000,
		Zeros: []complex128{0, 0},
		Poles: []complex128{complex(-0.03701, 0.03701), complex(-0.03701, -0.03701), complex(-131, 467.3), complex(-131, -467.3), -251.3},
	},
}

// TestSimulate compares seismograms with those of ObsPy's Trace.simulate, to
// 0.1 % of their largest amplitude.
func TestSimulate(t *testing.T) {
	rows := readCSV(t, "simulate.csv")
	cols := make([][]float64, 5)
	for _, r := range rows {
		for i := range cols {
			cols[i] = append(cols[i], number(t, r[i]))
		}
	}
	counts := cols[0]
	band := [4]float64{0.05, 0.1, 18, 22}
	for _, tt := range []struct {
		name string
		want []float64
		do   func() ([]float64, error)
	}{
		{"Wood-Anderson", cols[1], func() ([]float64, error) {
			return sts2.WoodAnderson(counts, 50, response.UhrhammerCollins1990, response.Conditioning{KeepMean: true, Band: band})
		}},
		{"displacement", cols[2], func() ([]float64, error) {
			return sts2.Ground(counts, 50, response.Displacement, response.Conditioning{KeepMean: true, Band: band})
		}},
		{"velocity, water level 30 dB", cols[3], func() ([]float64, error) {
			return sts2.Ground(counts, 50, response.Velocity, response.Conditioning{KeepMean: true, Band: band, WaterLevelDB: 30})
		}},
		{"velocity, mean removed and tapered", cols[4], func() ([]float64, error) {
			// ObsPy's fraction is that of both ends together.
			return sts2.Ground(counts, 50, response.Velocity, response.Conditioning{Taper: 0.025, Band: band})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.do()
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(tt.want) {
				t.Fatalf("%d samples, want %d", len(got), len(tt.want))
			}
			top, worst := 0.0, 0.0
			for i := range got {
				top = math.Max(top, math.Abs(tt.want[i]))
				worst = math.Max(worst, math.Abs(got[i]-tt.want[i]))
			}
			if worst > 0.001*top {
				t.Errorf("differs by %.4g, %.3f %% of the peak %.4g", worst, 100*worst/top, top)
			}
			t.Logf("differs by at most %.5f %% of the peak", 100*worst/top)
		})
	}
}

// TestUnits: acceleration, velocity and displacement of one sine.
func TestUnits(t *testing.T) {
	f := 0.7
	w := 2 * math.Pi * f
	hd, hv, ha := sts2.AtUnit(f, response.Displacement), sts2.AtUnit(f, response.Velocity), sts2.AtUnit(f, response.Acceleration)
	for _, tt := range []struct {
		name      string
		got, want complex128
	}{
		{"velocity is the input", hv, sts2.At(f)},
		{"displacement", hd, hv * complex(0, w)},
		{"acceleration", ha, hv / complex(0, w)},
	} {
		if cmplx.Abs(tt.got/tt.want-1) > 1e-12 {
			t.Errorf("%s: %v, want %v", tt.name, tt.got, tt.want)
		}
	}
}

func TestWoodAndersonAt(t *testing.T) {
	// Far above its period the seismometer magnifies by G, far below by G·(f/f₀)².
	if got := cmplx.Abs(response.UhrhammerCollins1990.At(1000)); math.Abs(got/2.08e6-1) > 1e-4 {
		t.Errorf("at 1 kHz %v mm/m, want 2.08e6", got)
	}
	if got, want := cmplx.Abs(response.UhrhammerCollins1990.At(0.001)), 2.08e6*math.Pow(0.001*0.8, 2); math.Abs(got/want-1) > 1e-4 {
		t.Errorf("at 1 mHz %v mm/m, want %v", got, want)
	}
	// At its period the phase is 90° and the gain G/2h.
	if got := response.UhrhammerCollins1990.At(1.25); math.Abs(real(got)) > 1 || math.Abs(imag(got)-2.08e6/1.4) > 1 {
		t.Errorf("at 1.25 Hz %v", got)
	}
}
