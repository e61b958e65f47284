package acquire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/golden"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

var hhz = fdsn.ID{Network: "XX", Station: "ABC", Location: "00", Channel: "HHZ"}

func at(t testing.TB, s string) seis.Time {
	t.Helper()
	v, err := seis.ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// pack returns the records of samples of one stream.
func pack(t testing.TB, p mseed.Packer, start seis.Time, samples []int32) [][]byte {
	t.Helper()
	out, err := p.Add(start.Nanos(), samples)
	if err != nil {
		t.Fatal(err)
	}
	rest, err := p.Flush()
	if err != nil {
		t.Fatal(err)
	}
	return append(out, rest...)
}

func steim2(id fdsn.ID) mseed.Packer {
	return mseed.Packer{ID: id, Rate: 100, Encoding: mseed.Steim2, TimingQuality: 100}
}

func TestJudgeAccepts(t *testing.T) {
	start := at(t, "2026-03-01T12:00:00.123456Z")
	raw := pack(t, steim2(hhz), start, golden.Waveform(1, 200))[0]
	arrived := start.AddSeconds(3)
	rec, v, reason := NewJudge(JudgeOptions{Live: true}).Judge(raw, arrived)
	if v != seis.Accepted || reason != "" || rec == nil {
		t.Fatalf("%v, %q", v, reason)
	}
	h, err := mseed.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if rec.ID != hhz || rec.Start != start || rec.Rate != 100 || rec.Count != h.Count || rec.Arrived != arrived || rec.Serial != 0 {
		t.Errorf("record %+v", rec)
	}
	if want := fmt.Sprintf("%x", rec.Digest); len(want) != 64 || !bytes.Equal(rec.Raw(), raw) || &rec.Raw()[0] != &raw[0] {
		t.Errorf("raw and digest %s", want)
	}
}

func TestJudgeRefuses(t *testing.T) {
	start := at(t, "2026-03-01T12:00:00Z")
	arrived := start.AddSeconds(10)
	good := pack(t, steim2(hhz), start, golden.Waveform(1, 200))[0]
	change := func(f func(b []byte)) []byte {
		b := bytes.Clone(good)
		f(b)
		return b
	}
	float := func(v float32) []byte {
		p := steim2(hhz)
		p.Encoding = mseed.Int32
		b := pack(t, p, start, []int32{1, 2, 3})[0]
		b[52] = byte(mseed.Float32)
		for i := range 3 {
			binary.BigEndian.PutUint32(b[64+4*i:], math.Float32bits(v))
		}
		return b
	}
	text, err := mseed.TextRecord(hhz, start.Nanos(), []byte("clock locked"), 512, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string // want: in the reason; "" if accepted
		raw        []byte
		live       bool
		arrived    seis.Time
	}{
		{name: "good", raw: good, live: true},
		{name: "empty", raw: nil, want: "no miniSEED record"},
		{name: "web page", raw: []byte("<html>503 Service Unavailable</html>"), want: "no miniSEED record"},
		{name: "cut off", raw: good[:400], want: "more bytes needed"},
		{name: "two at once", raw: append(bytes.Clone(good), good...), want: "a record of 512 bytes and 512 bytes more"},
		{name: "hour 25", raw: change(func(b []byte) { b[24] = 25 }), want: "hour at 24: 25"},
		{name: "log", raw: text, want: "no time series"},
		{name: "text with a rate", raw: change(func(b []byte) { b[52] = 0 }), want: "no time series"},
		{name: "no rate", raw: change(func(b []byte) { b[32], b[33] = 0, 0 }), want: "no time series"},
		{name: "10 MHz", raw: change(func(b []byte) { b[32], b[33], b[34], b[35] = 0x27, 0x10, 0x03, 0xe8 }), want: "above 100000 Hz"},
		{name: "30000² s", raw: change(func(b []byte) { copy(b[32:], []byte{0x8a, 0xd0, 0x8a, 0xd0}) }), want: "more than a year"},
		{name: "no samples", raw: change(func(b []byte) { b[30], b[31] = 0, 0 }), want: "no samples"},
		{name: "1969", raw: change(func(b []byte) { b[20], b[21] = 0x07, 0xb1 }), want: "is before 1970-01-02"},
		{name: "1970-01-01", raw: change(func(b []byte) { copy(b[20:], []byte{0x07, 0xb2, 0, 1}) }), want: "is before 1970-01-02"},
		{name: "59 s ahead", raw: good, live: true, arrived: start.AddSeconds(-59)},
		{name: "61 s ahead", raw: good, live: true, arrived: start.AddSeconds(-61), want: "61.0 s after arrival, more than 60 s"},
		{name: "61 s ahead in a file", raw: good, arrived: start.AddSeconds(-61)},
		{name: "CDSN", raw: change(func(b []byte) { b[52] = 16; b[31] = 9; b[30] = 0 }), want: "encoding not supported"},
		{name: "no such code", raw: change(func(b []byte) { b[64] |= 0x02; b[76] = 0xff }), want: "no such code"},
		{name: "last sample", raw: change(func(b []byte) { b[75] ^= 1 }), want: "reverse integration constant"},
		{name: "float", raw: float(1.5)},
		{name: "NaN", raw: float(float32(math.NaN())), want: "sample 0 is NaN"},
		{name: "infinite", raw: float(float32(math.Inf(-1))), want: "sample 0 is -Inf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			when := c.arrived
			if when.IsZero() {
				when = arrived
			}
			rec, v, reason := NewJudge(JudgeOptions{Live: c.live}).Judge(c.raw, when)
			if c.want == "" {
				if v != seis.Accepted || rec == nil {
					t.Fatalf("%v, %q, want accepted", v, reason)
				}
				return
			}
			if v != seis.Refused || rec != nil || !strings.Contains(reason, c.want) {
				t.Fatalf("%v, %q, want refused with %q", v, reason, c.want)
			}
		})
	}
}

