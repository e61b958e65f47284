package intensity

import (
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"sort"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/engine/bus"
	"houfeng/internal/science/response"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

// fakeWindows holds traces, of which those before now are there.
type fakeWindows struct {
	traces map[fdsn.ID][]seis.Trace
	now    seis.Time // zero: everything
}

func (w *fakeWindows) add(t seis.Trace) {
	if w.traces == nil {
		w.traces = map[fdsn.ID][]seis.Trace{}
	}
	ts := w.traces[t.ID]
	if n := len(ts); n > 0 && math.Abs(t.Start.SecondsSince(ts[n-1].End()))*t.Rate < 0.5 {
		ts[n-1].Samples = append(ts[n-1].Samples, t.Samples...)
		return
	}
	w.traces[t.ID] = append(ts, t)
}

func (w *fakeWindows) Window(id fdsn.ID, start, end seis.Time) []seis.Trace {
	if !w.now.IsZero() && w.now.Before(end) {
		end = w.now
	}
	var out []seis.Trace
	for _, t := range w.traces[id] {
		a := max(0, int(math.Ceil(start.SecondsSince(t.Start)*t.Rate-1e-6)))
		b := min(len(t.Samples), int(math.Ceil(end.SecondsSince(t.Start)*t.Rate-1e-6)))
		if a < b {
			out = append(out, seis.Trace{ID: id, Start: t.Time(a), Rate: t.Rate, Samples: append([]float64(nil), t.Samples[a:b]...)})
		}
	}
	return out
}

func (w *fakeWindows) Streams(station string) []fdsn.ID {
	var ids []fdsn.ID
	for id := range w.traces {
		if id.StationID() == station {
			ids = append(ids, id)
		}
	}
	sort.Slice(ids, func(i, j int) bool { return fdsn.Compare(ids[i], ids[j]) < 0 })
	return ids
}

// readRecords reads all miniSEED files below dir.
func readRecords(t testing.TB, dir string) []mseed.Record {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.mseed"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no miniSEED in %s: %v", dir, err)
	}
	var out []mseed.Record
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		sc := mseed.NewScanner(f)
		for {
			r, err := sc.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			out = append(out, r.Clone())
		}
		f.Close()
	}
	return out
}

func windowsOf(t testing.TB, recs []mseed.Record) *fakeWindows {
	t.Helper()
	w := &fakeWindows{}
	for _, r := range recs {
		x, err := r.Floats(nil)
		if err != nil {
			t.Fatal(err)
		}
		w.add(seis.Trace{ID: r.ID, Start: seis.TimeOf(r.StartNS, false), Rate: r.Rate, Samples: x})
	}
	return w
}

// listen collects what the stage says.
func listen(t testing.TB, b bus.Bus) *[]bus.EventIntensities {
	t.Helper()
	var got []bus.EventIntensities
	if err := bus.Handle(b, bus.Intensities, "test", func(_ context.Context, e bus.EventIntensities) error {
		got = append(got, e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return &got
}

func say[T any](t testing.TB, b bus.Bus, topic bus.Topic[T], v T) {
	t.Helper()
	if err := bus.Publish(context.Background(), b, topic, "", "", v); err != nil {
		t.Fatal(err)
	}
}

const perGal = 4000.0 // counts of the made-up accelerometers

func channel(id string, az, dip float64, in response.Unit) seis.Channel {
	fid, err := fdsn.Parse(id)
	if err != nil {
		panic(err)
	}
	return seis.Channel{ID: fid, Latitude: 30, Longitude: 104, AzimuthDeg: az, DipDeg: dip, RateHz: 100,
		Response: &response.Response{Input: in, Sensitivity: perGal * 100, FrequencyHz: 1}}
}

func accelerometer(station string) []seis.Channel {
	return []seis.Channel{
		channel("XX."+station+"..HNZ", 0, -90, response.Acceleration),
		channel("XX."+station+"..HNN", 0, 0, response.Acceleration),
		channel("XX."+station+"..HNE", 90, 0, response.Acceleration),
	}
}

func sortRecords(rs []mseed.Record) {
	sort.SliceStable(rs, func(i, j int) bool { return rs[i].EndNS() < rs[j].EndNS() })
}
