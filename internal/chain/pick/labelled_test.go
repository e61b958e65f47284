package pick

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/chain"
	"houfeng/internal/golden"
	"houfeng/internal/seis"
)

// labelled is one three-component record with an analyst's P and S.
type labelled struct {
	name     string
	channels []string
	data     [][]float64 // by channel
	itp, its int         // samples, 100 Hz
}

// The labelled records of the Northern California Earthquake Data Center that
// PhaseNet's authors publish as a sample (Zhu & Beroza 2019): P and S of 154
// records, 100 Hz, P at sample 3000. The test states how many onsets are found,
// how many are not there, and how far off they are; the bounds are a little
// below what is measured (docs/results.md).
func TestLabelledPicks(t *testing.T) {
	dir := golden.Data(t, "seismic/picks-ncedc-phasenet")
	records := readLabelled(t, dir)
	var p, s score
	false_ := 0
	for _, r := range records {
		picks := pickAll(r)
		nearP, nearS := math.Inf(1), math.Inf(1)
		for _, k := range picks {
			at := k.Time.SecondsSince(seis.Time{}) * 100
			switch k.Phase {
			case seis.P:
				if d := (at - float64(r.itp)) / 100; math.Abs(d) < math.Abs(nearP) {
					nearP = d
				}
				if at < float64(r.itp)-50 {
					false_++
				}
			case seis.S:
				if d := (at - float64(r.its)) / 100; math.Abs(d) < math.Abs(nearS) {
					nearS = d
				}
			}
		}
		p.add(nearP)
		if len(r.data) == 3 {
			s.add(nearS)
		}
		if testing.Verbose() && (math.Abs(nearP) > 0.5 || len(r.data) == 3 && math.Abs(nearS) > 0.5) {
			t.Logf("%-40s P %+6.2f  S %+6.2f  (S−P %.2f s)", r.name, nearP, nearS, float64(r.its-r.itp)/100)
		}
	}
	t.Logf("P of %d: %s; earlier than P %d", len(records), p.String(), false_)
	t.Logf("S of %d three-component: %s", len(s.d), s.String())
	if got := p.within(0.1); got < 0.70 {
		t.Errorf("P within 0.1 s: %.2f, want at least 0.70", got)
	}
	if got := p.within(0.5); got < 0.85 {
		t.Errorf("P within 0.5 s: %.2f, want at least 0.85", got)
	}
	if got := s.within(0.5); got < 0.60 {
		t.Errorf("S within 0.5 s: %.2f, want at least 0.60", got)
	}
	if false_ > 25 {
		t.Errorf("%d picks before P in %d records of 30 s noise each", false_, len(records))
	}
}

type score struct{ d []float64 }

func (s *score) add(d float64) { s.d = append(s.d, d) }

func (s *score) within(tol float64) float64 {
	n := 0
	for _, d := range s.d {
		if math.Abs(d) <= tol {
			n++
		}
	}
	return float64(n) / float64(len(s.d))
}

func (s *score) String() string {
	var in []float64
	var sum, sq float64
	for _, d := range s.d {
		if math.Abs(d) <= 0.5 {
			in = append(in, d)
			sum += d
			sq += d * d
		}
	}
	slices.Sort(in)
	n := float64(len(in))
	return fmt.Sprintf("within 0.1 s %.3f, 0.5 s %.3f; residual %+.0f ± %.0f ms, median %+.0f ms",
		s.within(0.1), s.within(0.5), 1e3*sum/n, 1e3*math.Sqrt(sq/n-sum*sum/n/n), 1e3*in[len(in)/2])
}

// pickAll runs the station processor over a record, a second at a time.
func pickAll(r labelled) []seis.Pick {
	st := NewStation(Options{})
	var out []seis.Pick
	emit := func(v any) {
		if p, ok := v.(seis.Pick); ok {
			out = append(out, p)
		}
	}
	n := len(r.data[0])
	for i := 0; i < n; i += 100 {
		e := min(i+100, n)
		for k, c := range r.channels {
			start := seis.TimeOf(int64(i)*1e7, false)
			st.Packet(&chain.Packet{Record: &seis.Record{ID: fdsn.ID{Network: "XX", Station: "A", Channel: c}, Start: start, Rate: 100, Count: e - i},
				Start: start, Rate: 100, Samples: r.data[k][i:e], Gap: i == 0}, emit)
		}
		st.Tick(seis.TimeOf(int64(e)*1e7, false), emit)
	}
	return out
}

func readLabelled(t *testing.T, dir string) []labelled {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "waveform.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []labelled
	for _, row := range rows[1:] {
		r := labelled{name: row[0]}
		r.itp, _ = strconv.Atoi(row[1])
		r.its, _ = strconv.Atoi(row[2])
		all := readNPZ(t, filepath.Join(dir, "npz", row[0]))
		names := strings.Split(row[3], "_")
		for i, c := range names {
			if len(names) == 1 {
				i = 2 // PhaseNet puts a lone vertical third
			}
			if slices.ContainsFunc(all[i], func(v float64) bool { return v != 0 }) {
				r.channels, r.data = append(r.channels, c), append(r.data, all[i])
			}
		}
		if len(r.data) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// readNPZ reads data.npy (n × 3 float64) of a NumPy archive as three columns.
func readNPZ(t *testing.T, path string) [3][]float64 {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("data.npy")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b, []byte("\x93NUMPY\x01")) || !bytes.Contains(b[:128], []byte("<f8")) {
		t.Fatalf("%s: not the array expected", path)
	}
	b = b[10+int(binary.LittleEndian.Uint16(b[8:])):]
	var out [3][]float64
	for i := 0; i+24 <= len(b); i += 24 {
		for c := range 3 {
			out[c] = append(out[c], math.Float64frombits(binary.LittleEndian.Uint64(b[i+8*c:])))
		}
	}
	return out
}
