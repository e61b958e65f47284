package ring

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"

	"houfeng/internal/engine/seglog"
)

// FuzzItem: any payload decodes to a record that encodes to the same bytes, or
// to an error.
func FuzzItem(f *testing.F) {
	for _, it := range golden() {
		f.Add(appendItem(nil, &it))
	}
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{255}, itemHead))
	f.Fuzz(func(t *testing.T, payload []byte) {
		it, err := decodeItem(seglog.Frame{Number: 7, Kind: kindRecord, Payload: payload}, newIDTable())
		if err != nil {
			return
		}
		if again := appendItem(nil, &it); !bytes.Equal(again, payload) {
			t.Fatalf("decoded and encoded again:\n%x, was\n%x", again, payload)
		}
	})
}

// FuzzNumbers: any file NUMBERS decodes to what encodes to the same bytes, or
// to an error.
func FuzzNumbers(f *testing.F) {
	n := &numbers{reserved: 100, asOf: 64, floor: 3, counts: map[stationKey]uint64{{"XX", "STA"}: 9, {"", "A"}: 1}}
	f.Add(n.encode())
	f.Add((&numbers{}).encode())
	f.Add([]byte("HOUFENG-RING NUMBERS 1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		decodeNumbers(b)
		// Past the checksum, which a fuzzer does not find.
		n, err := decodeNumbers(withSum(b))
		if err != nil {
			return
		}
		again, err := decodeNumbers(n.encode())
		if err != nil || again.reserved != n.reserved || again.asOf != n.asOf || again.floor != n.floor || len(again.counts) != len(n.counts) {
			t.Fatalf("%+v became %+v, %v", n, again, err)
		}
	})
}

// FuzzStreams: any section of an index is taken or refused.
func FuzzStreams(f *testing.F) {
	s := newSummary()
	for i, it := range golden() {
		it.Sequence = uint64(i)
		s.add(1, &it)
	}
	r := File{core: core{sum: s}}
	f.Add(r.sections(1)[0].Data)
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		if err := decodeParts(b, newIDTable(), func(streamKey, part) { n++ }); err == nil && n > len(b)/38 {
			t.Fatalf("%d streams in %d bytes", n, len(b))
		}
	})
}

func withSum(b []byte) []byte {
	if len(b) < 4 {
		return b
	}
	b = bytes.Clone(b[:len(b)-4])
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}
