package httpd

import (
	"bytes"
	"os"
	"testing"

	"pgregory.net/rapid"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// goldenFrame is the message that the console's test reads too. Run with
// HOUFENG_UPDATE=1 to write it anew after a deliberate change of the format.
func goldenFrame() []byte {
	z := fdsn.ID{Network: "XX", Station: "HF01", Channel: "HNZ"}
	e := fdsn.ID{Network: "XX", Station: "LONGER", Location: "00", Channel: "HHE"}
	start := seis.TimeOf(1571117622810500000, false)
	b := appendFrameHeader(nil, 4, 7)
	b = appendSegment(b, z, start, 100, []float64{1, -2, 2147483647, -2147483648}, 0, flagRecent)
	b = appendSegment(b, z, start, 100, []float64{0.5, -0.25, 1e30}, 200, 0)
	b = appendSegment(b, z, start, 50, []float64{-1, 3, 9, 4}, 25, 0)
	return appendSegment(b, e, start, 100, []float64{0.5, -0.5}, 50, 0)
}

func TestFrameIsAsDocumented(t *testing.T) {
	const name = "testdata/frame.bin"
	got := goldenFrame()
	if os.Getenv("HOUFENG_UPDATE") != "" {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("frame is\n% x\nwant\n% x", got, want)
	}
	// The first segment by hand, field by field, from the table in frame.go.
	segment := []byte{
		1, 1, 4, 0, 7, 0, 0, 0,
		0xa0, 0xdb, 0xf9, 0x5f, 0x27, 0xbb, 0xcd, 0x15, // 1571117622810500000, by Python: struct.pack("<q", …)
		0, 0, 0, 0, 0, 0, 0x59, 0x40, // 100
		4, 0, 0, 0, 1, 1, 12, 0,
		'X', 'X', '.', 'H', 'F', '0', '1', '.', '.', 'H', 'N', 'Z',
		1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0x80,
	}
	if !bytes.HasPrefix(got, segment) {
		t.Errorf("frame begins\n% x\nwant\n% x", got[:len(segment)], segment)
	}
}

// Bins keep the extremes, cover every sample once, and stay under the rate
// asked for.
func TestBinsKeepExtremes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		samples := rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), 1, 300).Draw(t, "samples")
		factor := rapid.IntRange(1, 40).Draw(t, "factor")
		got := bins(samples, factor)
		if want := 2 * ((len(samples) + factor - 1) / factor); len(got) != want {
			t.Fatalf("%d values, want %d", len(got), want)
		}
		for i, v := range samples {
			if b := i / factor; v < got[2*b] || v > got[2*b+1] {
				t.Fatalf("sample %d is %g, outside its bin %g to %g", i, v, got[2*b], got[2*b+1])
			}
		}
		for i := 0; i < len(got); i += 2 {
			inside := samples[i/2*factor : min(len(samples), (i/2+1)*factor)]
			low, high := false, false
			for _, v := range inside {
				low, high = low || v == got[i], high || v == got[i+1]
			}
			if !low || !high {
				t.Fatalf("bin %d is %g to %g, which are not among its samples", i/2, got[i], got[i+1])
			}
		}
	})
}
