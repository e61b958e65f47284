package mseed_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"testing/iotest"

	"houfeng/fdsn"
	"houfeng/internal/golden"
	"houfeng/mseed"
)

func seeds(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.raw)
	}
}

// Parse either errs or returns a record that lies within the input, reads
// alike when it stands alone, and decodes without panic.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		b = sealed(b)
		orig := bytes.Clone(b)
		r, err := mseed.Parse(b)
		if !bytes.Equal(orig, b) {
			t.Fatal("the input was changed")
		}
		if err != nil {
			if !reflect.ValueOf(r).IsZero() {
				t.Fatalf("%v with a record", err)
			}
			if errors.Is(err, mseed.ErrShort) && len(b) >= mseed.MaxRecordLength+1<<16 {
				t.Fatalf("%v of %d bytes", err, len(b))
			}
			return
		}
		checkParsed(t, b, r)
	})
}

// sealed gives a version 3 record the checksum of its bytes, without which no
// change to one would get past it. One in 256 is left as it is.
func sealed(b []byte) []byte {
	if len(b) < 40 || string(b[:3]) != "MS\x03" || b[28] == 0 {
		return b
	}
	le := binary.LittleEndian
	total := 40 + uint64(b[33]) + uint64(le.Uint16(b[34:])) + uint64(le.Uint32(b[36:]))
	if total > uint64(len(b)) {
		return b
	}
	b = bytes.Clone(b)
	clear(b[28:32])
	le.PutUint32(b[28:], crc32.Checksum(b[:total], crc32.MakeTable(crc32.Castagnoli)))
	return b
}

func checkParsed(t *testing.T, b []byte, r mseed.Record) {
	t.Helper()
	n := len(r.Raw)
	if n > len(b) || n < 40 || n > mseed.MaxRecordLength || &r.Raw[0] != &b[0] || cap(r.Raw) != n {
		t.Fatalf("raw of %d bytes, capacity %d, of %d", n, cap(r.Raw), len(b))
	}
	if len(r.Payload) > n || r.Count < 0 || math.IsNaN(r.Rate) || math.IsInf(r.Rate, 0) || r.Rate < 0 || r.EndNS() < r.StartNS {
		t.Fatalf("%+v", r)
	}
	if r.TimingQuality < -1 || r.TimingQuality > 100 || r.ID.Check() != nil {
		t.Fatalf("%+v", r)
	}
	again, err := mseed.Parse(bytes.Clone(r.Raw))
	if err != nil || !reflect.DeepEqual(again, r) {
		t.Fatalf("alone: %+v, %v, want %+v", again, err, r)
	}
	floats, ferr := r.Floats(nil)
	ints, ierr := r.Ints(nil)
	if ferr == nil && len(floats) != r.Count || ierr == nil && len(ints) != r.Count || len(ints) > r.Count || len(floats) > r.Count {
		t.Fatalf("%d and %d samples, want %d", len(floats), len(ints), r.Count)
	}
	if r.Encoding != mseed.Float32 && r.Encoding != mseed.Float64 {
		if (ierr == nil) != (ferr == nil) || len(ints) != len(floats) {
			t.Fatalf("%v, but %v", ierr, ferr)
		}
		for i := range ints {
			if float64(ints[i]) != floats[i] {
				t.Fatalf("sample %d: %d and %v", i, ints[i], floats[i])
			}
		}
	}
	if errors.Is(ferr, mseed.ErrIntegrity) && len(floats) != r.Count {
		t.Fatalf("%v with %d samples, want %d", ferr, len(floats), r.Count)
	}
}

// The scanner covers any input with records and skipped bytes, and finds the
// same however it is read.
func FuzzScanner(f *testing.F) {
	seeds(f)
	var all []byte
	for _, v := range vectors(f) {
		if len(all) < 8000 {
			all = append(append(all, v.raw...), "noise"...)
		}
	}
	f.Add(all)
	type event struct {
		offset, length int64
		reason         string
		control        int64
	}
	scan := func(t *testing.T, r io.Reader, size int) (out []event) {
		s, at := mseed.NewScanner(r), int64(0)
		for {
			rec, err := s.Next()
			var skip *mseed.SkipError
			e := event{offset: s.Offset(), length: int64(len(rec.Raw)), control: s.ControlHeaders()}
			switch {
			case errors.As(err, &skip):
				e.offset, e.length, e.reason = skip.Offset, skip.Length, skip.Reason
			case err == io.EOF:
				if at != int64(size) && s.ControlHeaders() == 0 {
					t.Fatalf("ends at %d of %d", at, size)
				}
				return out
			case err != nil:
				t.Fatal(err)
			default:
				checkParsed(t, rec.Raw, rec)
			}
			if e.length <= 0 || e.offset < at || e.offset+e.length > int64(size) || e.offset > at && e.control == 0 {
				t.Fatalf("%+v after %d", e, at)
			}
			at = e.offset + e.length
			out = append(out, e)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		want := scan(t, bytes.NewReader(b), len(b))
		got := scan(t, iotest.HalfReader(iotest.DataErrReader(bytes.NewReader(b))), len(b))
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("in halves %+v, whole %+v", got, want)
		}
	})
}

// Any samples survive Steim, in records of any length.
func FuzzSteim(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff, 0x80, 0, 0, 0}, uint8(0), uint8(0))
	f.Add(bytes.Repeat([]byte{1, 2, 3, 5, 8, 13, 21}, 100), uint8(7), uint8(30))
	f.Fuzz(func(t *testing.T, b []byte, form, narrow uint8) {
		samples := make([]int32, 0, len(b)/4)
		for ; len(b) >= 4; b = b[4:] {
			samples = append(samples, int32(binary.BigEndian.Uint32(b))>>(narrow%32))
		}
		p := mseed.Packer{
			ID:   fdsn.ID{Network: "XX", Station: "ABC", Channel: "HHZ"},
			Rate: 100, Encoding: mseed.Steim1 + mseed.Encoding(form&1), RecordLength: 128 << (form >> 1 % 8),
		}
		recs, err := p.Add(0, samples)
		if err != nil {
			t.Fatal(err)
		}
		rest, err := p.Flush()
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, raw := range append(recs, rest...) {
			r, err := mseed.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.Ints(nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.StartNS != int64(at)*10_000_000 {
				t.Fatalf("start %d of sample %d", r.StartNS, at)
			}
			for _, v := range got {
				if at == len(samples) || v != samples[at] {
					t.Fatalf("sample %d: %d of %v", at, v, samples)
				}
				at++
			}
		}
		if at != len(samples) {
			t.Fatalf("%d samples, want %d", at, len(samples))
		}
	})
}

// Every prefix of the shared files, and every byte of them turned over.
func TestParseDamaged(t *testing.T) {
	paths, _ := filepath.Glob(filepath.Join(golden.Data(t, "seismic/mseed-torture"), "obspy", "encoding", "*"))
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for n := range len(b) {
			if r, err := mseed.Parse(b[:n]); err == nil {
				checkParsed(t, b[:n], r)
			}
			c := bytes.Clone(b)
			c[n] ^= 0xff
			if r, err := mseed.Parse(c); err == nil {
				checkParsed(t, c, r)
			}
		}
	}
}
