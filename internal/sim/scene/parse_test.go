package scene

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"houfeng/internal/seis"
)

const small = `
network XH "Test network"
station XH.A 37.5 104.0 elev 1200m "Site A"
station XH.B 37.6 104.1
`

func mustParse(t testing.TB, text string) *Scene {
	t.Helper()
	sc, err := Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

func TestParse(t *testing.T) {
	sc := mustParse(t, `
# A comment, and one behind a statement.
scene "All of it"   # here
seed 7
start 2026-03-01T00:00:00Z
length 1h30m
backlog 2m
records 1500ms
serve stations
layer 0km vp 6.0 vs 3.5
layer 18 vp 6.6 vs 3.8
model perturb 3% terms 50ms
network XH "Test network"
station XH.B 37.5 104.0deg elev 1.2km "Site B"
station XH.A 37.6 104.1
equip broadband
equip station XH.B accelerometer mems
noise level 0.3 microseism 0.2 peak 6s culture 12dB bursts 4/h
noise station XH.B level 0.5
telemetry delay 700ms jitter 50ms
telemetry station *.A delay 2s
dropout station XH.A from +3m for 40s lost
earthquake "main" at +60s lat 37.6 lon 104.2 depth 12km M 4.8 mechanism 30 60 -90 stressdrop 5MPa
earthquake at 2026-03-01T00:00:30Z lat 37 lon 104 depth 500m M 2
teleseism at +20m backazimuth 130 distance 60deg M 7.0
expect event "main" within 3km 1s 0.3 by +90s
expect event M 2 within 5km
expect no event from +30m by +40m
`)
	start, _ := seis.ParseTime("2026-03-01T00:00:00Z")
	if sc.Title != "All of it" || sc.Seed != 7 || sc.Start != start || sc.Length != 90*time.Minute ||
		sc.Backlog != 2*time.Minute || sc.Record != 1500*time.Millisecond || !sc.PerStation {
		t.Errorf("frame: %+v", sc)
	}
	if diff := cmp.Diff(Model{Layers: []Layer{{0, 6, 3.5}, {18, 6.6, 3.8}}, Perturb: 0.03, TermsS: 0.05}, sc.Model); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Station{
		{Network: "XH", Code: "A", Latitude: 37.6, Longitude: 104.1, Instruments: []string{"broadband"},
			Noise: Noise{0.3, 0.2, 6, 12, 4}, Telemetry: Telemetry{2 * time.Second, 50 * time.Millisecond}},
		{Network: "XH", Code: "B", Name: "Site B", Latitude: 37.5, Longitude: 104, ElevationM: 1200, Instruments: []string{"accelerometer", "mems"},
			Noise: Noise{0.5, 0.2, 6, 12, 4}, Telemetry: Telemetry{700 * time.Millisecond, 50 * time.Millisecond}},
	}, sc.Stations); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Dropout{{"XH.A", 3 * time.Minute, 40 * time.Second, true}}, sc.Dropouts); diff != "" {
		t.Error(diff)
	}
	if n := len(sc.Quakes); n != 2 {
		t.Fatalf("%d earthquakes, want 2", n)
	}
	if diff := cmp.Diff(Quake{"main", "earthquake", time.Minute, 37.6, 104.2, 12, 4.8, 5, 30, 60, -90}, sc.Quakes[1]); diff != "" {
		t.Error(diff)
	}
	if q := sc.Quakes[0]; q.At != 30*time.Second || q.DepthKm != 0.5 || q.DipDeg < 30 || q.StressDropMPa != 3 {
		t.Errorf("second earthquake: %+v", q)
	}
	if diff := cmp.Diff([]Teleseism{{"", 20 * time.Minute, 130, 60, 15, 7}}, sc.Teleseisms); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Expectation{
		{26, ExpectEvent, 1, 3, 1, 0.3, 0, 90 * time.Second},
		{27, ExpectEvent, 0, 5, 0, 0, 0, 0},
		{28, ExpectNoEvent, -1, 0, 0, 0, 30 * time.Minute, 40 * time.Minute},
	}, sc.Expectations); diff != "" {
		t.Error(diff)
	}
}

func TestLayerWithoutVs(t *testing.T) {
	sc := mustParse(t, small+"layer 0km vp 5.19\n")
	if got := sc.Model.Layers[0].Vs; math.Abs(got-3) > 1e-9 {
		t.Errorf("vs %g, want 3", got)
	}
}