func TestJudgeKeepsMismatchIfTold(t *testing.T) {
	raw := pack(t, steim2(hhz), at(t, "2026-03-01T12:00:00Z"), golden.Waveform(1, 200))[0]
	raw[75] ^= 1
	if _, v, reason := NewJudge(JudgeOptions{KeepMismatch: true}).Judge(raw, seis.Time{}); v != seis.Accepted {
		t.Fatalf("%v, %q", v, reason)
	}
}

func TestJudgeDuplicates(t *testing.T) {
	const digests = 8
	recs := pack(t, steim2(hhz), at(t, "2026-03-01T12:00:00Z"), golden.Waveform(2, 20000))
	if len(recs) < 3*digests {
		t.Fatalf("%d records are too few", len(recs))
	}
	j := NewJudge(JudgeOptions{Digests: digests, Streams: 2})
	judge := func(raw []byte, want seis.Verdict) {
		t.Helper()
		if _, v, reason := j.Judge(raw, seis.Time{}); v != want {
			t.Fatalf("%v, %q, want %v", v, reason, want)
		}
	}
	for i, raw := range recs {
		judge(raw, seis.Accepted)
		for k := max(0, i-digests+1); k <= i; k++ {
			judge(bytes.Clone(recs[k]), seis.Duplicate)
		}
	}
	judge(recs[0], seis.Accepted) // forgotten

	// One bit makes another record, and what was refused is not remembered.
	other := bytes.Clone(recs[len(recs)-1])
	other[6] = 'Q'
	judge(other, seis.Accepted)
	bad := bytes.Clone(recs[1])
	bad[75] ^= 1
	judge(bad, seis.Refused)
	judge(bad, seis.Refused)

	// Of two streams the one heard last stays when a third comes.
	second, third := hhz, hhz
	second.Channel, third.Channel = "HHN", "HHE"
	b := pack(t, steim2(second), at(t, "2026-03-01T12:00:00Z"), golden.Waveform(3, 100))[0]
	c := pack(t, steim2(third), at(t, "2026-03-01T12:00:00Z"), golden.Waveform(3, 100))[0]
	judge(b, seis.Accepted)
	judge(recs[2], seis.Accepted)
	judge(c, seis.Accepted)
	judge(recs[2], seis.Duplicate)
	judge(c, seis.Duplicate)
	judge(b, seis.Accepted)

	j = NewJudge(JudgeOptions{})
	j.Remember(other)
	j.Remember([]byte("nothing"))
	judge(other, seis.Duplicate)
}

func TestDigestSet(t *testing.T) {
	var s digestSet
	want := map[uint64]bool{}
	x := uint64(0)
	for i := range 5000 {
		d := x
		if i%3 == 0 {
			d &= 0xff // collide
		}
		if d != 1 { // 0 and 1 share a slot
			if s.has(d) != want[d] {
				t.Fatalf("%d: has(%d) = %v", i, d, s.has(d))
			}
			s.add(d)
			want[d] = true
		}
		x = x*6364136223846793005 + 1442695040888963407
	}
	for d := range want {
		if !s.has(d) {
			t.Fatalf("%d is lost", d)
		}
	}
	if s.count != len(want) {
		t.Fatalf("count %d, want %d", s.count, len(want))
	}
}

func BenchmarkJudge(b *testing.B) {
	recs := pack(b, steim2(hhz), at(b, "2026-03-01T12:00:00Z"), golden.Waveform(2, 1_000_000))
	b.SetBytes(int64(len(recs[0])))
	b.ReportAllocs()
	j, i := NewJudge(JudgeOptions{}), 0
	for b.Loop() {
		if i == len(recs) {
			j, i = NewJudge(JudgeOptions{}), 0
		}
		if _, v, reason := j.Judge(recs[i], seis.Time{}); v != seis.Accepted {
			b.Fatal(v, reason)
		}
		i++
	}
}
