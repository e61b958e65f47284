package mseed

import (
	"slices"
	"testing"

	"houfeng/fdsn"
	"pgregory.net/rapid"
)

var testID = fdsn.ID{Network: "XX", Station: "TEST", Location: "00", Channel: "HHZ"}

// Whatever is packed, in whatever pieces, comes out again, in time.
func TestPackerRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Packer{
			ID: testID, Rate: rapid.SampledFrom([]float64{1, 20, 100, 200, 31.25, 33.333, 1.0 / 60, 0.1, 1000, 40000}).Draw(t, "rate"),
			Encoding:      rapid.SampledFrom([]Encoding{Steim1, Steim2, Int32, Int16}).Draw(t, "encoding"),
			RecordLength:  1 << rapid.IntRange(7, 12).Draw(t, "length"),
			TimingQuality: rapid.IntRange(0, 100).Draw(t, "timing"),
			ClockLocked:   rapid.Bool().Draw(t, "locked"),
		}
		bitsOf := rapid.IntRange(1, 31).Draw(t, "bits")
		if p.Encoding == Int16 {
			bitsOf = min(bitsOf, 15)
		}
		samples := rapid.SliceOfN(rapid.Int32Range(-1<<bitsOf, 1<<bitsOf-1), 1, 3000).Draw(t, "samples")
		start := rapid.Int64Range(0, 4e9).Draw(t, "start")*1e9 + rapid.Int64Range(0, 999999).Draw(t, "micro")*1000

		var recs [][]byte
		for rest, at := samples, 0; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			out, err := p.Add(start+spanNS(at, p.Rate), rest[:n])
			if err != nil {
				t.Fatal(err)
			}
			recs, rest, at = append(recs, out...), rest[n:], at+n
		}
		out, err := p.Flush()
		if err != nil {
			t.Fatal(err)
		}
		recs = append(recs, out...)

		var got, buf []int32
		for i, raw := range recs {
			r, err := Parse(raw)
			if err != nil {
				t.Fatalf("record %d: %v", i, err)
			}
			if len(raw) != p.RecordLength || len(r.Raw) != len(raw) || r.ID != p.ID || r.Encoding != p.Encoding || r.TimingQuality != p.TimingQuality || r.ClockLocked() != p.ClockLocked {
				t.Fatalf("record %d: %+v", i, r)
			}
			if e := r.Rate/p.Rate - 1; e > 1e-6 || e < -1e-6 {
				t.Fatalf("rate %v, want %v", r.Rate, p.Rate)
			}
			if d := r.StartNS - (start + spanNS(len(got), p.Rate)); d > 501 || d < -501 {
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
