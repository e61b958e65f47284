package mseed_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/golden"
	"houfeng/mseed"
)

// packed returns records of samples that look like a station's.
func packed(tb testing.TB, e mseed.Encoding, length, n int) [][]byte {
	tb.Helper()
	p := mseed.Packer{
		ID:   fdsn.ID{Network: "XX", Station: "ABC", Location: "00", Channel: "HHZ"},
		Rate: 100, Encoding: e, RecordLength: length, TimingQuality: 100,
	}
	samples := golden.Waveform(1, n)
	if e == mseed.Int16 {
		for i := range samples {
			samples[i] /= 4
		}
	}
	out, err := p.Add(1_700_000_000e9, samples)
	if err != nil {
		tb.Fatal(err)
	}
	rest, err := p.Flush()
	if err != nil {
		tb.Fatal(err)
	}
	return append(out, rest...)
}

// recorded returns the records of a file of the shared data.
func recorded(tb testing.TB, set, name string) [][]byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(golden.Data(tb, set), name))
	if err != nil {
		tb.Fatal(err)
	}
	var out [][]byte
	for s := mseed.NewScanner(bytes.NewReader(b)); ; {
		r, err := s.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, bytes.Clone(r.Raw))
	}
}

// eachRecord runs f over records and reports bytes and samples per second.
func eachRecord(b *testing.B, recs [][]byte, f func(raw []byte) int) {
	b.Helper()
	total, samples, i := 0, 0, 0
	for _, raw := range recs {
		total += len(raw)
	}
	b.SetBytes(int64(total / len(recs)))
	b.ReportAllocs()
	for b.Loop() {
		samples += f(recs[i])
		if i++; i == len(recs) {
			i = 0
		}
	}
	b.ReportMetric(float64(samples)/b.Elapsed().Seconds()/1e6, "Msamples/s")
}

func parseOnly(b *testing.B) func(raw []byte) int {
	return func(raw []byte) int {
		r, err := mseed.Parse(raw)
		if err != nil {
			b.Fatal(err)
		}
		return r.Count
	}
}

func parseInts(b *testing.B) func(raw []byte) int {
	var dst []int32
	return func(raw []byte) int {
		r, err := mseed.Parse(raw)
		if err != nil {
			b.Fatal(err)
		}
		if dst, err = r.Ints(dst); err != nil {
			b.Fatal(err)
		}
		return len(dst)
	}
}

func parseFloats(b *testing.B) func(raw []byte) int {
	var dst []float64
	return func(raw []byte) int {
		r, err := mseed.Parse(raw)
		if err != nil {
			b.Fatal(err)
		}
		if dst, err = r.Floats(dst); err != nil {
			b.Fatal(err)
		}
		return len(dst)
	}
}

// Each includes Parse.
func BenchmarkParse(b *testing.B) { eachRecord(b, packed(b, mseed.Steim2, 512, 1e6), parseOnly(b)) }
func BenchmarkDecodeSteim2(b *testing.B) {
	eachRecord(b, packed(b, mseed.Steim2, 512, 1e6), parseInts(b))
}
func BenchmarkDecodeSteim2Floats(b *testing.B) {
	eachRecord(b, packed(b, mseed.Steim2, 512, 1e6), parseFloats(b))
}
func BenchmarkDecodeSteim1(b *testing.B) {
	eachRecord(b, packed(b, mseed.Steim1, 512, 1e6), parseInts(b))
}
func BenchmarkDecodeInt32(b *testing.B) {
	eachRecord(b, packed(b, mseed.Int32, 512, 1e6), parseInts(b))
}

// A real earthquake, IU.COLA, Steim-2; the records of acquisition measurements.
const cola = "seismic/bench-cola"

func BenchmarkColaParse(b *testing.B) {
	eachRecord(b, recorded(b, cola, "testdata-COLA-signal.mseed2"), parseOnly(b))
}
func BenchmarkColaInts(b *testing.B) {
	eachRecord(b, recorded(b, cola, "testdata-COLA-signal.mseed2"), parseInts(b))
}
func BenchmarkColaFloats(b *testing.B) {
	eachRecord(b, recorded(b, cola, "testdata-COLA-signal.mseed2"), parseFloats(b))
}
func BenchmarkColaInts3(b *testing.B) {
	eachRecord(b, recorded(b, cola, "testdata-COLA-signal.mseed3"), parseInts(b))
}

func BenchmarkScan(b *testing.B) {
	all := bytes.Join(packed(b, mseed.Steim2, 512, 1e6), nil)
	b.SetBytes(int64(len(all)))
	for b.Loop() {
		s := mseed.NewScanner(bytes.NewReader(all))
		for {
			if _, err := s.Next(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// Noise, in which every byte must be looked at.
func BenchmarkScanNoise(b *testing.B) {
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(i * i >> 3)
	}
	b.SetBytes(int64(len(noise)))
	for b.Loop() {
		for s := mseed.NewScanner(bytes.NewReader(noise)); ; {
			if _, err := s.Next(); err == io.EOF {
				break
			}
		}
	}
}

func BenchmarkPackSteim2(b *testing.B) { benchmarkPack(b, mseed.Steim2) }
func BenchmarkPackSteim1(b *testing.B) { benchmarkPack(b, mseed.Steim1) }

func benchmarkPack(b *testing.B, e mseed.Encoding) {
	samples := golden.Waveform(1, 100_000)
	p := mseed.Packer{ID: fdsn.ID{Network: "XX", Station: "ABC", Channel: "HHZ"}, Rate: 100, Encoding: e}
	start, total, out := int64(1_700_000_000e9), 0, 0
	for b.Loop() {
		recs, err := p.Add(start, samples)
		if err != nil {
			b.Fatal(err)
		}
		start += 1000e9
		total += len(samples)
		out += 512 * len(recs)
	}
	b.ReportMetric(float64(out)/b.Elapsed().Seconds()/1e6, "MB/s")
	b.ReportMetric(float64(total)/b.Elapsed().Seconds()/1e6, "Msamples/s")
}
