// Package ringtest checks that a ring keeps the promises of package ring.
package ringtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"houfeng/fdsn"
	"houfeng/internal/engine/ring"
	"houfeng/internal/seis"
)

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// Record returns a record of station number st, different for each i. Records
// of one station are a second long and follow one another.
func Record(st, i int) ring.Item {
	start := seis.TimeOf(1571117622e9+int64(i)*1e9, false)
	return ring.Item{
		ID:     fdsn.ID{Network: "XX", Station: fmt.Sprintf("S%03d", st), Channel: "HH" + string("ZNE"[i%3])},
		Start:  start,
		End:    start.Add(time.Second),
		Format: '2',
		Raw:    bytes.Repeat([]byte{byte(st), byte(i), byte(i >> 8), byte(i >> 16)}, 128),
	}
}

// Test checks the promises of every ring. open returns a new, empty one that
// holds at least 20 MB.
func Test(t *testing.T, open func(t *testing.T) ring.Ring) {
	t.Run("Numbers", func(t *testing.T) { numbers(t, open(t)) })
	t.Run("RoundTrip", func(t *testing.T) { roundTrip(t, open(t)) })
	t.Run("Pages", func(t *testing.T) { pages(t, open(t)) })
	t.Run("Waits", func(t *testing.T) { waits(t, open(t)) })
	t.Run("ManyReaders", func(t *testing.T) { manyReaders(t, open(t)) })
	t.Run("Stations", func(t *testing.T) { stations(t, open(t)) })
	t.Run("Refusals", func(t *testing.T) { refusals(t, open(t)) })
	t.Run("Close", func(t *testing.T) { closed(t, open(t)) })
}