func TestParseErrors(t *testing.T) {
	// Each line is tried alone after the small network of four lines.
	for _, tt := range []struct{ line, want string }{
		{"earthquak at +1s", `test:5: unknown statement "earthquak"`},
		{"earthquake at +60s lat 37.6 lon 104.2 depth 900km M 4.8", `test:5: earthquake: depth "900km": want 0.1km to 700km`},
		{"earthquake at +60s lat 37.6 lon 104.2 depth 9s M 4.8", `depth: "9s" is not a number of km or m`},
		{"earthquake at +60s lat 37.6 lon 104.2 depth NaN M 4.8", `depth: "NaN" is not a number`},
		{"earthquake at +60s lat 37.6 lon 104.2 depth 0x1p3 M 4.8", `depth: "0x1p3" is not a number`},
		{"earthquake at +60s lat 37.6 depth 9km M 4.8", "earthquake: lon is missing"},
		{"earthquake at 60s lat 37.6 lon 104.2 depth 9km M 4.8", `at "60s": want a time after the start`},
		{"earthquake at +-60s lat 37.6 lon 104.2 depth 9km M 4.8", `at "-60s" is not a duration`},
		{"earthquake at 1999-01-01T00:00:00Z lat 37.6 lon 104.2 depth 9km M 4.8", `want a time from 2026-01-01`},
		{"earthquake at +60s at +70s", "at\" is given twice"},
		{"earthquake at +9999999h lat 37.6 lon 104.2 depth 9km M 4.8", "at \"9999999h\""},
		{"aftershocks of \"main\" 3 from 1s for 1m M 2 to 3 within 5km", `no earthquake is called "main"`},
		{"seismicity 5 from +0s for 10s M 2 to 3 within 5km of 37 104 apart 3s", "5 earthquakes 3s apart do not fit in 10s"},
		{"seismicity 5 from +0s for 10s M 3 to 2 within 5km of 37 104", "M: 3 to 2 runs backwards"},
		{"teleseism at +1s backazimuth 10 distance 10deg M 6", `distance "10deg": want 25deg to 95deg`},
		{"station XH.A 37 104", "station XH.A is given twice"},
		{"station XX.A 37 104", "network XX has no network statement"},
		{"station XH.TOOLONG 37 104", `station code "TOOLONG": want 1 to 5`},
		{"station XH.low 37 104", "want capital letters or digits"},
		{"station XH.C 99 104", `latitude "99": want -89deg to 89deg`},
		{"grid 3000 spacing 1km at 0 0", "number of stations 3000: want 1 to 2000"},
		{"grid 9 at 0 0", "spacing is missing"},
		{"grid 9 spacing 25km", "at LAT LON is missing"},
		{"grid 1999 spacing 500km at 80 0", "reaches the pole"},
		{"grid 9 spacing 25km at 0 0 jitter 200%", `jitter "200%": want 0% to 100%`},
		{"equip hammer", `unknown instrument "hammer"`},
		{"equip broadband broadband", "have the same channels HH"},
		{"equip station XH.Z broadband", `no station is called "XH.Z"`},
		{"noise", "setting is missing"},
		{"noise level 5", `level "5": want -0.2 to 1.2`},
		{"telemetry delay 5", `delay "5" is not a duration`},
		{"dropout from +1s for 2s", "station is missing"},
		{"dropout station XH.A for 2s", "from is missing"},
		{"layer 3km vp 5", "first layer starts at 3 km, want 0"},
		{"layer 0km vp 5 vs 4.9", "too near vp"},
		{"instrument x channels HHZ rate 100Hz input velocity sensitivity 1e9 at 1Hz", `"HHZ": want 1 to 2`},
		{"instrument x channels HH rate 100.5Hz input velocity sensitivity 1e9 at 1Hz", "want a whole number"},
		{"instrument x channels HH rate 100Hz input velocity sensitivity 1e9 at 1Hz poles 1+1i 1-1i", "want a negative real part"},
		{"instrument x channels HH rate 100Hz input velocity sensitivity 1e9 at 1Hz poles -1+1i", "has no conjugate"},
		{"instrument x channels HH rate 100Hz input velocity sensitivity 1e9 at 1Hz zeros 0 0", "2 zeros and 0 poles"},
		{"instrument broadband channels HH", `the name "broadband" is taken`},
		{"scene \"open", "quote is not closed"},
		{"seed -1", "seed -1: want 0"},
		{"start 2026-01-01T00:00:00.5Z", "want a whole second"},
		{"length 40d", `length "40d": want 1s to 744h0m0s`},
		{"length 99999999d", `length "99999999d" is not a duration`},
		{"serve everything", `"everything": want network or stations`},
		{"expect event \"main\"", `no earthquake is called "main"`},
		{"expect event M 3", "no earthquake has magnitude 3"},
		{"expect", "want event or no event"},
		{"expect no event within 3km", `unknown setting "within"`},
		{"attack station XH.A", `unknown statement "attack"`},
		{"seed 1 2", `do not understand "2"`},
		{strings.Repeat("x", 5000), "5000 bytes, at most 4096 in a line"},
		{"\xff\xfe", "not UTF-8"},
	} {
		_, err := Parse("test", []byte(small[1:]+"\n"+tt.line+"\n"))
		if err == nil {
			t.Errorf("%.60q: no error, want %q", tt.line, tt.want)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.60q:\n got %v\nwant %s", tt.line, err, tt.want)
		}
		var e *Error
		if !errors.As(err, &e) || e.Line != 5 {
			t.Errorf("%.60q: error %v is not one of line 5", tt.line, err)
		}
	}
	if _, err := Parse("test", nil); err == nil || !strings.Contains(err.Error(), "no station") {
		t.Errorf("empty scene: %v", err)
	}
	if _, err := Parse("test", make([]byte, maxBytes+1)); err == nil {
		t.Error("a scene of more than 1 MiB was read")
	}
}

