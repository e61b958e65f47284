package ring_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"houfeng/internal/engine/ring"
	"houfeng/internal/engine/ring/ringtest"
)

// harmRecord changes a byte of record i of station 1 wherever it is in dir.
func harmRecord(t *testing.T, dir string, i int) (path string) {
	t.Helper()
	segs, _ := filepath.Glob(filepath.Join(dir, "*.hfr"))
	for _, path := range segs {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if at := bytes.Index(b, ringtest.Record(1, i).Raw); at >= 0 {
			b[at+7] ^= 0x40
			if err := os.WriteFile(path, b, 0o640); err != nil {
				t.Fatal(err)
			}
			return path
		}
	}
	t.Fatalf("record %d is in no segment", i)
	return ""
}

// TestDamage: records that changed on the disk are skipped with an error that
// says where; whoever follows the error's word reads all others, once.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	o := ring.Options{SegmentBytes: 20_000}
	r := openFile(t, dir, o)
	const n = 200
	for i := range n {
		ringtest.MustAppend(t, r, ringtest.Record(1, i))
	}
	r.Close()
	harmed := map[int]string{}
	for _, i := range []int{0, 50, 51, 120, n - 1} {
		harmed[i] = harmRecord(t, dir, i)
	}
	// The last one is in the segment that is read at Open; all that was in
	// it was durable, so it is damage and no unfinished end.
	r = openFile(t, dir, o)
	if rec := r.Recovered(); len(rec.Damage) != 1 || rec.Dropped != 0 || rec.Numbers != nil {
		t.Errorf("recovered %+v, want one damaged stretch", rec)
	}
	ringtest.MustAppend(t, r, ringtest.Record(1, n))
	for _, max := range []int{1, 10, 1000} {
		got := map[int]bool{}
		told := map[string]int{}
		after := uint64(0)
		for after < n+1 {
			items, err := r.Read(t.Context(), after, max)
			var d *ring.DamageError
			if errors.As(err, &d) {
				told[d.Path]++
				if !strings.Contains(err.Error(), d.Path+" at ") || d.Bytes < 512 {
					t.Errorf("%v: want segment, offset and size", err)
				}
				if d.Resume <= after {
					t.Fatalf("after %d: resume after %d", after, d.Resume)
				}
				after = d.Resume
			} else if err != nil {
				t.Fatal(err)
			}
			for _, it := range items {
				i := int(it.Position) - 1
				if got[i] || !bytes.Equal(it.Raw, ringtest.Record(1, i).Raw) {
					t.Fatalf("position %d twice, or changed", it.Position)
				}
				got[i] = true
				after = it.Position
			}
		}
		for i := range n + 1 {
			if got[i] == (harmed[i] != "") {
				t.Errorf("pages of %d: record %d read: %v", max, i, got[i])
			}
		}
		for _, path := range harmed {
			if told[path] == 0 {
				t.Errorf("pages of %d: no error names %s", max, path)
			}
		}
	}
}

// TestNumbersLost: without the file NUMBERS the ring goes on above a safe
// distance and says so.
func TestNumbersLost(t *testing.T) {
	for what, harm := range map[string]func(path string){
		"missing": func(path string) { os.Remove(path) },
		"damaged": func(path string) {
			b, _ := os.ReadFile(path)
			b[40] ^= 1
			os.WriteFile(path, b, 0o640)
		},
		"cut": func(path string) { os.Truncate(path, 50) },
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			o := ring.Options{Reserve: 1000}
			r := openFile(t, dir, o)
			for i := range 300 {
				ringtest.MustAppend(t, r, ringtest.Record(i%3, i))
			}
			r.Close()
			harm(filepath.Join(dir, "NUMBERS"))
			r = openFile(t, dir, o)
			if r.Recovered().Numbers == nil {
				t.Error("nothing said of the lost numbers")
			}
			for _, st := range []int{0, 3} { // known, new
				it := ringtest.MustAppend(t, r, ringtest.Record(st, 1))
				if it.Position <= 2000 || it.Sequence <= 2000 {
					t.Errorf("station %d: numbers %d/%d, want above 2000", st, it.Position, it.Sequence)
				}
			}
			ringtest.ReadAll(t, r, 0)
		})
	}
}

func TestForeign(t *testing.T) {
	for file, begin := range map[string]string{
		"00000000000000000001.hfr": "HOUFENG-RING 2\n",
		"NUMBERS":                  "HOUFENG-RING NUMBERS 2\n",
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, file)
		os.WriteFile(path, append([]byte(begin), make([]byte, 100)...), 0o640)
		_, err := ring.Open(dir, ring.Options{})
		if !errors.Is(err, ring.ErrForeign) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "version 2, want version 1") {
			t.Errorf("%s: %v, want ErrForeign, the file, and both versions", file, err)
		}
	}
}
