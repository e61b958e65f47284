package traveltime

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"houfeng/internal/golden"
)

const (
	csvModel = "# source: somebody (2020)\n# source: and others\ndepth_km,vp_km_s,vs_km_s\n-1,4,2.3\n2,6,3.5\n33,8,4.5\n"
	tvel     = "a model - P\na model - S\n 0.0 5.8 3.46 2.72\n20.0 5.8 3.46 2.72\n20.0 6.5 3.85 2.92\n35.0 6.6 3.90 2.92\n35.0 8.04 4.48 3.32\n77.5 8.045 4.49 3.35\n"
	nd       = "0.0 5.8 3.46 2.72\n20.0 5.8 3.46 2.72\n20.0 6.5 3.85 2.92\n35.0 6.6 3.90 2.92\nmantle\n35.0 8.04 4.48 3.32\n77.5 8.045 4.49 3.35\n"
	nll      = "LAYER   0.0  5.8 0.00    3.36  0.00  2.7 0.0\nLAYER  10.0  6.0 0.02    3.40  0.01  2.7 0.0\nLAYER  30.0 8.0 0.0 4.5 0.0 3.3 0.0\n"
)

func TestParseModel(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []Layer
		source     string
	}{
		{"csv", csvModel, []Layer{{-1, 4, 4, 2.3, 2.3}, {2, 6, 6, 3.5, 3.5}, {33, 8, 8, 4.5, 4.5}}, "somebody (2020) and others"},
		{"csv with points", "# interpolation: linear\n" + "depth_km,vp_km_s,vs_km_s\n0,4,2\n2,6,3\n2,7,4\n9,8,4.5\n",
			[]Layer{{0, 4, 6, 2, 3}, {2, 7, 8, 4, 4.5}, {9, 8, 8, 4.5, 4.5}}, ""},
		{"tvel", tvel, []Layer{{0, 5.8, 5.8, 3.46, 3.46}, {20, 6.5, 6.6, 3.85, 3.9}, {35, 8.04, 8.045, 4.48, 4.49}, {77.5, 8.045, 8.045, 4.49, 4.49}}, ""},
		{"nd", nd, []Layer{{0, 5.8, 5.8, 3.46, 3.46}, {20, 6.5, 6.6, 3.85, 3.9}, {35, 8.04, 8.045, 4.48, 4.49}, {77.5, 8.045, 8.045, 4.49, 4.49}}, ""},
		{"NonLinLoc", nll, []Layer{{0, 5.8, 5.8, 3.36, 3.36}, {10, 6, 6.4, 3.4, 3.6}, {30, 8, 8, 4.5, 4.5}}, ""},
		{"NonLinLoc without the word", "# model layers\n-0.20 3.32 0.0 1.87 0.0 2.7 0.0\n0.80 4.20 0.0 2.36 0.0 2.7 0.0\n",
			[]Layer{{-0.2, 3.32, 3.32, 1.87, 1.87}, {0.8, 4.2, 4.2, 2.36, 2.36}}, ""},
	} {
		m, err := ParseModel(c.name, []byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := m.Layers()
		if len(got) != len(c.want) || m.Source != c.source || m.Name != c.name {
			t.Errorf("%s: %v %q, want %v %q", c.name, got, m.Source, c.want, c.source)
			continue
		}
		for i, l := range got {
			w := c.want[i]
			for _, d := range []float64{l.TopKm - w.TopKm, l.VpTop - w.VpTop, l.VpBottom - w.VpBottom, l.VsTop - w.VsTop, l.VsBottom - w.VsBottom} {
				if math.Abs(d) > 1e-9 {
					t.Errorf("%s, layer %d: %v, want %v", c.name, i, l, w)
				}
			}
		}
	}
}

func TestParseModelErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                                   "no layers",
		"depth_km,vp_km_s,vs_km_s\n":                         "no layers",
		"depth_km,vp_km_s,vs_km_s\n0,6\n":                    "line 2: \"0,6\" is not a layer",
		"depth_km,vp_km_s,vs_km_s\n0,6,x\n":                  "line 2",
		"depth_km,vp_km_s,vs_km_s\n0,NaN,3\n":                "not a finite number",
		"depth_km,vp_km_s,vs_km_s\n0,6,0\n":                  "Vs 0 km/s",
		"depth_km,vp_km_s,vs_km_s\n0,3,4\n":                  "less than Vp",
		"depth_km,vp_km_s,vs_km_s\n0,60,4\n":                 "Vp 60 km/s",
		"depth_km,vp_km_s,vs_km_s\n9999,6,4\n":               "begins at 9999 km",
		"depth_km,vp_km_s,vs_km_s\n5,6,3.4\n0,6,3.4\n":       "is not below",
		"# interpolation: linear\ndepth_km,\n5,6,3\n0,6,3\n": "is above that of line 3",
		"LAYER 0 6 0 3\n":                                    "want depth, Vp, gradient, Vs, gradient",
		strings.Repeat("x", MaxModelBytes+1):                 "bytes, want at most",
		"depth_km\n" + strings.Repeat("0,6,3\n", 3000):       "more than 2000 lines",
	} {
		_, err := ParseModel("m", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: error %v, want %q", text, err, want)
		}
	}
	if _, err := Load("nowhere"); err == nil || !strings.Contains(err.Error(), "ak135") {
		t.Errorf("unknown name: %v", err)
	}
}