func TestParseReportsSeveral(t *testing.T) {
	_, err := Parse("test", []byte("nonsense\nnetwork toolong\nstation XH.A 1 2\nseed x\n"))
	want := `test:1: unknown statement "nonsense"
test:2: network: network code "toolong": want 1 to 2 letters or digits
test:3: station: network XH has no network statement
test:4: seed: seed "x" is not a whole number`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	_, err = Parse("test", []byte(strings.Repeat("nonsense\n", 100)))
	if n := strings.Count(err.Error(), "\n") + 1; n != maxErrors {
		t.Errorf("%d errors, want %d", n, maxErrors)
	}
}

func TestParseIsDeterministic(t *testing.T) {
	text := small + `
grid 20 spacing 25km at 37.5 104 jitter 30%
noise level 0.2 to 0.5
earthquake "m" at +10s lat 37.5 lon 104 depth 10km M 5
aftershocks of "m" 10 from 10s for 10m M 2 to 4 within 8km apart 5s
seismicity 10 from +1m for 8m M 2 to 5 within 50km of 37.5 104
`
	a, b := mustParse(t, text), mustParse(t, text)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Fatal(diff)
	}
	c := mustParse(t, text+"seed 2\n")
	if a.Stations[0].Latitude == c.Stations[0].Latitude && a.Stations[3].Latitude == c.Stations[3].Latitude {
		t.Error("another seed gives the same places")
	}
	// What is drawn for one thing does not depend on what else is there.
	d := mustParse(t, text+"station XH.ZZZ 36 105\nearthquake at +1s lat 37 lon 104 depth 5km M 2\n")
	for i := range a.Stations {
		if s := d.Station(a.Stations[i].ID()); s == nil || s.Latitude != a.Stations[i].Latitude || s.Noise != a.Stations[i].Noise {
			t.Errorf("station %s changed with another station beside it", a.Stations[i].ID())
		}
	}
}

func TestGrid(t *testing.T) {
	sc := mustParse(t, "network XH\ngrid 40 spacing 25km at 37.5 104 jitter 0%\n")
	if len(sc.Stations) != 40 || sc.Stations[0].ID() != "XH.G01" || sc.Stations[39].ID() != "XH.G40" {
		t.Fatalf("%d stations from %s", len(sc.Stations), sc.Stations[0].ID())
	}
	for i := range sc.Stations {
		nearest := math.Inf(1)
		a := &sc.Stations[i]
		for j := range sc.Stations {
			if b := &sc.Stations[j]; i != j {
				dx := (a.Longitude - b.Longitude) * kmPerDegree * math.Cos(a.Latitude*math.Pi/180)
				nearest = math.Min(nearest, math.Hypot(dx, (a.Latitude-b.Latitude)*kmPerDegree))
			}
		}
		if math.Abs(nearest-25) > 0.5 {
			t.Errorf("%s: nearest neighbour at %.2f km, want 25", a.ID(), nearest)
		}
	}
}

