package traveltime

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"houfeng/internal/golden"
)

func load(t testing.TB, name string) *Model {
	t.Helper()
	m, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestSharedTauP compares with first arrivals by ObsPy's TauP.
func TestSharedTauP(t *testing.T) {
	f, err := os.Open(filepath.Join(golden.Data(t, "seismic/traveltime-tables"), "ak135_check.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	num := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	models := map[string]*Model{}
	var worst, worstP, worstI float64
	n := 0
	for _, r := range rows[1:] {
		m := models[r[0]]
		if m == nil {
			m = load(t, r[0])
			models[r[0]] = m
		}
		ph := P
		if strings.HasPrefix(r[3], "first_S") {
			ph = S
		}
		z, deg, want, p, inc := num(r[1]), num(r[2]), num(r[4]), num(r[5]), num(r[6])
		got, dtdd, _, ok := m.TimeDeg(ph, z, deg)
		if !ok {
			t.Errorf("%v: no arrival", r)
			continue
		}
		n++
		if d := math.Abs(got - want); d > worst {
			worst = d
			t.Logf("%v: %.4f, difference %.4f", r, got, got-want)
		}
		if math.Abs(got-want) > 0.02 {
			t.Errorf("%v: %.4f s, want %.4f", r, got, want)
		}
		worstP = max(worstP, math.Abs(dtdd-p))
		worstI = max(worstI, math.Abs(m.Takeoff(ph, z, deg*DegreeKm)-inc))
	}
	t.Logf("%d times: largest difference %.4f s, slowness %.3f s/°, takeoff %.2f°", n, worst, worstP, worstI)
}

// TestPublishedTables compares with the tables that Kennett and others
// published for ak135, printed in hundredths of a second. They are later than
// TauP, and than our times, by up to 0.036 s between 60° and 100°.
func TestPublishedTables(t *testing.T) {
	dir := filepath.Join(golden.Data(t, "seismic/traveltime-tables"), "taup-tests")
	m := load(t, "ak135")
	for _, c := range []struct {
		file string
		ph   Phase
	}{{"ak135_P_shallow.txt", P}, {"ak135_P_deep.txt", P}, {"ak135_S_shallow.txt", S}, {"ak135_S_deep.txt", S}} {
		b, err := os.ReadFile(filepath.Join(dir, c.file))
		if err != nil {
			t.Fatal(err)
		}
		var depths []float64
		var worst float64
		n := 0
		for _, line := range strings.Split(string(b), "\n") {
			f := strings.Fields(line)
			if len(f) > 1 && (f[0] == "∆" || f[0] == "Δ") {
				for _, s := range f[1:] {
					z, err := strconv.ParseFloat(s, 64)
					if err != nil {
						t.Fatalf("%s: %q", c.file, line)
					}
					depths = append(depths, z)
				}
				continue
			}
			if len(depths) == 0 || len(f) != 1+2*len(depths) {
				continue // slownesses
			}
			deg, err := strconv.ParseFloat(f[0], 64)
			if err != nil {
				continue
			}
			for i, z := range depths {
				min, _ := strconv.ParseFloat(f[1+2*i], 64)
				sec, err := strconv.ParseFloat(f[2+2*i], 64)
				if err != nil || z == 0 && deg == 0 {
					continue
				}
				got, _, _, ok := m.TimeDeg(c.ph, z, deg)
				if !ok {
					t.Errorf("%s: no %v from %v km at %v°", c.file, c.ph, z, deg)
					continue
				}
				d := got - (60*min + sec)
				n++
				worst = max(worst, math.Abs(d))
				if math.Abs(d) > 0.04 {
					t.Errorf("%s: %v from %v km at %v°: %.3f s, want %.2f", c.file, c.ph, z, deg, got, 60*min+sec)
				}
			}
		}
		t.Logf("%s: %d times, largest difference %.4f s", c.file, n, worst)
		if n < 100 {
			t.Errorf("%s: only %d times read", c.file, n)
		}
	}
}
