package mseed

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"houfeng/fdsn"
	"pgregory.net/rapid"
)

var testID = fdsn.ID{Network: "XX", Station: "TEST", Location: "00", Channel: "HHZ"}

const testStart = 1_772_368_496_789_123_000 // 2026-03-01T12:34:56.789123Z

// rough returns n samples whose differences have from 1 to about bits bits,
// now small, now large.
func rough(r *rand.Rand, n, bits int) []int32 {
	out, x, width := make([]int32, n), int64(0), 1
	for i := range out {
		if r.IntN(10) == 0 {
			width = 1 + r.IntN(bits)
		}
		x += r.Int64N(1<<width) - 1<<(width-1)
		out[i] = int32(x)
	}
	return out
}

// packAll adds samples in pieces of random lengths and flushes.
func packAll(t interface{ Fatal(...any) }, p *Packer, start int64, samples []int32, r *rand.Rand) [][]byte {
	var recs [][]byte
	for at := 0; at < len(samples); {
		n := min(1+r.IntN(1+r.IntN(2000)), len(samples)-at)
		out, err := p.Add(start+spanNS(at, p.Rate), samples[at:at+n])
		if err != nil {
			t.Fatal(err)
		}
		recs, at = append(recs, out...), at+n
	}
	out, err := p.Flush()
	if err != nil {
		t.Fatal(err)
	}
	return append(recs, out...)
}

// Whatever is packed, in whatever pieces, comes out again, in time; and the
// pieces make no difference to the records, where their starts are whole
// nanoseconds.
func TestPackerRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Packer{
			ID: testID, Rate: rapid.SampledFrom([]float64{1, 20, 100, 200, 31.25, 33.333, 1.0 / 60, 0.1, 1000, 40000, 665.14163}).Draw(t, "rate"),
			Encoding:      rapid.SampledFrom([]Encoding{Steim1, Steim2, Int32, Int16}).Draw(t, "encoding"),
			RecordLength:  1 << rapid.IntRange(8, 16).Draw(t, "length"),
			TimingQuality: rapid.IntRange(0, 100).Draw(t, "timing"),
			ClockLocked:   rapid.Bool().Draw(t, "locked"),
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		samples := rough(r, rapid.IntRange(1, 20000).Draw(t, "samples"), rapid.IntRange(1, 33).Draw(t, "bits"))
		if p.Encoding == Int16 {
			for i := range samples {
				samples[i] = int32(int16(samples[i]))
			}
		}
		q := p
		recs := packAll(t, &p, testStart, samples, r)
		whole := packAll(t, &q, testStart, samples, rand.New(rand.NewPCG(1, 1)))
		if math.Mod(1e9, p.Rate) == 0 && !slices.EqualFunc(recs, whole, bytes.Equal) {
			t.Fatal("other pieces make other records")
		}

		var got, buf []int32
		for i, raw := range recs {
			r, err := Parse(raw)
			if err != nil {
				t.Fatalf("record %d: %v", i, err)
			}
			if len(raw) != p.RecordLength || len(r.Raw) != len(raw) || r.ID != p.ID || r.Encoding != p.Encoding || r.TimingQuality != p.TimingQuality || r.ClockLocked() != p.ClockLocked {
				t.Fatalf("record %d: %+v", i, r)
			}
			if math.Abs(r.Rate/p.Rate-1) > 1e-6 {
				t.Fatalf("rate %v, want %v", r.Rate, p.Rate)
			}
			if d := r.StartNS - (testStart + spanNS(len(got), p.Rate)); d > 501 || d < -501 {
				t.Fatalf("record %d starts %d ns off", i, d)
			}
			if buf, err = r.Ints(buf); err != nil {
				t.Fatalf("record %d: %v", i, err)
			}
			got = append(got, buf...)
		}
		if !slices.Equal(got, samples) {
			t.Fatalf("%d samples came back, want %d", len(got), len(samples))
		}
	})
}

