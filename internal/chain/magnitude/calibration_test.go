package magnitude

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"houfeng/internal/golden"
)

// TestCalibrations holds values worked out by hand, and the anchor of ML: 1 mm
// at 100 km is 3.
func TestCalibrations(t *testing.T) {
	for _, tt := range []struct {
		name        string
		of          calibration
		a, epi, hyp float64
		want        float64
	}{
		{"anchor", HuttonBoore1987, 1, 0, 100, 3},
		{"anchor", DiBona2016, 1, 0, 100, 3},
		{"anchor", RichterSeisComP, 1, 100, 0, 3},
		// Boore (1989), Tectonophysics 166, 1–14: 10 mm at 17 km is ML 3 as well.
		{"17 km", HuttonBoore1987, 10, 0, 17, 2.989},
		{"500 km", HuttonBoore1987, 1, 0, 500, 4.532},
		{"10 km", DiBona2016, 0.1, 0, 10, 0.177},
		{"at the epicentre", RichterSeisComP, 1, 0, 0, 1.3},
		{"30 km", RichterSeisComP, 1, 30, 0, 2.05},
		{"700 km", RichterSeisComP, 1, 700, 0, 5.175},
		{"above the focus", HuttonBoore1987, 1, 0, 0, HuttonBoore1987(1, 0, nearestKm)},
	} {
		if got := tt.of(tt.a, tt.epi, tt.hyp); math.Abs(got-tt.want) > 0.001 {
			t.Errorf("%s: ML %.4f, want %.4f", tt.name, got, tt.want)
		}
	}
	if got := RichterSeisComP(1, 1001, 0); !math.IsNaN(got) {
		t.Errorf("beyond the table %v", got)
	}
	for _, m := range Methods {
		if _, err := calibrationNamed(m.Name); err != nil {
			t.Error(err)
		}
	}
}

// TestPyML compares both relations with the channel magnitudes that INGV's pyML
// computed from the same amplitudes, to the digits it prints.
func TestPyML(t *testing.T) {
	f, err := os.Open(filepath.Join(golden.Data(t, "seismic/ml-ingv-pyml"), "pyamp_amplitudes_standard.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord = ';', -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := map[string]int{}
	for i, h := range rows[0] {
		col[h] = i
	}
	num := func(row []string, name string) float64 {
		v, err := strconv.ParseFloat(row[col[name]], 64)
		if err != nil {
			return math.NaN()
		}
		return v
	}
	hutton, bona, worst := 0, 0, 0.0
	for _, row := range rows[1:] {
		a := 1000 * (num(row, "MaxAmp(m)") - num(row, "MinAmp(m)")) / 2
		dist := num(row, "IpoDistance(km)")
		for _, x := range []struct {
			of               calibration
			value, corr, use string
			n                *int
		}{{HuttonBoore1987, "ML_H", "CORR_HB", "CORR_USED_HB", &hutton}, {DiBona2016, "ML_DB", "CORR_DB", "CORR_USED_DB", &bona}} {
			want := num(row, x.value)
			if math.IsNaN(want) {
				continue
			}
			got := x.of(a, 0, dist)
			if c := num(row, x.corr); !math.IsNaN(c) && row[col[x.use]] == "True" {
				got += c
			}
			worst = math.Max(worst, math.Abs(got-want))
			if math.Abs(got-want) > 1e-4 {
				t.Errorf("%s.%s %s: %.5f, want %.5f", row[col["Sta"]], row[col["Cha"]], x.value, got, want)
			}
			*x.n++
		}
	}
	if hutton < 15 || bona < 15 {
		t.Errorf("only %d and %d channels compared", hutton, bona)
	}
	t.Logf("%d channels by Hutton & Boore, %d by Di Bona, worst difference %.2g", hutton, bona, worst)
}
