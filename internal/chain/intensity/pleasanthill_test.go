package intensity

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"houfeng/internal/chain"
	"houfeng/internal/engine/bus"
	"houfeng/internal/golden"
	"houfeng/internal/metadata"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

type reference struct {
	station                            string
	n, e, z, jma, a0, gb, pga, pgv, iv float64
}

func references(t testing.TB, file string) []reference {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := map[string]int{}
	for i, name := range rows[0] {
		col[name] = i
	}
	var out []reference
	for _, r := range rows[1:] {
		num := func(name string) float64 {
			v, err := strconv.ParseFloat(r[col[name]], 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		out = append(out, reference{r[col["station"]], num("pga_n_gal"), num("pga_e_gal"), num("pga_z_gal"),
			num("jma_I"), num("jma_a0"), num("gb_I"), num("gb_pga3c_gal"), num("gb_pgv3c_cms"), num("gb_IV")})
	}
	return out
}

var pleasantHill = seis.Origin{
	EventID: "pleasanthill", Latitude: 37.938, Longitude: -122.057, DepthKm: 13.97,
	Time: mustTime("2019-10-15T05:33:42.81Z"),
}

func mustTime(s string) seis.Time {
	t, err := seis.ParseTime(s)
	if err != nil {
		panic(err)
	}
	return t
}

func relative(got, want float64) float64 { return math.Abs(got-want) / want }

// TestPleasantHill compares with intensities computed with ObsPy and NumPy, for
// a measurement made after the event and for the last one of a live run.
func TestPleasantHill(t *testing.T) {
	dir := golden.Data(t, "seismic/e2e-pleasanthill-m45")
	inv, _, _, err := metadata.Load([]string{filepath.Join(dir, "raw")})
	if err != nil {
		t.Fatal(err)
	}
	win := windowsOf(t, readRecords(t, filepath.Join(dir, "raw")))
	refs := references(t, filepath.Join(dir, "computed_reference.csv"))
	if len(refs) != 11 {
		t.Fatalf("%d reference stations", len(refs))
	}
	origins := map[string]seis.Origin{"catalogue": pleasantHill, "mislocated": pleasantHill}
	o := origins["mislocated"]
	o.Latitude, o.Longitude, o.DepthKm, o.Time = 37.95, -122.04, 8, o.Time.AddSeconds(-0.8)
	origins["mislocated"] = o
	for _, live := range []bool{false, true} {
		for name, o := range origins {
			t.Run(fmt.Sprintf("%s live %v", name, live), func(t *testing.T) {
				b := bus.NewLocal()
				got := listen(t, b)
				if _, err := New(inv, win, b, Options{}); err != nil {
					t.Fatal(err)
				}
				win.now = seis.Time{}
				say(t, b, bus.Origins, o)
				if live {
					for s := 6.0; s < 120; s++ {
						win.now = o.Time.AddSeconds(s - 1.5)
						say(t, b, bus.Ticks, o.Time.AddSeconds(s))
					}
				} else {
					say(t, b, bus.Ticks, o.Time.AddSeconds(400))
				}
				if len(*got) == 0 {
					t.Fatal("nothing was said")
				}
				comparePleasantHill(t, (*got)[len(*got)-1].Stations, refs)
				if n := len(*got); live && (n < 5 || n > 60) {
					t.Errorf("%d revisions in two minutes", n)
				}
			})
		}
	}
}

func comparePleasantHill(t *testing.T, got []seis.Shaking, refs []reference) {
	t.Helper()
	if len(got) != len(refs) {
		t.Fatalf("%d stations, want %d", len(got), len(refs))
	}
	for i, r := range refs {
		g := got[i]
		if g.Station != r.station {
			t.Fatalf("station %d is %s, want %s", i, g.Station, r.station)
		}
		t.Logf("%-9s %s GB/T %.3f/%.1f JMA %.3f/%.1f PGA %.2f/%.2f PGV %.3f/%.3f N %.2f/%.2f E %.2f/%.2f Z %.2f/%.2f %v", g.Station, g.Stream.Channel,
			g.GBT, r.gb, g.JMA, r.jma, g.PGA, r.pga, g.PGV, r.pgv, g.PGANorth, r.n, g.PGAEast, r.e, g.PGAUp, r.z, g.Flags)
		if math.Abs(r.iv-6) > 0.04 && math.Abs(g.GBT-r.gb) > 0.1 {
			t.Errorf("%s: GB/T %.3f, want %.1f", g.Station, g.GBT, r.gb)
		}
		// The reference is cut to one decimal; a0 is not.
		if RoundJMA(g.JMA) != r.jma && math.Abs(g.JMA-JMA(r.a0)) > 0.005 {
			t.Errorf("%s: JMA %.3f, want %.3f", g.Station, g.JMA, JMA(r.a0))
		}
		if relative(g.PGA, r.pga) > 0.01 || relative(g.PGANorth, r.n) > 0.01 || relative(g.PGAEast, r.e) > 0.01 || relative(g.PGAUp, r.z) > 0.01 {
			t.Errorf("%s: PGA %.2f N %.2f E %.2f Z %.2f, want %.2f %.2f %.2f %.2f", g.Station, g.PGA, g.PGANorth, g.PGAEast, g.PGAUp, r.pga, r.n, r.e, r.z)
		}
		if relative(g.PGV, r.pgv) > 0.03 {
			t.Errorf("%s: PGV %.3f, want %.3f", g.Station, g.PGV, r.pgv)
		}
		if g.Components != 3 || g.Stream.Band() != "HN" {
			t.Errorf("%s: %d components of %v", g.Station, g.Components, g.Stream)
		}
	}
}

// TestPleasantHillRunning checks that the largest running values come close to
// the measured ones.
func TestPleasantHillRunning(t *testing.T) {
	dir := golden.Data(t, "seismic/e2e-pleasanthill-m45")
	inv, _, _, err := metadata.Load([]string{filepath.Join(dir, "raw")})
	if err != nil {
		t.Fatal(err)
	}
	recs := readRecords(t, filepath.Join(dir, "raw"))
	for _, r := range references(t, filepath.Join(dir, "computed_reference.csv")) {
		st := NewStation(r.station, inv, Options{})
		var jma, gb, pga, pgv float64
		seconds := 0
		play(t, st, r.station, recs, func(s seis.Shaking) {
			seconds++
			jma, gb, pga, pgv = max(jma, s.JMA), max(gb, s.GBT), max(pga, s.PGA), max(pgv, s.PGV)
		})
		t.Logf("%-9s %d s: JMA %.2f/%.2f GB/T %.2f/%.1f PGA %.1f/%.1f PGV %.2f/%.2f", r.station, seconds, jma, JMA(r.a0), gb, r.gb, pga, r.pga, pgv, r.pgv)
		if relative(pga, r.pga) > 0.02 || relative(pgv, r.pgv) > 0.05 {
			t.Errorf("%s: PGA %.2f PGV %.3f, want %.2f %.3f", r.station, pga, pgv, r.pga, r.pgv)
		}
		if math.Abs(jma-JMA(r.a0)) > 0.3 {
			t.Errorf("%s: largest running JMA %.2f, of the whole %.2f", r.station, jma, JMA(r.a0))
		}
	}
}

// play gives a station its records in the order of their ends.
func play(t testing.TB, st *Station, station string, recs []mseed.Record, f func(seis.Shaking)) {
	var mine []mseed.Record
	for _, r := range recs {
		if r.ID.StationID() == station {
			mine = append(mine, r)
		}
	}
	sortRecords(mine)
	last := map[string]int64{}
	for _, r := range mine {
		x, err := r.Floats(nil)
		if err != nil {
			t.Fatal(err)
		}
		start := seis.TimeOf(r.StartNS, false)
		gap := math.Abs(float64(r.StartNS-last[r.ID.String()])) > 0.5e9/r.Rate
		last[r.ID.String()] = r.EndNS()
		st.Packet(&chain.Packet{
			Record: &seis.Record{ID: r.ID, Start: start, Rate: r.Rate, Count: r.Count, Arrived: seis.TimeOf(r.EndNS(), false)},
			Start:  start, Rate: r.Rate, Samples: x, Gap: gap,
		}, func(v any) { f(v.(seis.Shaking)) })
	}
}
