package ring

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"houfeng/fdsn"
	"houfeng/internal/engine/clock"
	"houfeng/internal/seis"
)

var update = flag.Bool("update", false, "write the golden files of a format version that has none")

// golden is a ring of two stations, both formats, a leap second and codes of
// every length.
func golden() []Item {
	at := func(sec float64) seis.Time { return seis.TimeOf(1483228798e9, false).AddSeconds(sec) }
	raw := func(b byte) []byte { return bytes.Repeat([]byte{b, 'R', 'A', 'W'}, 50) }
	a := fdsn.ID{Network: "XX", Station: "STA", Location: "00", Channel: "HHZ"}
	b := fdsn.ID{Network: "NETWORK8", Station: "STATION8", Location: "LOCATIO8", Channel: "B_H_Z"}
	c := fdsn.ID{Station: "A", Channel: "LOG"}
	return []Item{
		{ID: a, Start: at(0), End: at(1), Format: '2', Raw: raw(1)},
		{ID: b, Start: at(1), End: seis.TimeOf(1483228800_500000000, true), Format: '3', Raw: raw(2)},
		{ID: a, Start: seis.TimeOf(1483228800_000000000, true), End: at(2), Format: '2', Raw: raw(3)},
		{ID: c, Start: at(-3600), End: at(-3600), Format: '2', Raw: []byte{0}},
		{ID: a, Start: at(2), End: at(3), Format: '3', Raw: raw(4)},
		{ID: b, Start: at(2), End: at(3), Format: '3', Raw: raw(5)},
	}
}

func writeGolden(t *testing.T, dir string) {
	t.Helper()
	salt := uint64(0x5eed)
	c := clock.NewVirtual(seis.TimeOf(1483228810e9, false))
	r, err := Open(dir, Options{SegmentBytes: 900, Reserve: 64, Clock: c, salt: func() (uint64, error) { salt++; return salt, nil }})
	if err != nil {
		t.Fatal(err)
	}
	for i, it := range golden() {
		if _, err := r.Append(it); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Second)
		if i%2 == 1 {
			if err := r.Sync(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

const golden1 = "testdata/v1"

// TestGoldenReads: rings of version 1 stay readable. The folder is copied, since
// an open ring belongs to its process.
func TestGoldenReads(t *testing.T) {
	if *update {
		if _, err := os.Stat(golden1); err == nil {
			t.Fatalf("%s exists; files of a released version are not written again", golden1)
		}
		writeGolden(t, golden1)
		os.Remove(filepath.Join(golden1, "LOCK"))
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(golden1)); err != nil {
		t.Fatal(err)
	}
	r, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var want []Item
	sequence := map[string]uint64{}
	for i, it := range golden() {
		sequence[it.ID.Station]++
		it.Position, it.Sequence = uint64(i+1), sequence[it.ID.Station]
		want = append(want, it)
	}
	var got []Item
	for len(got) < len(want) {
		items, err := r.Read(context.Background(), uint64(len(got)), 100)
		if err != nil || len(items) == 0 {
			t.Fatalf("read %d items, %v", len(items), err)
		}
		got = append(got, items...)
	}
	same := cmp.Comparer(func(a, b seis.Time) bool { return a == b })
	if d := cmp.Diff(want, got, same); d != "" {
		t.Errorf("records (−want +got):\n%s", d)
	}
	if rec := r.Recovered(); rec.Dropped != 0 || rec.Damage != nil || rec.Numbers != nil {
		t.Errorf("recovered %+v", rec)
	}
	next, err := r.Append(want[0])
	if err != nil || next.Position != 7 || next.Sequence != 4 {
		t.Errorf("next record %d/%d, %v, want 7/4", next.Position, next.Sequence, err)
	}
}

// TestGoldenWrites: the same records still make the same files, byte for byte.
// If this fails the format has changed and needs a new version.
func TestGoldenWrites(t *testing.T) {
	dir := t.TempDir()
	writeGolden(t, dir)
	files, err := os.ReadDir(golden1)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		want, err := os.ReadFile(filepath.Join(golden1, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v, %d bytes differ from the %d of version 1", f.Name(), err, len(got), len(want))
		}
	}
	if len(files) != 4 {
		t.Errorf("%d golden files, want two segments, an index and NUMBERS", len(files))
	}
}
