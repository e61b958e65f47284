package mseed

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// events scans input and tells what was found, a line each. It checks that
// records, skipped bytes and control headers cover the input without overlap.
func events(t interface {
	Helper()
	Fatalf(string, ...any)
}, r io.Reader, size int) []string {
	t.Helper()
	var out []string
	s, at, control := NewScanner(r), int64(0), int64(0)
	for {
		rec, err := s.Next()
		from, n := s.Offset(), int64(len(rec.Raw))
		var skip *SkipError
		if errors.As(err, &skip) {
			from, n = skip.Offset, skip.Length
			if n <= 0 {
				t.Fatalf("skip of %d bytes", n)
			}
		} else if err != nil {
			from, n = int64(size), 0
		}
		if from < at || from > at && s.ControlHeaders() == control {
			t.Fatalf("at %d, after bytes up to %d: %v", from, at, err)
		}
		at, control = from+n, s.ControlHeaders()
		if err == nil {
			out = append(out, fmt.Sprintf("record %d+%d v%d %v %d", from, n, rec.Version, rec.ID, rec.Count))
			continue
		}
		out = append(out, err.Error())
		if skip == nil {
			return append(out, fmt.Sprintf("%d control headers", control))
		}
	}
}

// record3 makes a version 3 record of integers.
func record3(sid string, samples ...int32) []byte {
	b := make([]byte, header3Length, 256)
	copy(b, "MS\x03")
	le := binary.LittleEndian
	le.PutUint16(b[8:], 2026)
	le.PutUint16(b[10:], 60)
	b[15] = byte(Int32)
	le.PutUint64(b[16:], 0x4059000000000000) // 100.0
	le.PutUint32(b[24:], uint32(len(samples)))
	b[33] = byte(len(sid))
	le.PutUint32(b[36:], uint32(4*len(samples)))
	b = append(b, sid...)
	for _, v := range samples {
		b = le.AppendUint32(b, uint32(v))
	}
	le.PutUint32(b[28:], crc32.Checksum(b, castagnoli))
	return b
}

// record2of makes a version 2 record of the given length.
func record2of(t testing.TB, length int, samples ...int32) []byte {
	t.Helper()
	p := Packer{ID: testID, Rate: 100, Encoding: Int32, RecordLength: length}
	if _, err := p.Add(1_772_368_496e9, samples); err != nil {
		t.Fatal(err)
	}
	out, err := p.Flush()
	if err != nil || len(out) != 1 {
		t.Fatal(len(out), err)
	}
	return out[0]
}

// bare is a Steim-1 record of 512 bytes without blockettes.
func bare(t testing.TB) []byte {
	t.Helper()
	p := Packer{ID: testID, Rate: 100, Encoding: Steim1}
	out, err := p.Add(1_772_368_496e9, make([]int32, 1000))
	if err != nil || len(out) == 0 {
		t.Fatal(len(out), err)
	}
	b := out[0]
	clear(b[46:64])
	b[39] = 0
	return b
}

// volume is the control headers of a small SEED volume with records of 2^e bytes.
func volume(e int) []byte {
	var b []byte
	for _, head := range []string{
		fmt.Sprintf("000001V 010009502.4%02d2026,001,00:00:00.0000~", e),
		"000002A 0300234Geophysical~", "000003A*and so on", "000004S 0500098ABC  +4", "000005T 0740084ABC  ",
	} {
		h := bytes.Repeat([]byte{' '}, 1<<e)
		copy(h, head)
		if e > 9 {
			copy(h[512:], "000009S 050 in a comment, where no record ends")
		}
		b = append(b, h...)
	}
	return b
}