func TestPackerGap(t *testing.T) {
	const step = 10_000_000 // ns, 100 Hz
	for _, c := range []struct {
		name  string
		off   int64 // of the second piece from where it should start
		parts int   // records
	}{
		{"none", 0, 1}, {"4.9 ms late", 4_900_000, 1}, {"4.9 ms early", -4_900_000, 1},
		{"5.1 ms late", 5_100_000, 2}, {"5.1 ms early", -5_100_000, 2}, {"a sample missing", step, 2}, {"a day", 86400e9, 2}, {"back", -100 * step, 2},
	} {
		for _, e := range []Encoding{Steim1, Steim2, Int32} {
			p := Packer{ID: testID, Rate: 100, Encoding: e}
			first, err := p.Add(testStart, []int32{1, 2, 3})
			if err != nil {
				t.Fatal(err)
			}
			second, err := p.Add(testStart+3*step+c.off, []int32{4, 5, 6, 7})
			if err != nil {
				t.Fatal(err)
			}
			rest, _ := p.Flush()
			recs := slices.Concat(first, second, rest)
			if len(recs) != c.parts || len(second) != c.parts-1 {
				t.Fatalf("%s, %v: %d records, %d of them at the gap", c.name, e, len(recs), len(second))
			}
			if c.parts == 2 {
				r, err := Parse(recs[1])
				if err != nil || r.StartNS != testStart+3*step+c.off || r.Count != 4 {
					t.Errorf("%s, %v: %d samples from %d, %v", c.name, e, r.Count, r.StartNS, err)
				}
				if d := r.Payload[12]; e == Steim1 && d != 0 {
					t.Errorf("%s: first difference %d after a gap", c.name, d)
				}
			}
		}
	}
}

// The first difference of a record leads from the last sample of the one
// before, as the SEED manual wants.
func TestPackerDifferencesContinue(t *testing.T) {
	samples := rough(rand.New(rand.NewPCG(3, 3)), 5000, 12)
	p := Packer{ID: testID, Rate: 100, Encoding: Steim1}
	at := 0
	for i, raw := range packAll(t, &p, testStart, samples, rand.New(rand.NewPCG(4, 4))) {
		r, err := Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		var diffs [frameMost + 8]int32
		var words [16]uint32
		for k := range words {
			words[k] = uint32(r.Payload[4*k])<<24 | uint32(r.Payload[4*k+1])<<16 | uint32(r.Payload[4*k+2])<<8 | uint32(r.Payload[4*k+3])
		}
		unpack1(&diffs, &words, words[0]<<6, 3)
		want := int32(0)
		if i > 0 {
			want = samples[at] - samples[at-1]
		}
		if diffs[0] != want {
			t.Fatalf("record %d: first difference %d, want %d", i, diffs[0], want)
		}
		at += r.Count
	}
}

// A jump that a word cannot hold begins a record; nothing wraps around.
func TestPackerJump(t *testing.T) {
	samples := []int32{0, 1, 2, 1 << 29, 1<<29 + 1, math.MinInt32, math.MaxInt32, math.MaxInt32, 0, -1 << 29, 0}
	// −2^29 and 2^29−1 fit 30 bits, 2^29 does not.
	checkJump(t, Steim2, samples, []int{5, 1, 2, 2, 1})
	checkJump(t, Steim1, samples, []int{5, 1, 5})
}

func checkJump(t *testing.T, e Encoding, samples []int32, want []int) {
	t.Helper()
	p := Packer{ID: testID, Rate: 100, Encoding: e}
	var got []int32
	var counts []int
	for _, raw := range packAll(t, &p, testStart, samples, rand.New(rand.NewPCG(1, 1))) {
		r, err := Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		s, err := r.Ints(nil)
		if err != nil {
			t.Fatal(err)
		}
		got, counts = append(got, s...), append(counts, len(s))
	}
	if !slices.Equal(got, samples) || !slices.Equal(counts, want) {
		t.Errorf("%v in records of %v, want %v", got, counts, want)
	}
}

