package ringtest

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"houfeng/internal/engine/ring"
)

// TestBounded checks a ring that holds at most a megabyte or so.
func TestBounded(t *testing.T, open func(t *testing.T) ring.Ring) {
	t.Run("Trim", func(t *testing.T) { trim(t, open(t)) })
	t.Run("StationsStayExact", func(t *testing.T) { stationsStayExact(t, open(t)) })
}

func trim(t *testing.T, r ring.Ring) {
	defer r.Close()
	const n = 12_000
	start := MustAppend(t, r, Record(0, 0)).Position
	for i := 1; i < n; i++ {
		MustAppend(t, r, Record(i%5, i))
		if i%500 == 0 {
			if err := r.Sync(); err != nil {
				t.Fatal(err)
			}
		}
	}
	first, last := r.Bounds()
	if last != start+n-1 || last-first < 500 || last-first > n/2 {
		t.Fatalf("holds %d to %d of %d records, want about a megabyte of them", first, last, n)
	}
	// Position 0 is the oldest, whatever was trimmed.
	items, err := r.Read(t.Context(), 0, 10)
	if err != nil || len(items) == 0 || items[0].Position != first {
		t.Errorf("Read(0): %d items, %v, want from %d on", len(items), err, first)
	}
	// A reader that was left behind is told, and goes on at the oldest.
	items, err = r.Read(t.Context(), start, 10)
	if !errors.Is(err, ring.ErrTrimmed) || len(items) == 0 || items[0].Position != first {
		t.Errorf("Read(%d): %d items, %v, want ErrTrimmed and from %d on", start, len(items), err, first)
	}
	items, err = r.Read(t.Context(), first-1, 10)
	if err != nil || len(items) == 0 || items[0].Position != first {
		t.Errorf("Read(%d): %d items, %v, want from %d on", first-1, len(items), err, first)
	}
	all := ReadAll(t, r, 0)
	if uint64(len(all)) != last-first+1 {
		t.Errorf("read %d records from %d to %d", len(all), first, last)
	}
	if d := diffStations(Summary(all), r.Stations()); d != "" {
		t.Errorf("stations (−what can be read +what is said):\n%s", d)
	}
}

// stationsStayExact: streams that come and go, late and early data, while the
// ring is trimmed.
func stationsStayExact(t *testing.T, r ring.Ring) {
	defer r.Close()
	rnd := rand.New(rand.NewPCG(1, 2))
	sequence := map[string]uint64{}
	for i := range 8000 {
		it := Record(rnd.IntN(4), i)
		if i%1000 < 100 {
			it = Record(10+i/1000, i) // a station that is there for a while
		}
		shift := time.Duration(rnd.IntN(1000)) * time.Second
		it.Start, it.End = it.Start.Add(-shift), it.End.Add(-shift)
		if rnd.IntN(3) == 0 {
			it.Format = '3'
		}
		got := MustAppend(t, r, it)
		if st := it.ID.StationID(); got.Sequence != sequence[st]+1 {
			t.Fatalf("station %s: sequence %d after %d", st, got.Sequence, sequence[st])
		} else {
			sequence[st] = got.Sequence
		}
		if i%2000 == 1999 {
			if err := r.Sync(); err != nil {
				t.Fatal(err)
			}
			if d := diffStations(Summary(ReadAll(t, r, 0)), r.Stations()); d != "" {
				t.Fatalf("after %d records: stations (−what can be read +what is said):\n%s", i+1, d)
			}
		}
	}
}

// TestDurable checks what a ring that outlives its process promises on top of
// [Test]. open opens the ring kept in folder dir, which holds a megabyte or so.
func TestDurable(t *testing.T, open func(t *testing.T, dir string) ring.Ring) {
	t.Run("Reopen", func(t *testing.T) { reopen(t, open) })
	t.Run("UncleanEnd", func(t *testing.T) { uncleanEnd(t, open) })
}

// reopen: after a clean end everything is as it was and numbers have no hole.
func reopen(t *testing.T, open func(t *testing.T, dir string) ring.Ring) {
	dir := t.TempDir()
	var position uint64
	sequence := map[string]uint64{}
	for life := range 4 {
		r := open(t, dir)
		if _, last := r.Bounds(); last != position {
			t.Fatalf("life %d: last position %d, want %d", life, last, position)
		}
		if d := diffStations(Summary(ReadAll(t, r, 0)), r.Stations()); d != "" {
			t.Fatalf("life %d: stations (−what can be read +what is said):\n%s", life, d)
		}
		for i := range 700 {
			it := MustAppend(t, r, Record(i%6*life, life*700+i))
			if it.Position != position+1 || it.Sequence != sequence[it.ID.Station]+1 {
				t.Fatalf("life %d: numbers %d/%d after %d/%d", life, it.Position, it.Sequence, position, sequence[it.ID.Station])
			}
			position, sequence[it.ID.Station] = it.Position, it.Sequence
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// uncleanEnd takes copies of a ring's folder while it runs, which is what a
// kill leaves. No number that the running ring had given by then is given
// again by a ring opened from a copy, to no station, however long it had been
// silent or trimmed, nor to one that was lost with its records.
func uncleanEnd(t *testing.T, open func(t *testing.T, dir string) ring.Ring) {
	dir := t.TempDir()
	for life := range 4 {
		r := open(t, dir)
		var position, synced uint64
		sequence := map[string]uint64{}
		note := func(it ring.Item) {
			position, sequence[it.ID.Station] = it.Position, it.Sequence
		}
		note(MustAppend(t, r, Record(100, 0))) // once, long ago
		for i := range 6000 + 500*life {
			note(MustAppend(t, r, Record(i%5, i)))
			if i%700 == 699 {
				if err := r.Sync(); err != nil {
					t.Fatal(err)
				}
				synced = position
			}
		}
		note(MustAppend(t, r, Record(200+life, 0))) // never synced
		copied := copyDir(t, dir)
		r.Close()

		r = open(t, copied)
		if _, last := r.Bounds(); last < synced || last > position {
			t.Fatalf("life %d: opened at %d, synced were %d, given %d", life, last, synced, position)
		}
		for _, st := range []int{0, 1, 2, 3, 4, 100, 200, 201, 202, 203} {
			it := MustAppend(t, r, Record(st, 1))
			if it.Position <= position || it.Sequence <= sequence[it.ID.Station] {
				t.Fatalf("life %d, station %s: numbers %d/%d given again, were at %d/%d",
					life, it.ID.Station, it.Position, it.Sequence, position, sequence[it.ID.Station])
			}
			note(it)
		}
		if d := diffStations(Summary(ReadAll(t, r, 0)), r.Stations()); d != "" {
			t.Fatalf("life %d: stations (−what can be read +what is said):\n%s", life, d)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		dir = copied
	}
}

func copyDir(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range names {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, e.Name()), b, 0o640); err != nil {
			t.Fatal(err)
		}
	}
	return to
}
