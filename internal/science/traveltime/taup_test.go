package traveltime

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestTauP compares with first arrivals by ObsPy's TauP at random depths and
// distances over the whole Earth (testdata/taup.py).
func TestTauP(t *testing.T) {
	f, err := os.Open("testdata/taup.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	models := map[string]*Model{"ak135": load(t, "ak135"), "iasp91": load(t, "iasp91")}
	var worst, worstP, worstI, sum float64
	n := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		r := strings.Split(sc.Text(), ",")
		num := func(i int) float64 {
			v, err := strconv.ParseFloat(r[i], 64)
			if err != nil {
				t.Fatalf("%s: %v", sc.Text(), err)
			}
			return v
		}
		ph := P
		if r[1] == "S" {
			ph = S
		}
		m := models[r[0]]
		got, dtdd, _, ok := m.TimeDeg(ph, num(2), num(3))
		if !ok {
			t.Errorf("%s: no arrival", sc.Text())
			continue
		}
		n++
		e := got - num(4)
		sum += e
		worst = max(worst, math.Abs(e))
		if math.Abs(e) > 0.02 {
			t.Errorf("%s: %.4f s, difference %.4f", sc.Text(), got, e)
		}
		if d := math.Abs(dtdd - num(5)); d > worstP {
			worstP = d
			t.Logf("%s: slowness %.4f s/°, takeoff %.2f°", sc.Text(), dtdd, m.Takeoff(ph, num(2), num(3)*DegreeKm))
		}
		worstI = max(worstI, math.Abs(m.Takeoff(ph, num(2), num(3)*DegreeKm)-num(6)))
	}
	if n < 400 {
		t.Errorf("%d times", n)
	}
	t.Logf("%d times: largest difference %.4f s, mean %.4f s; slowness %.3f s/°; takeoff %.2f°", n, worst, sum/float64(n), worstP, worstI)
}