// MustAppend appends it or ends the test.
func MustAppend(t testing.TB, r ring.Ring, it ring.Item) ring.Item {
	t.Helper()
	got, err := r.Append(it)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// ReadAll returns everything after position after.
func ReadAll(t testing.TB, r ring.Ring, after uint64) (all []ring.Item) {
	t.Helper()
	for _, last := r.Bounds(); after < last; {
		items, err := r.Read(t.Context(), after, 100)
		if err != nil || len(items) == 0 {
			t.Fatalf("read after %d: %d items, %v", after, len(items), err)
		}
		all = append(all, items...)
		after = items[len(items)-1].Position
	}
	return all
}

// Diff says how got differs from want; it is empty when they are equal.
func Diff(want, got ring.Item) string {
	return cmp.Diff(want, got, cmp.Comparer(func(a, b seis.Time) bool { return a == b }))
}

func numbers(t *testing.T, r ring.Ring) {
	defer r.Close()
	if first, last := r.Bounds(); first != 0 || last != 0 {
		t.Errorf("empty: Bounds %d, %d, want 0, 0", first, last)
	}
	var position uint64
	sequence := map[int]uint64{}
	for i := range 300 {
		st := i * i % 7
		it := Record(st, i)
		it.Position, it.Sequence = 999, 999 // what the caller says does not matter
		got := MustAppend(t, r, it)
		if got.Position <= position || got.Sequence <= sequence[st] {
			t.Fatalf("record %d of station %d: position %d after %d, sequence %d after %d",
				i, st, got.Position, position, got.Sequence, sequence[st])
		}
		if i > 0 && got.Position != position+1 || sequence[st] > 0 && got.Sequence != sequence[st]+1 {
			t.Fatalf("a hole in the numbers without a restart: %d after %d, %d after %d",
				got.Position, position, got.Sequence, sequence[st])
		}
		position, sequence[st] = got.Position, got.Sequence
		if first, last := r.Bounds(); first != got.Position-uint64(i) || last != position {
			t.Fatalf("Bounds %d, %d at position %d", first, last, position)
		}
	}
}

func roundTrip(t *testing.T, r ring.Ring) {
	defer r.Close()
	rapid.Check(t, func(rt *rapid.T) {
		_, after := r.Bounds()
		var want []ring.Item
		for range rapid.IntRange(1, 8).Draw(rt, "n") {
			it, err := r.Append(Items().Draw(rt, "item"))
			if err != nil {
				rt.Fatal(err)
			}
			want = append(want, it)
		}
		got := ReadAll(t, r, after)
		if len(got) != len(want) {
			rt.Fatalf("read %d items, want %d", len(got), len(want))
		}
		for i := range want {
			if d := Diff(want[i], got[i]); d != "" {
				rt.Fatalf("item %d (−appended +read):\n%s", i, d)
			}
		}
	})
}

// Items draws records with codes, times and formats of all kinds.
func Items() *rapid.Generator[ring.Item] {
	return rapid.Custom(func(t *rapid.T) ring.Item {
		at := func(name string) seis.Time {
			return seis.TimeOf(rapid.Int64().Draw(t, name), rapid.Bool().Draw(t, name+" leap"))
		}
		return ring.Item{
			ID: fdsn.ID{
				Network:  rapid.SampledFrom([]string{"", "X", "XX", "NETWORK8"}).Draw(t, "network"),
				Station:  rapid.SampledFrom([]string{"A", "STA", "A-B", "STATION8"}).Draw(t, "station"),
				Location: rapid.SampledFrom([]string{"", "00", "LOCATIO8"}).Draw(t, "location"),
				Channel:  rapid.SampledFrom([]string{"HHZ", "B_H_Z", "_GNSS_X", ""}).Draw(t, "channel"),
			},
			Start:  at("start"),
			End:    at("end"),
			Format: rapid.SampledFrom([]byte{'2', '3'}).Draw(t, "format"),
			Raw:    rapid.SliceOfN(rapid.Byte(), 1, 50).Draw(t, "raw"),
		}
	})
}

// pages reads with every size of page.
func pages(t *testing.T, r ring.Ring) {
	defer r.Close()
	const n = 1200
	for i := range n {
		MustAppend(t, r, Record(i%5, i))
	}
	first, last := r.Bounds()
	for _, max := range []int{1, 7, 256, 257, n, 10 * n} {
		i, after := 0, uint64(0)
		for after < last {
			items, err := r.Read(t.Context(), after, max)
			if err != nil || len(items) == 0 || len(items) > max {
				t.Fatalf("pages of %d after %d: %d items, %v", max, after, len(items), err)
			}
			for _, it := range items {
				if it.Position != first+uint64(i) || !bytes.Equal(it.Raw, Record(i%5, i).Raw) || it.ID != Record(i%5, i).ID {
					t.Fatalf("pages of %d: item %d is %d %s", max, i, it.Position, it.ID)
				}
				i, after = i+1, it.Position
			}
		}
		if i != n {
			t.Fatalf("pages of %d: %d items, want %d", max, i, n)
		}
	}
	if _, err := r.Read(t.Context(), 0, 0); err == nil {
		t.Error("Read of at most 0 items returned no error")
	}
}

func waits(t *testing.T, r ring.Ring) {
	defer r.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Read(ctx, 0, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Read with an ended context: %v, want context.Canceled", err)
	}
	const readers = 20
	got := make(chan ring.Item, readers)
	read := func(after uint64) {
		for range readers {
			go func() {
				items, err := r.Read(t.Context(), after, 5)
				if err != nil || len(items) == 0 {
					t.Errorf("waiting reader: %d items, %v", len(items), err)
					got <- ring.Item{}
					return
				}
				got <- items[0]
			}()
		}
	}
	after := uint64(0)
	for i := range 50 { // some wait already, some come later
		read(after)
		it := MustAppend(t, r, Record(1, i))
		for range readers {
			select {
			case g := <-got:
				if g.Position != it.Position {
					t.Fatalf("after %d got position %d, want %d", after, g.Position, it.Position)
				}
			case <-time.After(patience):
				t.Fatal("a waiting reader was not woken")
			}
		}
		after = it.Position
	}
	ctx, cancel = context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := r.Read(ctx, after+1000, 1)
		ended <- err
	}()
	MustAppend(t, r, Record(1, 51)) // not yet what it waits for
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Read of a position to come: %v, want context.Canceled", err)
	}
}