// TestBuiltin: every model that comes along is cited, sound and answers.
func TestBuiltin(t *testing.T) {
	names := Names()
	if len(names) < 6 {
		t.Fatalf("models %v", names)
	}
	for _, n := range names {
		m := load(t, n)
		if len(m.Source) < 40 {
			t.Errorf("%s: source %q", n, m.Source)
		}
		if g := n == "ak135" || n == "iasp91"; m.Global() != g {
			t.Errorf("%s: global %v", n, !g)
		}
		tp, _, _, ok := m.Time(P, 10, 100)
		ts, _, _, okS := m.Time(S, 10, 100)
		if !ok || !okS || tp < 14 || tp > 20 || ts/tp < 1.6 || ts/tp > 1.9 {
			t.Errorf("%s: P %v s, S %v s at 100 km", n, tp, ts)
		}
		if _, _, _, ok := m.Time(P, 10, m.MaxKm()); !ok {
			t.Errorf("%s: no P at %v km", n, m.MaxKm())
		}
		for _, far := range [][2]float64{{10, m.MaxKm() + 1}, {BottomKm + 1, 10}, {TopKm - 0.1, 10}, {10, -1}, {math.NaN(), 10}, {10, math.NaN()}, {math.Inf(1), 1}} {
			if _, _, _, ok := m.Time(P, far[0], far[1]); ok {
				t.Errorf("%s: an answer at %v", n, far)
			}
		}
	}
}

// TestHengill reads a NonLinLoc file with layers above sea level.
func TestHengill(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(golden.Data(t, "seismic/e2e-hengill-2018"), "local.txt"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseModel("local.txt", b)
	if err != nil {
		t.Fatal(err)
	}
	if l := m.Layers(); len(l) != 10 || l[0].TopKm != -0.2 || l[9].VpTop != 6.97 {
		t.Fatalf("layers %v", l)
	}
	if tt, _, _, ok := m.TimeAt(P, 4, 0, 0.4); !ok || math.Abs(tt-(1.2/3.32+1/4.2+1.1/5.03+0.9/6+0.2/6.14)) > 0.002 {
		t.Errorf("straight up from 4 km to 400 m: %v s", tt)
	}
}

// TestConcurrent asks a new model from many goroutines (run with -race).
func TestConcurrent(t *testing.T) {
	m := load(t, "gil7")
	want, _, _, _ := load(t, "gil7").Time(S, 7, 33)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if got, _, _, ok := m.Time(S, 7, 33); !ok || got != want {
					t.Errorf("%v %v, want %v", got, ok, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestTimeAllocatesNothing(t *testing.T) {
	m := load(t, "gil7")
	m.Prepare()
	if n := testing.AllocsPerRun(100, func() {
		m.Time(P, 10, 50)
		m.TimeAt(S, 10, 50, 1.3)
		m.Takeoff(P, 10, 300)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzModel(f *testing.F) {
	for _, s := range []string{csvModel, tvel, nd, nll} {
		f.Add([]byte(s))
	}
	for _, n := range Names() {
		b, err := Builtin(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseModel("fuzz", b)
		if err != nil {
			return
		}
		for _, ph := range []Phase{P, S} {
			tr := newTracer(m, ph, []float64{-6, 5, 30, 100, 800, 1200})
			if len(tr.sub) == 0 {
				continue
			}
			ps, _ := tr.parameters()
			var r ray
			for i := 0; i < len(ps); i += 1 + len(ps)/50 {
				tr.trace(ps[i], i%2 == 0, &r)
				for k := range r.n {
					if math.IsNaN(r.x[k]) || math.IsNaN(r.t[k]) || math.IsNaN(r.tx) || math.IsNaN(r.tt) {
						t.Fatalf("ray %v of %v: level %d at %v km is %v km, %v s", ps[i], ph, k, tr.z[k], r.x[k], r.t[k])
					}
				}
			}
		}
	})
}

func BenchmarkTime(b *testing.B) {
	m := load(b, "ak135")
	m.Prepare()
	for _, c := range []struct {
		name string
		z, x float64
	}{{"near", 8.3, 41.7}, {"crossover", 8.3, 150.2}, {"regional", 12.1, 617.3}, {"far", 33.3, 6712.1}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				m.Time(P, c.z, c.x)
			}
		})
	}
	b.Run("elevated", func(b *testing.B) {
		for b.Loop() {
			m.TimeAt(P, 8.3, 41.7, 1.2)
		}
	})
}

// BenchmarkBuild builds both tables of a model and reports their memory.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []string{"gil7", "ak135"} {
		b.Run(n, func(b *testing.B) {
			var m *Model
			var before, after runtime.MemStats
			for b.Loop() {
				runtime.GC()
				runtime.ReadMemStats(&before)
				m = load(b, n)
				m.Prepare()
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			size := 0
			for i := range m.tables {
				for _, bl := range m.tables[i].t.blocks {
					size += len(bl.nodes)*8 + len(bl.waves)
				}
			}
			b.ReportMetric(float64(size)/1e6, "MB")
		})
	}
}