func TestScanner(t *testing.T) {
	r2, r3 := record2of(t, 256, 1, 2, 3), record3("FDSN:XX_ABC_00_H_H_Z", 4, 5)
	long := record2of(t, 65536, 1, 2, 3)
	noise := bytes.Repeat([]byte("noise "), 20)
	badHour := bytes.Clone(r2)
	badHour[24] = 99
	const nothing = `, want "MS\x03" or six digits and quality D, R, Q or M`
	two := func(at, n int) string { return fmt.Sprintf("record %d+%d v2 XX.TEST.00.HHZ 3", at, n) }
	three := func(at int) string { return fmt.Sprintf("record %d+68 v3 XX.ABC.00.HHZ 2", at) }
	plain := func(at int) string {
		return fmt.Sprintf("record %d+512 v2 XX.TEST.00.HHZ %d", at, binary.BigEndian.Uint16(bare(t)[30:]))
	}
	none := "0 control headers"
	if len(r3) != 68 {
		t.Fatal(len(r3))
	}
	for _, c := range []struct {
		name  string
		input [][]byte
		want  []string
	}{
		{"empty", nil, []string{"EOF", none}},
		{"one", [][]byte{r2}, []string{two(0, 256), "EOF", none}},
		{"mixed", [][]byte{r2, r3, long, r3, r2}, []string{two(0, 256), three(256), two(324, 65536), three(65860), two(65928, 256), "EOF", none}},
		{"noise around", [][]byte{noise, r2, noise, r3, noise}, []string{
			`skip 120 bytes at 0: parse record: header at 0: "noise no"` + nothing, two(120, 256),
			`skip 120 bytes at 376: parse record: header at 0: "noise no"` + nothing, three(496),
			`skip 120 bytes at 564: parse record: header at 0: "noise no"` + nothing, "EOF", none}},
		{"all noise", [][]byte{bytes.Repeat(noise, 5000)}, []string{`skip 600000 bytes at 0: parse record: header at 0: "noise no"` + nothing, "EOF", none}},
		{"zeros", [][]byte{make([]byte, 100000), r2}, []string{`skip 100000 bytes at 0: parse record: header at 0: "\x00\x00\x00\x00\x00\x00\x00\x00"` + nothing, two(100000, 256), "EOF", none}},
		{"truncated", [][]byte{r2, r2[:255]}, []string{two(0, 256), "skip 255 bytes at 256: parse record: miniSEED 2 record: 255 bytes, want 256: more bytes needed", "EOF", none}},
		// Version 2 has no checksum: what is missing is taken from the next record.
		{"truncated in the middle", [][]byte{r2[:200], r2, r2}, []string{two(0, 256), `skip 200 bytes at 256: parse record: header at 0: "\x03\xe9\x00\x00\x00\x00\x00\x00"` + nothing, two(456, 256), "EOF", none}},
		{"truncated, then version 3", [][]byte{long[:30000], r3}, []string{
			"skip 30000 bytes at 0: parse record: miniSEED 2 record: 30068 bytes, want 65536: more bytes needed", three(30000), "EOF", none}},
		{"broken records in a row are one run", [][]byte{badHour, badHour, r2}, []string{"skip 512 bytes at 0: parse miniSEED 2: hour at 24: 99, want 0 to 23", two(512, 256), "EOF", none}},
		{"crc", [][]byte{r3[:67], {1}, r3}, []string{fmt.Sprintf("skip 68 bytes at 0: parse miniSEED 3: crc at 28: %#08x, want %#08x of the bytes",
			binary.LittleEndian.Uint32(r3[28:]), func() uint32 {
				b := bytes.Clone(r3)
				clear(b[28:32])
				b[67] = 1
				return crc32.Checksum(b, castagnoli)
			}()), three(68), "EOF", none}},
		{"no blockette 1000", [][]byte{bare(t), bare(t), r2, bare(t)}, []string{
			plain(0), plain(512), two(1024, 256), plain(1280), "EOF", none}},
		{"volume", [][]byte{volume(12), r2, volume(8), r3}, []string{two(5*4096, 256), three(5*4096 + 256 + 5*256), "EOF", "10 control headers"}},
		{"control headers without a volume", [][]byte{volume(9)[512:], r2}, []string{two(2048, 256), "EOF", "4 control headers"}},
		{"volume cut off", [][]byte{volume(12)[:5000]}, []string{"EOF", "2 control headers"}},
		{"no control header", [][]byte{[]byte("000001S ome text, and more of it that is long enough to be looked at"), r2}, []string{
			`skip 68 bytes at 0: parse record: header at 0: "000001S "` + nothing, two(68, 256), "EOF", none}},
		{"noise before a volume that begins at the end of a read", [][]byte{noise[:41], volume(8), r2}, []string{
			`skip 41 bytes at 0: parse record: header at 0: "noise no"` + nothing, two(41+5*256, 256), "EOF", "5 control headers"}},
		{"continuation of nothing", [][]byte{[]byte("000001A*"), noise, r2}, []string{
			`skip 128 bytes at 0: parse record: header at 0: "000001A*"` + nothing, two(128, 256), "EOF", none}},
		{"noise before a volume", [][]byte{noise[:13], volume(8), r2}, []string{
			`skip 13 bytes at 0: parse record: header at 0: "noise no"` + nothing, two(13+5*256, 256), "EOF", "5 control headers"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			input := bytes.Join(c.input, nil)
			for name, r := range map[string]io.Reader{
				"whole":    bytes.NewReader(input),
				"halves":   iotest.HalfReader(bytes.NewReader(input)),
				"bytes":    iotest.OneByteReader(bytes.NewReader(input)),
				"eof late": iotest.DataErrReader(bytes.NewReader(input)),
			} {
				got := events(t, r, len(input))
				if d := cmp.Diff(c.want, got); d != "" {
					t.Errorf("%s: (-want +got)\n%s", name, d)
				}
			}
		})
	}
}