// manyReaders: every reader sees every record once, in order, while the
// appender appends; one reader never comes back, and holds nobody up.
func manyReaders(t *testing.T, r ring.Ring) {
	defer r.Close()
	const n, readers = 5000, 6
	it := MustAppend(t, r, Record(0, 0))
	base := it.Position
	if _, err := r.Read(t.Context(), 0, 1); err != nil { // reads one and leaves
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for k := range readers {
		wg.Go(func() {
			after := base
			for i := 1; i < n; {
				items, err := r.Read(t.Context(), after, 1+k*50)
				if err != nil {
					t.Error(err)
					return
				}
				for _, it := range items {
					if it.Position != base+uint64(i) || !bytes.Equal(it.Raw, Record(i%9, i).Raw) {
						t.Errorf("reader %d: position %d as number %d", k, it.Position, i)
						return
					}
					i, after = i+1, it.Position
				}
			}
		})
	}
	for i := 1; i < n; i++ {
		if _, err := r.Append(Record(i%9, i)); err != nil {
			t.Error(err)
			break
		}
		if i%1000 == 0 {
			if err := r.Sync(); err != nil {
				t.Error(err)
			}
		}
	}
	wg.Wait()
}

func stations(t *testing.T, r ring.Ring) {
	defer r.Close()
	if got := r.Stations(); len(got) != 0 {
		t.Errorf("empty ring has stations %v", got)
	}
	for i := range 60 {
		MustAppend(t, r, Record(3-i%2, i))
	}
	v3 := Record(2, 0)
	v3.Format, v3.Start, v3.End = '3', v3.Start.Add(-time.Hour), v3.End.Add(-time.Hour)
	MustAppend(t, r, v3)
	if d := diffStations(Summary(ReadAll(t, r, 0)), r.Stations()); d != "" {
		t.Errorf("stations (−what can be read +what is said):\n%s", d)
	}
	if got := r.Stations(); len(got) != 2 || len(got[0].Streams) != 4 || got[0].Streams[3].Format != '3' {
		t.Errorf("stations %+v, want two, the first with four streams", got)
	}
}

func diffStations(want, got []ring.Station) string {
	return cmp.Diff(want, got, cmp.Comparer(func(a, b seis.Time) bool { return a == b }))
}

func refusals(t *testing.T, r ring.Ring) {
	defer r.Close()
	for what, change := range map[string]func(*ring.Item){
		"no bytes":        func(it *ring.Item) { it.Raw = nil },
		"no station":      func(it *ring.Item) { it.ID.Station = "" },
		"no code at all":  func(it *ring.Item) { it.ID.Network = "../../etc" },
		"an endless code": func(it *ring.Item) { it.ID.Channel = string(bytes.Repeat([]byte("_"), 300)) },
	} {
		it := Record(1, 1)
		change(&it)
		if _, err := r.Append(it); err == nil {
			t.Errorf("%s: was taken", what)
		}
	}
	a := MustAppend(t, r, Record(1, 1))
	b := MustAppend(t, r, Record(1, 2))
	if b.Position != a.Position+1 || b.Sequence != a.Sequence+1 {
		t.Errorf("numbers %d/%d after %d/%d", b.Position, b.Sequence, a.Position, a.Sequence)
	}
}

func closed(t *testing.T, r ring.Ring) {
	MustAppend(t, r, Record(1, 1))
	_, last := r.Bounds()
	ended := make(chan error, 3)
	for range 3 {
		go func() {
			_, err := r.Read(t.Context(), last, 1)
			ended <- err
		}()
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		select {
		case err := <-ended:
			if !errors.Is(err, ring.ErrClosed) {
				t.Errorf("waiting reader: %v, want ErrClosed", err)
			}
		case <-time.After(patience):
			t.Fatal("Close did not wake a waiting reader")
		}
	}
	if _, err := r.Append(Record(1, 2)); !errors.Is(err, ring.ErrClosed) {
		t.Errorf("Append: %v, want ErrClosed", err)
	}
	if _, err := r.Read(t.Context(), 0, 1); !errors.Is(err, ring.ErrClosed) {
		t.Errorf("Read: %v, want ErrClosed", err)
	}
	if err := r.Sync(); !errors.Is(err, ring.ErrClosed) {
		t.Errorf("Sync: %v, want ErrClosed", err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}
