package magnitude

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"sort"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

// recordings are traces in memory, readable up to avail: seis.Windows for tests.
type recordings struct {
	traces map[fdsn.ID][]seis.Trace
	avail  seis.Time // zero: everything
	reads  int       // samples handed out
}

func (r *recordings) add(t seis.Trace) {
	if r.traces == nil {
		r.traces = map[fdsn.ID][]seis.Trace{}
	}
	r.traces[t.ID] = append(r.traces[t.ID], t)
}

func (r *recordings) Window(id fdsn.ID, start, end seis.Time) []seis.Trace {
	if !r.avail.IsZero() && r.avail.Before(end) {
		end = r.avail
	}
	var out []seis.Trace
	for _, t := range r.traces[id] {
		from := max(0, int(math.Ceil(start.SecondsSince(t.Start)*t.Rate-1e-6)))
		to := min(len(t.Samples), int(math.Ceil(end.SecondsSince(t.Start)*t.Rate-1e-6)))
		if from < to {
			r.reads += to - from
			out = append(out, seis.Trace{ID: id, Start: t.Time(from), Rate: t.Rate, Samples: append([]float64(nil), t.Samples[from:to]...)})
		}
	}
	return out
}

func (r *recordings) Streams(station string) []fdsn.ID {
	var ids []fdsn.ID
	for id := range r.traces {
		if id.StationID() == station {
			ids = append(ids, id)
		}
	}
	sort.Slice(ids, func(i, j int) bool { return fdsn.Compare(ids[i], ids[j]) < 0 })
	return ids
}

// readFolder reads the miniSEED files of a folder, joining records.
func readFolder(t testing.TB, dir string) *recordings {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.mseed"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no miniSEED in %s: %v", dir, err)
	}
	r := &recordings{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		var tr seis.Trace
		for sc := mseed.NewScanner(f); ; {
			rec, err := sc.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			x, err := rec.Floats(nil)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			start := seis.TimeOf(rec.StartNS, rec.Leap)
			if len(tr.Samples) > 0 && (start.SecondsSince(tr.End()) > 0.5/tr.Rate || start.SecondsSince(tr.End()) < -0.5/tr.Rate) {
				r.add(tr)
				tr = seis.Trace{}
			}
			if len(tr.Samples) == 0 {
				tr = seis.Trace{ID: rec.ID, Start: start, Rate: rec.Rate}
			}
			tr.Samples = append(tr.Samples, x...)
		}
		f.Close()
		if len(tr.Samples) > 0 {
			r.add(tr)
		}
	}
	return r
}