func TestSequences(t *testing.T) {
	sc := mustParse(t, small+`
length 3h
earthquake "m" at +100s lat 37.5 lon 104 depth 10km M 5
aftershocks of "m" 900 from 10s for 100m M 2 to 4.5 within 8km b 1.0 p 1.2 c 60s
`)
	if len(sc.Quakes) != 901 {
		t.Fatalf("%d earthquakes, want 901", len(sc.Quakes))
	}
	early, large := 0, 0
	for i, q := range sc.Quakes {
		if i > 0 && q.At < sc.Quakes[i-1].At {
			t.Fatal("earthquakes are not in order")
		}
		if q.Kind != "aftershock" {
			continue
		}
		if q.At < 110*time.Second || q.At > 110*time.Second+100*time.Minute {
			t.Errorf("aftershock at %s", q.At)
		}
		if q.Magnitude < 2 || q.Magnitude > 4.5 {
			t.Errorf("aftershock of M %g", q.Magnitude)
		}
		if q.At < 100*time.Second+10*time.Minute {
			early++
		}
		if q.Magnitude >= 3 {
			large++
		}
	}
	// Omori: share before 600 s is (70^−0.2 − 660^−0.2)/(70^−0.2 − 6070^−0.2).
	share := (math.Pow(70, -.2) - math.Pow(660, -.2)) / (math.Pow(70, -.2) - math.Pow(6070, -.2))
	if got := float64(early) / 900; math.Abs(got-share) > 0.05 {
		t.Errorf("%.3f of the aftershocks come within ten minutes, want %.3f", got, share)
	}
	// Gutenberg and Richter, rounded to 0.1: P(M ≥ 2.95) of the truncated law.
	gr := (math.Pow(10, -.95) - math.Pow(10, -2.5)) / (1 - math.Pow(10, -2.5))
	if got := float64(large) / 900; math.Abs(got-gr) > 0.035 {
		t.Errorf("%.3f of the aftershocks reach M 3, want %.3f", got, gr)
	}
	apart := mustParse(t, small+"seismicity 50 from +10s for 9m M 2 within 20km of 37.5 104 apart 10s\n")
	for i := 1; i < 50; i++ {
		if d := apart.Quakes[i].At - apart.Quakes[i-1].At; d < 10*time.Second-20*time.Millisecond {
			t.Errorf("earthquakes %s apart, want 10 s", d)
		}
	}
}

// examples returns the scenes in docs/scenes.md.
func examples(t testing.TB) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash("../../../docs/scenes.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?s)```scene\n(.*?)```").FindAllStringSubmatch(string(b), -1) {
		out = append(out, m[1])
	}
	return out
}

func TestDocumentedScenes(t *testing.T) {
	list := examples(t)
	if len(list) < 5 {
		t.Fatalf("found %d scenes in docs/scenes.md", len(list))
	}
	for i, text := range list {
		if _, err := Parse(fmt.Sprintf("docs/scenes.md, scene %d", i+1), []byte(text)); err != nil {
			t.Error(err)
		}
	}
	doc, _ := os.ReadFile(filepath.FromSlash("../../../docs/scenes.md"))
	for verb := range statements {
		if !strings.Contains(string(doc), "`"+verb+" ") {
			t.Errorf("docs/scenes.md says nothing of %q", verb)
		}
	}
}

func FuzzScene(f *testing.F) {
	for _, text := range examples(f) {
		f.Add(text)
	}
	shipped, err := filepath.Glob("../scenes/*.scene")
	if err != nil || len(shipped) == 0 {
		f.Fatal("no scenes to start from", err)
	}
	for _, path := range shipped {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, text string) {
		sc, err := Parse("fuzz", []byte(text))
		if err != nil {
			if err.Error() == "" {
				t.Error("an error that says nothing")
			}
			return
		}
		if len(sc.Stations) == 0 || len(sc.Stations) > maxStations || len(sc.Quakes) > maxQuakes {
			t.Errorf("%d stations, %d earthquakes", len(sc.Stations), len(sc.Quakes))
		}
		for i := range sc.Stations {
			s := &sc.Stations[i]
			if !(math.Abs(s.Latitude) <= 90 && math.Abs(s.Longitude) <= 180) || len(s.Instruments) == 0 {
				t.Errorf("station %+v", s)
			}
			for _, name := range s.Instruments {
				in := sc.Instrument(name)
				if in == nil || !(in.RateHz >= 1) || !(in.Response.PolesZeros.A0 > 0) {
					t.Errorf("instrument %+v", in)
				}
			}
		}
		for i, q := range sc.Quakes {
			if q.At < 0 || !(q.DepthKm > 0) || !(q.Magnitude >= 0 && q.Magnitude <= 8) || !(math.Abs(q.Latitude) <= 90) {
				t.Errorf("earthquake %+v", q)
			}
			if i > 0 && q.At < sc.Quakes[i-1].At {
				t.Error("earthquakes are not in order")
			}
		}
	})
}
