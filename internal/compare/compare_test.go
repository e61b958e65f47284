package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"houfeng/internal/golden"
	"houfeng/internal/seis"
)

var equal = cmp.Options{cmp.AllowUnexported(seis.Time{}), cmpopts.EquateNaNs()}

func at(s float64) seis.Time {
	t, err := seis.ParseTime("2021-03-04T05:06:07Z")
	if err != nil {
		panic(err)
	}
	return t.AddSeconds(s)
}

func ev(id string, s, lat float64) Event {
	return Event{ID: id, Time: at(s), Latitude: lat, Longitude: 100, DepthKm: 10, Magnitude: 3}
}

// say prints a result in short.
func say(r Result) string {
	var w []string
	for _, p := range r.Matched {
		w = append(w, p.Truth.ID+"="+p.Found.ID)
	}
	for _, e := range r.Missed {
		w = append(w, "-"+e.ID)
	}
	for _, e := range r.Extra {
		w = append(w, "+"+e.ID)
	}
	return strings.Join(w, " ")
}

func TestMatch(t *testing.T) {
	limits := Limits{MaxTimeS: 10, MaxDistanceKm: 50}
	for _, tt := range []struct {
		name         string
		truth, found []Event
		want         string
	}{
		{"nothing", nil, nil, ""},
		{"alike", []Event{ev("a", 0, 30)}, []Event{ev("x", 1, 30.1)}, "a=x"},
		{"at the limit of time", []Event{ev("a", 0, 30)}, []Event{ev("x", 10, 30)}, "a=x"},
		{"beyond the limit of time", []Event{ev("a", 0, 30)}, []Event{ev("x", 10.001, 30)}, "-a +x"},
		{"before the limit of time", []Event{ev("a", 0, 30)}, []Event{ev("x", -10.001, 30)}, "-a +x"},
		{"within 50 km", []Event{ev("a", 0, 30)}, []Event{ev("x", 0, 30.45)}, "a=x"},
		{"beyond 50 km", []Event{ev("a", 0, 30)}, []Event{ev("x", 0, 30.46)}, "-a +x"},
		// b could have x or y, a only x. The nearest to b is x: a greedy match
		// of b with x would leave a and y alone.
		{"not greedy", []Event{ev("a", 0, 30), ev("b", 9, 30)}, []Event{ev("x", 8, 30), ev("y", 18, 30)}, "a=x b=y"},
		// Both assignments have two pairs; crossed is worse.
		{"not crossed", []Event{ev("a", 0, 30), ev("b", 4, 30)}, []Event{ev("x", 0.5, 30), ev("y", 4.5, 30)}, "a=x b=y"},
		{"place decides", []Event{ev("a", 0, 30), ev("b", 1, 30.4)}, []Event{ev("x", 0, 30.4), ev("y", 1, 30)}, "a=y b=x"},
		{"one for two", []Event{ev("a", 0, 30), ev("b", 3, 30)}, []Event{ev("x", 2.9, 30)}, "b=x -a"},
		{"the order given does not matter", []Event{ev("b", 4, 30), ev("a", 0, 30)}, []Event{ev("y", 4, 30), ev("z", 500, 30), ev("x", 0, 30)}, "a=x b=y +z"},
	} {
		if got := say(Match(tt.truth, tt.found, limits)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestMatchErrors(t *testing.T) {
	a := Event{ID: "a", Time: at(0), Latitude: 0, Longitude: 179.9, DepthKm: 12, Magnitude: math.NaN()}
	x := Event{ID: "x", Time: at(-1.5), Latitude: 0, Longitude: -179.9, DepthKm: 10, Magnitude: 4}
	r := Match([]Event{a}, []Event{x}, Limits{10, 50})
	if len(r.Matched) != 1 {
		t.Fatalf("no match across the date line: %s", say(r))
	}
	p := r.Matched[0]
	// 0.2° on the equator of WGS 84: 0.2·π/180·6378.137 km
	if p.TimeS != -1.5 || math.Abs(p.DistanceKm-22.2639) > 0.0005 || p.DepthKm != -2 || !math.IsNaN(p.Magnitude) {
		t.Errorf("pair %+v", p)
	}
	if r.Recall() != 1 || r.Precision() != 1 {
		t.Errorf("recall %g, precision %g", r.Recall(), r.Precision())
	}
}

func TestDescribe(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		values []float64
		want   Statistics
	}{
		{nil, Statistics{0, nan, nan, nan, nan, nan}},
		{[]float64{nan}, Statistics{0, nan, nan, nan, nan, nan}},
		{[]float64{-2}, Statistics{1, -2, -2, nan, 2, 2}},
		{[]float64{-4, 1, nan, 2, 5}, Statistics{4, 1, 1.5, math.Sqrt(42.0 / 3), 3, 5}},
	} {
		if diff := cmp.Diff(tt.want, Describe(tt.values), equal); diff != "" {
			t.Errorf("%v (−want +got):\n%s", tt.values, diff)
		}
	}
}

func TestRead(t *testing.T) {
	nan := math.NaN()
	want := func(id string, depth, mag float64, typ string) []Event {
		return []Event{{ID: id, Time: at(0.25), Latitude: 31.5, Longitude: -100.25, DepthKm: depth, Magnitude: mag, MagnitudeType: typ}}
	}
	for _, tt := range []struct {
		name, text string
		want       []Event
		problems   int
	}{
		{"ComCat csv", "time,latitude,longitude,depth,mag,magType,nst,id,place\n2021-03-04T05:06:07.250Z,31.5,-100.25,7.5,4.2,mw,9,us1,\"A, B\"\n", want("us1", 7.5, 4.2, "mw"), 0},
		{"our own csv", "event_id,revision,status,time,latitude,longitude,depth_km,magnitude,magnitude_type\nabc,3,confirmed,2021-03-04T05:06:07.250000Z,31.5,-100.25,7.5,4.2,ML\nxyz,3,rejected,2021-03-04T05:06:07.250000Z,31.5,-100.25,7.5,4.2,ML\n", want("abc", 7.5, 4.2, "ML"), 0},
		{"tabs, metres", "time\tx(km)\tmag\tlng\tlat\tdepth(m)\n2021-03-04T05:06:07.250000\t1\t4.2\t-100.250\t31.500\t7500.0\n", want("", 7.5, 4.2, ""), 0},
		{"FDSN text", "#EventID | Time | Latitude | Longitude | Depth/km | Author | MagType | Magnitude\n7|2021-03-04T05:06:07.25|31.5|-100.25|7.5|x|Mw|4.2\n", want("7", 7.5, 4.2, "Mw"), 0},
		{"date and time, semicolons, CRLF", "Date;Time;Lat;Lon;ML\r\n2021/03/04;05:06:07.25;31.5;-100.25;4.2\r\n", want("", nan, 4.2, "ML"), 0},
		{"byte order mark, offset, no depth", "\ufefforigin_time,lat,lon\n2021-03-04 05:06:07.25+00:00,31.5,-100.25\n", want("", nan, nan, ""), 0},
		{"bad rows are told", "time,lat,lon\n2021-03-04T05:06:07.25,31.5,-100.25\nyesterday,1,2\n2021-03-04,91,2\n2021-03-04,,2\n\n", want("", nan, nan, ""), 3},
		{"GeoJSON collection", `{"type":"FeatureCollection","features":[{"type":"Feature","id":"us1","properties":{"time":1614834367250,"mag":4.2,"magType":"mw"},"geometry":{"coordinates":[-100.25,31.5,7.5]}},{"type":"Feature","id":"d","properties":{"time":1,"status":"deleted"},"geometry":{"coordinates":[1,2,3]}}, {"id":3,"properties":{},"geometry":null}]}`, want("us1", 7.5, 4.2, "mw"), 1},
		{"GeoJSON detail", `{"type":"Feature","id":"us1","properties":{"time":1614834367250,"mag":null},"geometry":{"coordinates":[-100.25,31.5,null]}}`, want("us1", nan, nan, ""), 0},
		{"QuakeML", `<?xml version="1.0"?><q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2"><eventParameters publicID="smi:a.b/c">
			<event publicID="smi:a.b/1"><preferredOriginID>smi:a.b/o2</preferredOriginID><preferredMagnitudeID>smi:a.b/m2</preferredMagnitudeID>
			<origin publicID="smi:a.b/o1"><time><value>2000-01-01T00:00:00Z</value></time><latitude><value>0</value></latitude><longitude><value>0</value></longitude></origin>
			<origin publicID="smi:a.b/o2"><time><value>2021-03-04T05:06:07.25Z</value></time><latitude><value>31.5</value></latitude><longitude><value>-100.25</value></longitude><depth><value>7500</value></depth></origin>
			<magnitude publicID="smi:a.b/m1"><mag><value>1</value></mag></magnitude><magnitude publicID="smi:a.b/m2"><mag><value>4.2</value></mag><type>Mw</type></magnitude></event>
			<event publicID="smi:a.b/2"></event>
			<event publicID="smi:a.b/3"><type>not existing</type></event>
			</eventParameters></q:quakeml>`, want("smi:a.b/1", 7.5, 4.2, "Mw"), 1},
	} {
		got, problems, err := Read([]byte(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got, equal); diff != "" {
			t.Errorf("%s (−want +got):\n%s", tt.name, diff)
		}
		if len(problems) != tt.problems {
			t.Errorf("%s: problems %q, want %d", tt.name, problems, tt.problems)
		}
	}
}

func TestReadNothing(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "it is empty"}, {" \n", "it is empty"}, {"hello", "one column"}, {"a,b,c\n1,2,3", `its first line is "a,b,c"`},
		{`{"type":"Point"}`, `JSON of type "Point"`}, {`{`, "GeoJSON"}, {"<html>", ""},
	} {
		if _, _, err := Read([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error %v, want %q", tt.text, err, tt.want)
		}
	}
}

// Real catalogues: a ComCat detail, and Ridgecrest, where SciPy 1.17.1 gives the
// numbers (scipy.optimize.linear_sum_assignment over the same costs, distances
// by obspy.geodetics.gps2dist_azimuth): 651 pairs of 703, cost 43.604857, median
// time difference −0.468 s.
func TestRealCatalogues(t *testing.T) {
	read := func(set, name string) []Event {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(golden.Data(t, set), name))
		if err != nil {
			t.Fatal(err)
		}
		es, problems, err := Read(b)
		if err != nil || len(problems) > 0 {
			t.Fatalf("%s: %v, %q", name, err, problems)
		}
		return es
	}
	got := read("seismic/e2e-pleasanthill-m45", "event.json")
	origin, _ := seis.ParseTime("2019-10-15T05:33:42.81Z")
	want := []Event{{ID: "nc73291880", Time: origin, Latitude: 37.938, Longitude: -122.057, DepthKm: 13.97, Magnitude: 4.46, MagnitudeType: "mw"}}
	if diff := cmp.Diff(want, got, equal); diff != "" {
		t.Errorf("event.json (−want +got):\n%s", diff)
	}
	truth, found := read("seismic/catalog-ridgecrest-gamma", "catalog_scsn.csv"), read("seismic/catalog-ridgecrest-gamma", "catalog_gamma.csv")
	r := Match(truth, found, Limits{MaxTimeS: 3, MaxDistanceKm: 20})
	cost := 0.0
	var dt []float64
	for _, p := range r.Matched {
		cost += square(p.TimeS, 3) + square(p.DistanceKm, 20)
		dt = append(dt, p.TimeS)
	}
	if len(r.Matched) != 651 || len(r.Missed) != 703-651 || len(r.Extra) != 1479-651 {
		t.Errorf("%d matched, %d missed, %d extra", len(r.Matched), len(r.Missed), len(r.Extra))
	}
	if m := Describe(dt).Median; math.Abs(cost-43.604857) > 1e-3 || math.Abs(m+0.468) > 1e-6 {
		t.Errorf("cost %.6f, median time difference %.6f s", cost, m)
	}
}

// FuzzRead: whatever the bytes, events that can be compared, or an error.
func FuzzRead(f *testing.F) {
	f.Add([]byte("time,latitude,longitude,depth,mag\n2021-03-04T05:06:07.250Z,31.5,-100.25,7.5,4.2\n"))
	f.Add([]byte("#EventID | Time | Latitude | Longitude | Depth/km\n7|2021-03-04T05:06:07.25|31.5|-100.25|7.5\n"))
	f.Add([]byte("date;time;lat;lon\n2021/03/04;05:06:60;31.5;-100.25\n"))
	f.Add([]byte(`{"type":"Feature","id":1,"properties":{"time":1614834367250,"mag":1e400},"geometry":{"coordinates":[-100.25,31.5,null]}}`))
	f.Add([]byte(`<q:quakeml xmlns:q="x"><eventParameters publicID="a"><event publicID="b"><origin publicID="c"><time><value>2000-01-01</value></time></origin></event></eventParameters></q:quakeml>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		events, _, err := Read(b)
		if err != nil {
			return
		}
		if len(events) > 50 {
			events = events[:50]
		}
		for i := range events {
			if why := events[i].check(); why != "" {
				t.Fatalf("event %d: %s", i, why)
			}
		}
		r := Match(events, events, Limits{MaxTimeS: 10, MaxDistanceKm: 50})
		if len(r.Missed) > 0 || len(r.Extra) > 0 {
			t.Fatalf("a catalogue does not match itself: %s", say(r))
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	var truth, found []Event
	for i := range 20000 {
		e := ev(fmt.Sprint(i), float64(i)*6, 30+r.Float64()/5)
		truth = append(truth, e)
		e.Time = e.Time.AddSeconds(r.NormFloat64())
		found = append(found, e)
	}
	for b.Loop() {
		Match(truth, found, Limits{10, 50})
	}
}
