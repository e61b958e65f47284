package traveltime

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// data finds the outside data set: HOUFENG_DATA, or ../shared/data beside the
// repository. It skips the test where there is none.
func data(t testing.TB, name string) string {
	root := os.Getenv("HOUFENG_DATA")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				break
			}
			if dir == filepath.Dir(dir) {
				t.Skip("no go.mod above the test")
			}
			dir = filepath.Dir(dir)
		}
		root = filepath.Join(dir, "..", "shared", "data")
	}
	p := filepath.Join(root, name)
	if _, err := os.Stat(p); err != nil {
		t.Skipf("no outside data: %v", err)
	}
	return p
}

func load(t testing.TB, name string) *Model {
	t.Helper()
	m, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestTauPCheck compares with first arrivals by ObsPy's TauP.
func TestTauPCheck(t *testing.T) {
	f, err := os.Open(data(t, "seismic/traveltime-tables/ak135_check.csv"))
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
