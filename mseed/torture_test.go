package mseed_test

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"houfeng/internal/golden"
	"houfeng/mseed"
)

// told is what one reader found of a stream in a file.
type told struct {
	startNS int64
	rate    float64
	count   int
	digest  string // of the samples as float64
}

// oracle reads a table of testdata/oracle: by file, by stream. A file that the
// other reader gave up on has no streams.
func oracle(t *testing.T, name string) map[string]map[string]told {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata/oracle", name))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]told{}
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if out[f[0]] == nil {
			out[f[0]] = map[string]told{}
		}
		if f[1] == "error" {
			continue
		}
		start, err1 := strconv.ParseInt(f[2], 10, 64)
		rate, err2 := strconv.ParseFloat(f[3], 64)
		n, err3 := strconv.Atoi(f[4])
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(line, err)
		}
		out[f[0]][f[1]] = told{start, rate, n, f[5]}
	}
	return out
}

// found is what the scanner finds in a file, by stream, and what it says of
// the rest. name gives the stream's name.
func found(t *testing.T, path string, name func(r *mseed.Record) string) (map[string]told, []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var (
		out     = map[string]told{}
		digests = map[string]hash.Hash{}
		notes   []string
		samples []float64
		word    [8]byte
	)
	for s := mseed.NewScanner(f); ; {
		r, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			notes = append(notes, err.Error())
			continue
		}
		if samples, err = r.Floats(samples); err != nil {
			notes = append(notes, fmt.Sprintf("record at %d: %v", s.Offset(), err))
		}
		id := name(&r)
		st, ok := out[id]
		if !ok {
			st.startNS, st.rate = r.StartNS, r.Rate
			digests[id] = sha256.New()
		}
		st.startNS = min(st.startNS, r.StartNS)
		st.count += r.Count
		out[id] = st
		for _, v := range samples {
			binary.LittleEndian.PutUint64(word[:], math.Float64bits(v))
			digests[id].Write(word[:])
		}
	}
	for id, st := range out {
		st.digest = fmt.Sprintf("%x", digests[id].Sum(nil))
		out[id] = st
	}
	return out, notes
}

// Every odd and broken file reads to what ObsPy and libmseed read, or to a
// clean error; where we differ from them on purpose stands here.
func TestTorture(t *testing.T) {
	data := filepath.Dir(filepath.Dir(golden.Data(t, "seismic/mseed-torture")))
	golden.Data(t, "seismic/bench-cola")
	const notDecoded = "samples: the encoding is not decoded here"
	differs := map[string]string{
		"CDSN_encoding.mseed":                                  notDecoded,
		"DWWSSN_encoding.mseed":                                notDecoded,
		"GEOSCOPE16_4_encoding.mseed":                          notDecoded,
		"SRO_encoding.mseed":                                   notDecoded,
		"testdata-encoding-CDSN.mseed2":                        notDecoded,
		"testdata-encoding-DWWSSN.mseed2":                      notDecoded,
		"testdata-encoding-GEOSCOPE-16bit-3exp-encoded.mseed2": notDecoded,
		"testdata-encoding-SRO.mseed2":                         notDecoded,
		"testdata-invalid-blockette-offsets.mseed2":            "stream: a chain of blockettes that leads nowhere is refused, also behind blockette 1000",
		"infinite-loop.mseed":                                  "broken: it breaks in the second record, and readers go on at different places",
		"gecko_non_ascii_header.ms":                            "stream: a code that is not ASCII is refused, not cut down to what is",
	}
	for _, c := range []struct {
		table string
		name  func(r *mseed.Record) string
	}{
		{"torture_obspy.tsv", func(r *mseed.Record) string { return r.ID.String() }},
		{"torture_libmseed.tsv", func(r *mseed.Record) string { return r.ID.SourceID() }},
	} {
		compared, files := 0, 0
		for path, streams := range oracle(t, c.table) {
			got, notes := found(t, filepath.Join(data, path), c.name)
			files++
			base := filepath.Base(path)
			if len(got) == 0 && len(notes) == 0 {
				t.Errorf("%s: neither a record nor a word about it", path)
			}
			for id, want := range streams {
				g := got[id]
				compared++
				why := differs[base]
				if strings.HasPrefix(why, "samples") {
					g.digest, want.digest = "", ""
				}
				if math.Abs(g.rate-want.rate) <= 1e-9*want.rate {
					g.rate = want.rate
				}
				if strings.HasPrefix(why, "stream") {
					if g != (told{}) {
						t.Errorf("%s %s: %+v, but %s", path, id, g, why)
					}
				} else if g != want && !strings.HasPrefix(why, "broken") {
					t.Errorf("%s %s: %+v, %s has %+v; %q", path, id, g, c.table, want, notes)
				}
			}
			if len(streams) > 0 && len(got) > len(streams) && differs[base] == "" {
				t.Errorf("%s: %d streams, %s has %d", path, len(got), c.table, len(streams))
			}
		}
		t.Logf("%s: %d files, %d streams compared", c.table, files, compared)
		if files < 120 || compared < 100 {
			t.Errorf("%s: only %d files and %d streams", c.table, files, compared)
		}
	}
}

// What is broken is said, and where.
func TestTortureNotes(t *testing.T) {
	data := golden.Data(t, "seismic/mseed-torture")
	for path, want := range map[string][]string{
		"obspy/brokenlastrecord.mseed":                       {`skip 2206 bytes at 4096: parse record: header at 0: "\nzBޠJ\v\xe4", want "MS\x03" or six digits and quality D, R, Q or M`},
		"obspy/corrupt_one_extra_byte_at_end.mseed":          {"skip 1 bytes at 512: parse record: header: 1 bytes, want 40: more bytes needed"},
		"libmseed/testdata-invalid-blockette-offsets.mseed2": {"skip 1536 bytes at 0: parse miniSEED 2: blockette offset at 46: 40, want 0 or at least 48"},
		"obspy/gecko_non_ascii_header.ms":                    {`skip 512 bytes at 0: parse miniSEED 2: location code at 13: "\xf0A", want letters and digits`},
		"obspy/steim2.mseed":                                 nil,
	} {
		_, notes := found(t, filepath.Join(data, path), func(r *mseed.Record) string { return r.ID.String() })
		if !slices.Equal(notes, want) {
			t.Errorf("%s: %q, want %q", path, notes, want)
		}
	}
}
