package mseed_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"houfeng/fdsn"
	"houfeng/mseed"
)

var update = flag.Bool("update", false, "write testdata anew")

// counts returns n samples made of integers alone, alike on every machine:
// mostly small steps, some large ones.
func counts(seed uint64, n int, encoding mseed.Encoding) []int32 {
	out, x := make([]int32, n), int32(0)
	for i := range out {
		seed = seed*6364136223846793005 + 1442695040888963407
		step := int32(seed>>32) >> (10 + 21*uint(i%40)/40 + uint(seed>>8&7)) // up to 22 bits, then ever smaller
		if x += step; x > 1<<27 || x < -1<<27 {
			x = 0
		}
		out[i] = x
		if encoding == mseed.Int16 {
			out[i] = int32(int16(x))
		}
	}
	return out
}

// packedCase is a stream packed in two runs with a gap between.
type packedCase struct {
	name   string
	p      mseed.Packer
	starts [2]int64
	runs   [2][]int32
}

func packedCases() []packedCase {
	var out []packedCase
	id := fdsn.ID{Network: "XX", Station: "ABC", Location: "00", Channel: "HHZ"}
	add := func(name string, p mseed.Packer, start int64) {
		p.ID = id
		c := packedCase{name: name, p: p}
		for i := range c.runs {
			c.runs[i] = counts(uint64(len(out)+10*i), 1500+700*i, p.Encoding)
		}
		gap := int64(float64(len(c.runs[0])+100) / p.Rate * 1e6)
		c.starts = [2]int64{start, start + gap*1000}
		out = append(out, c)
	}
	const start = 1772368496_789123000
	for _, e := range []mseed.Encoding{mseed.Steim1, mseed.Steim2, mseed.Int16, mseed.Int32} {
		for _, n := range []int{128, 512, 4096} {
			add(fmt.Sprintf("%v-%d", e, n), mseed.Packer{Rate: 100, Encoding: e, RecordLength: n, TimingQuality: 97}, start)
		}
	}
	for _, rate := range []float64{1.0 / 60, 0.1, 1, 31.25, 33.333, 250, 665.1416330443618, 1000, 40000, 999983} {
		add(fmt.Sprintf("rate-%.6g", rate), mseed.Packer{Rate: rate, Encoding: mseed.Steim2}, start)
	}
	add("locked-M", mseed.Packer{Rate: 100, Encoding: mseed.Steim2, ClockLocked: true, Quality: 'M', TimingQuality: 100}, start)
	add("1969", mseed.Packer{Rate: 20, Encoding: mseed.Steim1}, -86400e9+1000)
	add("midnight", mseed.Packer{Rate: 100, Encoding: mseed.Steim1}, 1767225599_999999000)
	return out
}

// pack returns the records, and the line that packed.py should print.
func (c packedCase) pack(t *testing.T) ([]byte, string) {
	t.Helper()
	var recs [][]byte
	for i, start := range c.starts {
		out, err := c.p.Add(start, c.runs[i])
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		recs = append(recs, out...)
	}
	out, err := c.p.Flush()
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	file := bytes.Join(append(recs, out...), nil)

	quality, length, flags := "D", 512, 0
	if c.p.Quality != 0 {
		quality = string(c.p.Quality)
	}
	if c.p.RecordLength != 0 {
		length = c.p.RecordLength
	}
	if c.p.ClockLocked {
		flags = 32
	}
	r, err := mseed.Parse(file)
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	if math.Abs(r.Rate/c.p.Rate-1) > 1e-6 {
		t.Errorf("%s: rate %v", c.name, r.Rate)
	}
	line := fmt.Sprintf("%s.mseed\t%x", c.name, sha256.Sum256(file))
	for i, start := range c.starts {
		h := sha256.New()
		for _, v := range c.runs[i] {
			binary.Write(h, binary.LittleEndian, float64(v))
		}
		line += fmt.Sprintf("\t%v %d %.9g %d %s %s %d %d %d %x", c.p.ID, start, r.Rate, len(c.runs[i]), quality,
			strings.ToUpper(strings.ReplaceAll(c.p.Encoding.String(), "-", "")), length, c.p.TimingQuality, flags, h.Sum(nil))
	}
	return file, line
}

// What Packer writes, ObsPy reads to the same samples, times and flags. The
// table holds what ObsPy said of exactly these bytes; with HOUFENG_OBSPY set to
// a Python that has ObsPy it is asked again.
func TestPackedObsPy(t *testing.T) {
	dir, table := t.TempDir(), "testdata/oracle/packed_obspy.tsv"
	want := map[string]string{}
	for _, c := range packedCases() {
		file, line := c.pack(t)
		want[c.name+".mseed"] = line
		if err := os.WriteFile(filepath.Join(dir, c.name+".mseed"), file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	compare := func(who string, said []byte) {
		t.Helper()
		got := map[string]string{}
		for line := range strings.Lines(string(said)) {
			if name, _, ok := strings.Cut(line, "\t"); ok && line[0] != '#' {
				got[name] = strings.TrimSuffix(line, "\n")
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("packed here (-), %s read (+):\n%s", who, d)
		}
	}
	if python := os.Getenv("HOUFENG_OBSPY"); python != "" {
		cmd := exec.Command(python, "testdata/oracle/packed.py", dir)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		said, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s packed.py: %v\n%s", python, err, stderr.String())
		}
		compare("ObsPy", said)
		if *update && !t.Failed() {
			if err := os.WriteFile(table, said, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	said, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	compare(table, said)
}