func TestPackerSequence(t *testing.T) {
	p := Packer{ID: testID, Rate: 100, Encoding: Int32, RecordLength: 128, sequence: 999997}
	recs, err := p.Add(testStart, make([]int32, 16*4))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, raw := range recs {
		r, err := Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Sequence())
	}
	if want := []string{"999998", "999999", "000001", "000002"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestPackerErrors(t *testing.T) {
	good := Packer{ID: testID, Rate: 100, Encoding: Steim2}
	for want, change := range map[string]func(p *Packer){
		"station code":                          func(p *Packer) { p.ID.Station = "LONGER" },
		"channel code":                          func(p *Packer) { p.ID.Channel = "B_GNSS_X" },
		"not a letter":                          func(p *Packer) { p.ID.Network = "X " },
		"rate 0":                                func(p *Packer) { p.Rate = 0 },
		"rate NaN":                              func(p *Packer) { p.Rate = math.NaN() },
		"rate 1e+12":                            func(p *Packer) { p.Rate = 1e12 },
		"want int16, int32, Steim-1 or Steim-2": func(p *Packer) { p.Encoding = Float32 },
		"text, want":                            func(p *Packer) { p.Encoding = Text },
		"record length 500":                     func(p *Packer) { p.RecordLength = 500 },
		"record length 64":                      func(p *Packer) { p.RecordLength = 64 },
		"record length 131072":                  func(p *Packer) { p.RecordLength = 1 << 17 },
		"needs a blockette 100":                 func(p *Packer) { p.RecordLength, p.Rate = 128, 665.14163 },
		"quality 'X'":                           func(p *Packer) { p.Quality = 'X' },
		"timing quality 101":                    func(p *Packer) { p.TimingQuality = 101 },
		"timing quality -2":                     func(p *Packer) { p.TimingQuality = -2 },
		"does not fit int16":                    func(p *Packer) { p.Encoding = Int16 },
	} {
		p := good
		change(&p)
		if _, err := p.Add(testStart, []int32{1, 40000}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if out, _ := p.Flush(); len(out) != 0 {
			t.Errorf("%q left %d records behind", want, len(out))
		}
	}
	for _, start := range []int64{math.MinInt64, math.MaxInt64, -2_208_988_800_000_000_001, 4_133_980_800e9} {
		p := good
		if _, err := p.Add(start, []int32{1}); err == nil || !strings.Contains(err.Error(), "want 1900 to 2100") {
			t.Errorf("start %d: %v", start, err)
		}
	}
	p := good
	if _, err := p.Add(testStart, []int32{1, 2}); err != nil {
		t.Fatal(err)
	}
	p.Rate = 50
	if _, err := p.Add(testStart, []int32{3}); err == nil || !strings.Contains(err.Error(), "before Flush") {
		t.Errorf("another rate: %v", err)
	}
	out, err := p.Flush()
	if err != nil || len(out) != 1 {
		t.Fatal(len(out), err)
	}
	if r, err := Parse(out[0]); err != nil || r.Rate != 100 || r.Count != 2 {
		t.Errorf("%v Hz, %d samples, %v", r.Rate, r.Count, err)
	}
	if _, err := p.Add(testStart, []int32{3}); err != nil {
		t.Errorf("another rate after Flush: %v", err)
	}
}

func TestPackerWithoutTimingQuality(t *testing.T) {
	p := Packer{ID: testID, Rate: 100, Encoding: Steim2, TimingQuality: -1}
	recs := packAll(t, &p, testStart, []int32{1, 2}, rand.New(rand.NewPCG(1, 1)))
	r, err := Parse(recs[0])
	if err != nil || r.TimingQuality != -1 || r.StartNS != testStart-23_000 {
		t.Errorf("quality %d, start %d: %v", r.TimingQuality, r.StartNS, err)
	}
}

func TestTextRecord(t *testing.T) {
	text := bytes.Repeat([]byte("<seedlink/>\r\n"), 40)[:448]
	raw, err := TextRecord(testID, testStart, text, 512, 7)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Parse(raw)
	if err != nil || r.Encoding != Text || r.Rate != 0 || r.Count != 448 || r.ID != testID || r.Sequence() != "000007" || !bytes.Equal(r.Payload, text) {
		t.Errorf("%+v, %v", r, err)
	}
	for _, c := range []struct{ length, text int }{{512, 449}, {128, 65}, {100, 1}} {
		if _, err := TextRecord(testID, testStart, make([]byte, c.text), c.length, 1); err == nil {
			t.Errorf("%d bytes of text in %d: no error", c.text, c.length)
		}
	}
}

// A header counts to 65535 and no further.
func TestPackerMost(t *testing.T) {
	for _, e := range []Encoding{Steim1, Steim2} {
		p := Packer{ID: testID, Rate: 100, Encoding: e, RecordLength: 65536}
		total, samples := 0, make([]int32, 200_000)
		for i := range samples {
			samples[i] = int32(i / 11 % 5)
		}
		for i, raw := range packAll(t, &p, testStart, samples, rand.New(rand.NewPCG(1, 1))) {
			r, err := Parse(raw)
			if err != nil || r.Count > 65535 || e == Steim2 && i == 0 && r.Count < 65535-7 {
				t.Fatalf("%v: %d samples, %v", e, r.Count, err)
			}
			if _, err := r.Ints(nil); err != nil {
				t.Fatal(err)
			}
			if want := testStart + spanNS(total, 100); r.StartNS/1000 != want/1000 {
				t.Fatalf("%v: start %d, want %d", e, r.StartNS, want)
			}
			total += r.Count
		}
		if total != 200_000 {
			t.Errorf("%v: %d samples", e, total)
		}
	}
}
