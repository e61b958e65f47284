package sim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"houfeng/fdsn"
	"houfeng/internal/science/geo"
	"houfeng/internal/science/response"
	"houfeng/internal/seis"
	"houfeng/internal/sim/scene"
	"houfeng/mseed"
	"houfeng/quakeml"
	"houfeng/stationxml"
)

func network(t testing.TB, text string) *Network {
	t.Helper()
	sc, err := scene.Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	n, err := NewNetwork(sc)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// few is a small scene in which everything happens.
const few = `
seed 5
start 2026-03-01T00:00:00Z
length 70s
backlog 13s
network XH "Test network"
grid 4 spacing 30km at 37.5 104.0 jitter 20%
equip broadband accelerometer
noise level 0.3 bursts 60/h
telemetry delay 500ms jitter 200ms
telemetry station XH.G2 delay 3s
dropout station XH.G3 from +20s for 15s
dropout station XH.G4 from +40s for 10s lost
earthquake "main" at +12s lat 37.52 lon 104.05 depth 10km M 4.5
earthquake at +35s lat 37.45 lon 103.9 depth 8km M 3
teleseism at +50s backazimuth 90 distance 50deg M 6
`

func collect(t testing.TB, n *Network, batch time.Duration) []Delivery {
	t.Helper()
	f := newFeed(n, -n.scene.Backlog, n.scene.Length, batch)
	var out []Delivery
	for {
		list, more, err := f.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if out = append(out, list...); !more {
			return out
		}
	}
}

func digest(list []Delivery) [32]byte {
	h := sha256.New()
	for _, d := range list {
		fmt.Fprintln(h, d.Arrival, d.Station, d.Sequence)
		h.Write(d.Record)
	}
	return [32]byte(h.Sum(nil))
}

func TestSameSceneSameBytes(t *testing.T) {
	want := digest(collect(t, network(t, few), 20*time.Second))
	for _, batch := range []time.Duration{2 * time.Second, 6 * time.Second, 7 * time.Second, time.Hour} {
		if digest(collect(t, network(t, few), batch)) != want {
			t.Errorf("batches of %s give other bytes", batch)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if digest(collect(t, network(t, few), 20*time.Second)) != want {
		t.Error("one core gives other bytes than several")
	}
	if digest(collect(t, network(t, strings.Replace(few, "seed 5", "seed 6", 1)), 20*time.Second)) == want {
		t.Error("another seed gives the same bytes")
	}
}

// TestFeed checks order, delays, dropouts and that records hold what Samples says.
func TestFeed(t *testing.T) {
	n := network(t, few)
	sc := n.Scene()
	list := collect(t, n, 10*time.Second)
	last := map[string]Delivery{}
	covered := map[fdsn.ID]int{}
	next := map[fdsn.ID]seis.Time{}
	var before seis.Time
	for _, d := range list {
		if d.Arrival.Before(before) {
			t.Fatalf("record of %s arrives at %s, after one at %s", d.ID, d.Arrival, before)
		}
		before = d.Arrival
		if l, ok := last[d.Station]; ok && (d.Sequence != l.Sequence+1 || !d.Arrival.After(l.Arrival)) {
			t.Fatalf("%s: record %d at %s follows %d at %s", d.Station, d.Sequence, d.Arrival, l.Sequence, l.Arrival)
		}
		last[d.Station] = d
		h, err := mseed.Parse(d.Record)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Record) != 512 || h.Encoding != mseed.Steim2 || h.Version != 2 || h.ID != d.ID || !h.ClockLocked() ||
			h.StartNS != d.Start.Nanos() || h.EndNS() != d.End.Nanos() {
			t.Fatalf("record %+v of delivery %+v", h, d)
		}
		delay, least := d.Arrival.SecondsSince(d.End), 0.5
		if d.Station == "XH.G2" {
			least = 3
		}
		if delay < least {
			t.Errorf("%s: record that ends %s arrives %.3f s later, want at least %g", d.Station, d.End, delay, least)
		}
		if delay > least+4 && d.Station != "XH.G3" {
			t.Errorf("%s: record that ends %s arrives %.3f s later", d.Station, d.End, delay)
		}
		if at := d.Arrival.Sub(sc.Start); d.Station == "XH.G3" && at >= 20*time.Second && at < 35*time.Second {
			t.Errorf("a record came through at %s while the link was down", at)
		}
		if d.End.SecondsSince(d.Start) > 2.0001 {
			t.Errorf("record of %s is %g s long, want at most 2", d.ID, d.End.SecondsSince(d.Start))
		}
		if prev, ok := next[d.ID]; ok && prev != d.Start && d.Station != "XH.G4" {
			t.Errorf("%s: gap from %s to %s", d.ID, prev, d.Start)
		}
		next[d.ID] = d.End
		got, err := h.Ints(nil)
		if err != nil {
			t.Fatal(err)
		}
		covered[d.ID] += len(got)
		if d.Sequence%23 == 0 { // some of them
			tr, err := n.Samples(d.ID, d.Start, len(got))
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range got {
				if float64(v) != tr.Samples[i] {
					t.Fatalf("%s at %s: record holds %d, Samples gives %g", d.ID, tr.Time(i), v, tr.Samples[i])
				}
			}
		}
	}
	if len(covered) != 4*6 {
		t.Errorf("%d streams, want 24", len(covered))
	}
	for id, count := range covered {
		want := 8300
		if id.Station == "G4" {
			if count > 8300-800 || count < 8300-1400 {
				t.Errorf("%s: %d samples, want about 1,000 of 8,300 lost", id, count)
			}
		} else if count != want {
			t.Errorf("%s: %d samples, want %d", id, count, want)
		}
	}
}

func TestSamplesInAnyOrder(t *testing.T) {
	n := network(t, few)
	id := fdsn.ID{Network: "XH", Station: "G1", Location: "00", Channel: "HHN"}
	start := n.Scene().Start
	whole, err := n.Samples(id, start.AddSeconds(-5), 9000)
	if err != nil {
		t.Fatal(err)
	}
	g := newGenerator(n, n.stations[0])
	for _, at := range []int64{7000, 100, 3000, -400, 7900, 2000} {
		got := make([]int32, 333)
		g.fill(1, at, got)
		for i, v := range got {
			if want := whole.Samples[int(at)+500+i]; float64(v) != want {
				t.Fatalf("sample %d out of order is %d, want %g", at+int64(i), v, want)
			}
		}
	}
	for _, bad := range []func() error{
		func() error { _, err := n.Samples(fdsn.ID{Network: "XH"}, start, 1); return err },
		func() error { _, err := n.Samples(id, start, -1); return err },
	} {
		if bad() == nil {
			t.Error("no error for a stream or count that makes no sense")
		}
	}
}

// TestWavesEndWhereTheyEnd looks for waves that are cut where the work was cut:
// over the whole of several earthquakes, near and far, at low rates too.
func TestWavesEndWhereTheyEnd(t *testing.T) {
	n := network(t, `
length 2h
network XH
station XH.A 37.5 104.0
station XH.B 37.5 104.1
instrument one channels LH rate 1Hz input velocity sensitivity 1e9 at 0.1Hz
instrument twenty channels BH rate 20Hz input velocity sensitivity 1e9 at 1Hz
equip station XH.A one
equip station XH.B twenty
earthquake at +400s lat 37.6 lon 104.2 depth 10km M 6.5
earthquake at +1000s lat 45.5 lon 104.2 depth 10km M 6
earthquake at +1100s lat 37.6 lon 103.2 depth 10km M 3
teleseism at +1500s backazimuth 100 distance 40deg M 7
teleseism at +1700s backazimuth 300 distance 90deg depth 300km M 7.5
`)
	for k, rate := range []int{1, 20} {
		const c = 1 // north
		whole := make([]int32, 7200*rate)
		newGenerator(n, n.stations[k]).fill(c, 0, whole)
		for _, step := range []int{2 * rate, 37 * rate} {
			cut := make([]int32, len(whole))
			g := newGenerator(n, n.stations[k])
			for i := 0; i < len(cut); i += step {
				g.fill(c, int64(i), cut[i:min(len(cut), i+step)])
			}
			for i := range whole {
				if whole[i] != cut[i] {
					t.Fatalf("%d Hz in steps of %d: second %d: %d, want %d", rate, step, i/rate, cut[i], whole[i])
				}
			}
		}
	}
}

// TestMagnitudes measures ML as a network would, noise and instrument included.
func TestMagnitudes(t *testing.T) {
	text := `
length 20m
network XH
grid 16 spacing 25km at 37.5 104.0 jitter 20%
noise level 0.2
`
	magnitudes := []float64{2.5, 3, 3.5, 4, 4.5, 5}
	for i, m := range magnitudes {
		text += fmt.Sprintf("earthquake at +%ds lat %g lon %g depth %dkm M %g\n", 30+180*i, 37.4+0.04*float64(i), 104.1-0.05*float64(i), 8+i, m)
	}
	n := network(t, text)
	inv := n.Inventory()
	arrivals := map[string]seis.Time{}
	for _, o := range n.Onsets() {
		arrivals[fmt.Sprint(o.Quake, o.Station, o.Phase)] = o.Time
	}
	var all float64
	for i, q := range n.Scene().Quakes {
		var sum, sq, count float64
		for _, st := range n.Scene().Stations {
			var amp float64
			clipped := false
			for _, c := range []string{"HHN", "HHE"} {
				id := fdsn.ID{Network: "XH", Station: st.Code, Location: "00", Channel: c}
				p := arrivals[fmt.Sprint(i, st.ID(), seis.P)]
				tr, err := n.Samples(id, p.AddSeconds(-20), 8192)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range tr.Samples {
					clipped = clipped || math.Abs(v) > 8388600
				}
				ch, ok := inv.Channel(id, p)
				if !ok || !ch.HasResponse() {
					t.Fatalf("no response for %s", id)
				}
				wa, err := ch.Response.WoodAnderson(tr.Samples, tr.Rate, response.UhrhammerCollins1990,
					response.Conditioning{Taper: 0.05, Band: [4]float64{0.3, 0.5, 30, 40}})
				if err != nil {
					t.Fatal(err)
				}
				top := 0.0
				for _, v := range wa[1500:] {
					top = math.Max(top, math.Abs(v))
				}
				amp += top / 2
			}
			km, _ := geo.Distance(q.Latitude, q.Longitude, st.Latitude, st.Longitude)
			r := math.Hypot(km, q.DepthKm)
			if clipped {
				continue
			}
			ml := math.Log10(amp) + 1.110*math.Log10(r/100) + 0.00189*(r-100) + 3.0
			sum, sq, count = sum+ml, sq+ml*ml, count+1
		}
		mean := sum / count
		sigma := math.Sqrt(sq/count - mean*mean)
		t.Logf("M %.1f: ML %.2f ± %.2f from %g stations", q.Magnitude, mean, sigma, count)
		if math.Abs(mean-q.Magnitude) > 0.4 || sigma < 0.05 || sigma > 0.4 {
			t.Errorf("M %.1f: ML %.2f ± %.2f, want within 0.4 and a spread of 0.05 to 0.4", q.Magnitude, mean, sigma)
		}
		all += (mean - q.Magnitude) / float64(len(magnitudes))
	}
	t.Logf("ML is %+.2f off on average", all)
	if math.Abs(all) > 0.3 {
		t.Errorf("ML is %+.2f off on average, want within 0.3", all)
	}
}

func TestClipping(t *testing.T) {
	n := network(t, `
network XH
station XH.NEAR 37.5 104.0
equip broadband accelerometer
earthquake at +10s lat 37.52 lon 104.02 depth 8km M 6
`)
	for _, tt := range []struct {
		channel, location string
		clips             bool
	}{{"HHN", "00", true}, {"HNN", "10", false}} {
		tr, err := n.Samples(fdsn.ID{Network: "XH", Station: "NEAR", Location: tt.location, Channel: tt.channel}, n.Scene().Start, 3000)
		if err != nil {
			t.Fatal(err)
		}
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, v := range tr.Samples {
			lo, hi = math.Min(lo, v), math.Max(hi, v)
		}
		if clips := hi == 1<<23-1 || lo == -1<<23; clips != tt.clips || hi > 1<<23-1 || lo < -1<<23 {
			t.Errorf("%s: from %g to %g counts, clips: %v, want %v", tt.channel, lo, hi, clips, tt.clips)
		}
	}
}

// TestOnsetsAreInTheData compares the energy before and after each true onset.
func TestOnsetsAreInTheData(t *testing.T) {
	n := network(t, `
length 3m
network XH
grid 9 spacing 30km at 37.5 104.0 jitter 20%
noise level 0.1 microseism 0
earthquake at +30s lat 37.52 lon 104.05 depth 10km M 4.5
`)
	for _, o := range n.Onsets() {
		c := map[seis.Phase]string{seis.P: "HHZ", seis.S: "HHN"}[o.Phase]
		id := fdsn.ID{Network: "XH", Station: o.Station[3:], Location: "00", Channel: c}
		tr, err := n.Samples(id, o.Time.AddSeconds(-0.3), 60)
		if err != nil {
			t.Fatal(err)
		}
		energy := func(x []float64) (s float64) {
			for i := 1; i < len(x); i++ {
				s += (x[i] - x[i-1]) * (x[i] - x[i-1])
			}
			return s
		}
		ratio := energy(tr.Samples[30:]) / energy(tr.Samples[:29])
		if want := map[seis.Phase]float64{seis.P: 1000, seis.S: 1.5}[o.Phase]; ratio < want {
			t.Errorf("%s of %s: energy grows %.1f times, want %g", o.Phase, o.Station, ratio, want)
		}
	}
}

func TestModelIsPerturbed(t *testing.T) {
	const text = "network XH\ngrid 25 spacing 25km at 37.5 104\nearthquake at +30s lat 37.52 lon 104.05 depth 10km M 4.5\n"
	base := network(t, text+"model perturb 0% terms 0s\n").Onsets()
	worst := 0.0
	for seed := range 10 {
		other := network(t, text+fmt.Sprintf("seed %d\n", seed)).Onsets()
		at := map[string]float64{}
		for _, o := range base {
			at[o.Station+string(o.Phase)] = o.Time.SecondsSince(network0)
		}
		for _, o := range other {
			travel := at[o.Station+string(o.Phase)] - 30
			diff := math.Abs(o.Time.SecondsSince(network0) - 30 - travel)
			worst = math.Max(worst, diff/travel)
			if diff > 0.06*travel+0.6 {
				t.Errorf("seed %d: %s of %s differs by %.2f of %.2f s", seed, o.Phase, o.Station, diff, travel)
			}
		}
	}
	if worst < 0.03 {
		t.Errorf("travel times differ by %.1f %% at most: the model is not perturbed", 100*worst)
	}
}

var network0, _ = seis.ParseTime("2026-01-01T00:00:00Z")

type memorySink struct{ entries []seis.Entry }

func (m *memorySink) Append(e seis.Entry) (seis.Entry, error) {
	e.Serial = uint64(len(m.entries) + 1)
	m.entries = append(m.entries, e)
	return e, nil
}

type fullSink struct{}

func (fullSink) Append(e seis.Entry) (seis.Entry, error) { return e, errors.New("disk is full") }

func TestWriteJournal(t *testing.T) {
	n := network(t, few)
	var sink memorySink
	var done, total time.Duration
	if err := n.WriteJournal(t.Context(), &sink, func(d, all time.Duration) { done, total = d, all }); err != nil {
		t.Fatal(err)
	}
	want := collect(t, n, time.Second)
	if len(sink.entries) != len(want) || done != total || total != 83*time.Second {
		t.Fatalf("%d entries, want %d; progress %s of %s", len(sink.entries), len(want), done, total)
	}
	for i, e := range sink.entries {
		if e.Kind != seis.EntryReceipt || e.Time != want[i].Arrival || !bytes.Equal(e.Receipt.Bytes, want[i].Record) || e.Receipt.Verdict != seis.Accepted {
			t.Fatalf("entry %d: %+v", i, e)
		}
	}
	if err := n.WriteJournal(t.Context(), fullSink{}, nil); err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("a full disk gives %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := n.WriteJournal(ctx, &sink, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context gives %v", err)
	}
}

func TestWriteFiles(t *testing.T) {
	n := network(t, few)
	dir := t.TempDir()
	for range 2 { // writing again replaces
		if err := n.WriteFiles(t.Context(), dir, nil); err != nil {
			t.Fatal(err)
		}
	}
	want := map[fdsn.ID][]byte{}
	for _, d := range collect(t, n, time.Second) {
		want[d.ID] = append(want[d.ID], d.Record...)
	}
	for id, b := range want {
		got, err := os.ReadFile(filepath.Join(dir, "waveforms", id.String()+".mseed"))
		if err != nil || !bytes.Equal(got, b) {
			t.Errorf("%s: %d bytes, want %d: %v", id, len(got), len(b), err)
		}
	}
	entries, err := os.ReadDir(filepath.Join(dir, "waveforms"))
	if err != nil || len(entries) != 24 {
		t.Errorf("%d waveform files, want 24: %v", len(entries), err)
	}

	f, err := os.Open(filepath.Join(dir, TruthXML))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ep, err := quakeml.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(ep.Events) != 3 {
		t.Fatalf("%d events in %s, want 3", len(ep.Events), TruthXML)
	}
	// The teleseism happened before the scene began; the main event is second.
	e := ep.Events[1]
	if o := e.Origins[0]; o.Latitude.Value != 37.52 || o.Depth.Value != 10000 || e.Magnitudes[0].Mag.Value != 4.5 ||
		!o.Time.Value.Equal(n.Scene().At(12*time.Second).Std()) {
		t.Errorf("main event: %+v %+v", o, e.Magnitudes[0])
	}

	rows := readCSV(t, filepath.Join(dir, TruthCSV))
	if diff := cmp.Diff([]string{"time", "latitude", "longitude", "depth_km", "magnitude", "type"}, rows[0]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"2026-03-01T00:00:12.000000Z", "37.52000", "104.05000", "10.000", "4.50", "earthquake"}, rows[2]); diff != "" {
		t.Error(diff)
	}
	onsets := readCSV(t, filepath.Join(dir, OnsetsCSV))
	if len(onsets) != 1+3*4*2 {
		t.Errorf("%d rows of onsets, want 25", len(onsets))
	}
	for _, r := range onsets[1:] {
		if r[4] < "1" || r[4] > "3" {
			t.Errorf("onset of event %s", r[4])
		}
	}
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestStationXML(t *testing.T) {
	n := network(t, few)
	var b bytes.Buffer
	if err := n.StationXML().Write(&b); err != nil {
		t.Fatal(err)
	}
	doc, err := stationxml.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	inv := n.Inventory()
	count := 0
	for _, net := range doc.Networks {
		for _, st := range net.Stations {
			for _, ch := range st.Channels {
				count++
				id := stationxml.ID(&net, &st, &ch)
				want, ok := inv.Channel(id, n.Scene().Start)
				if !ok {
					t.Fatalf("%s is not in the inventory", id)
				}
				if ch.Latitude != want.Latitude || ch.Longitude != want.Longitude || ch.ElevationM != want.ElevationM ||
					*ch.DipDeg != want.DipDeg || *ch.AzimuthDeg != want.AzimuthDeg || ch.SampleRateHz != want.RateHz {
					t.Errorf("%s: %+v, want %+v", id, ch, want)
				}
				// The stages multiply to the sensitivity, and the poles and zeros
				// are those of the simulator.
				gain := 1.0
				for _, s := range ch.Response.Stages {
					gain *= s.Gain.Value
				}
				if math.Abs(gain/want.Response.Sensitivity-1) > 1e-6 || ch.Response.Sensitivity.Value != want.Response.Sensitivity {
					t.Errorf("%s: stages give %g, sensitivity %g, want %g", id, gain, ch.Response.Sensitivity.Value, want.Response.Sensitivity)
				}
				pz := ch.Response.Stages[0].PolesZeros
				if diff := cmp.Diff(want.Response.PolesZeros, &response.PolesZeros{Zeros: pz.Zeros, Poles: pz.Poles, A0: pz.A0}); diff != "" {
					t.Errorf("%s: %s", id, diff)
				}
			}
		}
	}
	if count != 24 {
		t.Errorf("%d channels, want 24", count)
	}
}

func TestShippedScenes(t *testing.T) {
	if diff := cmp.Diff([]string{"demo", "hour40", "quiet", "teleseism"}, Scenes()); diff != "" {
		t.Error(diff)
	}
	for _, name := range Scenes() {
		sc, err := Load(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := NewNetwork(sc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if sc.Title == "" || len(sc.Expectations) == 0 {
			t.Errorf("%s: no title or no expectation", name)
		}
	}
	if _, err := Load("no such scene"); err == nil || !strings.Contains(err.Error(), "demo, hour40") {
		t.Errorf("a scene that is not there gives %v", err)
	}
	path := filepath.Join(t.TempDir(), "mine.scene")
	if err := os.WriteFile(path, []byte("network XH\nstation XH.A 1 2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err != nil {
		t.Error(err)
	}
}

// BenchmarkHour40 runs the first ten minutes of the yardstick scene.
func BenchmarkHour40(b *testing.B) {
	sc, err := Load("hour40")
	if err != nil {
		b.Fatal(err)
	}
	sc.Length = 10 * time.Minute
	n, err := NewNetwork(sc)
	if err != nil {
		b.Fatal(err)
	}
	samples := 0.0
	for b.Loop() {
		err := n.Each(b.Context(), func(d *Delivery) error {
			samples += 100 * d.End.SecondsSince(d.Start)
			_, err := io.Discard.Write(d.Record)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(samples/b.Elapsed().Seconds(), "samples/s")
}