// However pieces follow each other and however the input is read, the scanner
// finds the same, and covers the input.
func TestScannerAnyOrder(t *testing.T) {
	pieces := [][]byte{
		record2of(t, 128, 1, 2), record2of(t, 4096, 1), record3("FDSN:XX_ABC_00_H_H_Z", 4, 5), record3("FDSN:XX_A__B_H_Z"),
		bare(t), bare(t)[:300], record2of(t, 512, 1)[:100], volume(8), volume(8)[256:700], []byte("noise"), []byte("M"), []byte("MS\x03"), []byte("000001D"),
		[]byte("000001V 010"), {0}, make([]byte, 300), bytes.Repeat([]byte("0"), 50),
	}
	rapid.Check(t, func(t *rapid.T) {
		var input []byte
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(pieces)-1), 0, 30).Draw(t, "pieces") {
			input = append(input, pieces[i]...)
		}
		want := events(t, bytes.NewReader(input), len(input))
		seed := rapid.Uint64().Draw(t, "cuts")
		got := events(t, &cutReader{bytes.NewReader(input), rand.New(rand.NewPCG(seed, 0))}, len(input))
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("whole (-), in pieces (+):\n%s", d)
		}
	})
}

// cutReader reads a random number of bytes at a time.
type cutReader struct {
	r io.Reader
	n *rand.Rand
}

func (c *cutReader) Read(b []byte) (int, error) {
	return c.r.Read(b[:min(len(b), c.n.IntN(600))])
}

func TestScannerReaderFails(t *testing.T) {
	r2 := record2of(t, 256, 1, 2, 3)
	broken := errors.New("disk on fire")
	s := NewScanner(io.MultiReader(bytes.NewReader(r2), bytes.NewReader(r2[:100]), iotest.ErrReader(broken)))
	if _, err := s.Next(); err != nil {
		t.Fatal(err)
	}
	var skip *SkipError
	if _, err := s.Next(); !errors.As(err, &skip) || skip.Length != 100 {
		t.Fatalf("%v, want the bytes before the failure", err)
	}
	for range 3 {
		if _, err := s.Next(); err != broken {
			t.Fatalf("%v, want %v", err, broken)
		}
	}
	s = NewScanner(readerFunc(func([]byte) (int, error) { return 0, nil }))
	if _, err := s.Next(); err != io.ErrNoProgress {
		t.Errorf("%v from a reader that gives nothing", err)
	}
	s = NewScanner(readerFunc(func(b []byte) (int, error) { return len(b) + 1, nil }))
	if _, err := s.Next(); err == nil {
		t.Error("a reader that returns too much")
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// A record is given out as soon as its bytes are there: a live stream does not
// wait for what follows.
func TestScannerDoesNotWait(t *testing.T) {
	r2, r3 := record2of(t, 256, 1, 2, 3), record3("FDSN:XX_ABC_00_H_H_Z", 4, 5)
	parts := [][]byte{r2, r3, r2}
	given := 0
	s := NewScanner(readerFunc(func(b []byte) (int, error) {
		if given == len(parts) {
			return 0, io.EOF
		}
		given++
		return copy(b, parts[given-1]), nil
	}))
	for i := range parts {
		if _, err := s.Next(); err != nil || given != i+1 {
			t.Fatalf("record %d: %v after %d reads", i, err, given)
		}
	}
}

// A header that claims the most is read in bounded memory, and the record that
// Next returned stays whole until the next call.
func TestScannerMemory(t *testing.T) {
	large := record3("FDSN:XX_ABC_00_H_H_Z", make([]int32, (MaxRecordLength-100)/4)...)
	small := record2of(t, 256, 1, 2, 3)
	s := NewScanner(io.MultiReader(bytes.NewReader(small), bytes.NewReader(large), bytes.NewReader(small), bytes.NewReader(make([]byte, 1<<20)), bytes.NewReader(large)))
	for _, want := range [][]byte{small, large, small, nil, large} {
		r, err := s.Next()
		if want == nil {
			if err == nil {
				t.Fatal("zeros are no record")
			}
			continue
		}
		if err != nil || !bytes.Equal(r.Raw, want) {
			t.Fatalf("%d bytes, want %d: %v", len(r.Raw), len(want), err)
		}
		c := r.Clone()
		if !bytes.Equal(c.Raw, r.Raw) || !bytes.Equal(c.Payload, r.Payload) || &c.Raw[0] == &r.Raw[0] {
			t.Fatal("clone differs")
		}
		if len(s.buf) > scanMost {
			t.Fatalf("buffer of %d bytes", len(s.buf))
		}
	}
}
