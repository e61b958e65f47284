// Package archivetest checks that an archive keeps the promises of package
// archive.
package archivetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"houfeng/fdsn"
	"houfeng/internal/engine/archive"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

// Test checks the promises of every archive. open returns a new, empty one.
func Test(t *testing.T, open func(t *testing.T) archive.Archive) {
	t.Run("OrderAndOnce", func(t *testing.T) { orderAndOnce(t, open) })
	t.Run("Overlap", func(t *testing.T) { overlap(t, open(t)) })
	t.Run("LongRecords", func(t *testing.T) { longRecords(t, open(t)) })
	t.Run("LeapSecond", func(t *testing.T) { leapSecond(t, open(t)) })
	t.Run("Streams", func(t *testing.T) { streams(t, open(t)) })
	t.Run("Refusals", func(t *testing.T) { refusals(t, open(t)) })
	t.Run("Ownership", func(t *testing.T) { ownership(t, open(t)) })
	t.Run("ReadersBesideWriter", func(t *testing.T) { beside(t, open(t)) })
	t.Run("Close", func(t *testing.T) { closed(t, open(t)) })
}

// All is an interval that has every record here.
var All = [2]seis.Time{Midnight.AddSeconds(-40 * 86400), Midnight.AddSeconds(400 * 86400)}

// MustAdd adds records or ends the test.
func MustAdd(t testing.TB, a archive.Archive, records ...*seis.Record) {
	t.Helper()
	if err := a.Add(t.Context(), records); err != nil {
		t.Fatal(err)
	}
}

// MustRead reads a stream or ends the test.
func MustRead(t testing.TB, a archive.Archive, id fdsn.ID, start, end seis.Time) [][]byte {
	t.Helper()
	raw, err := a.Read(t.Context(), id, start, end)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Describe names records by start and first sample, for messages.
func Describe(raw [][]byte) string {
	var s []string
	for _, b := range raw {
		h, err := mseed.Parse(b)
		if err != nil {
			return err.Error()
		}
		v, _ := h.Ints(nil)
		first := "?"
		if len(v) > 0 {
			first = fmt.Sprint(v[0])
		}
		s = append(s, fmt.Sprintf("%v #%s", seis.TimeOf(h.StartNS, h.Leap), first))
	}
	return strings.Join(s, ", ")
}

func check(t testing.TB, what string, got [][]byte, want ...*seis.Record) {
	t.Helper()
	raw := make([][]byte, len(want))
	for i, r := range want {
		raw[i] = r.Raw()
	}
	if !slices.EqualFunc(got, raw, bytes.Equal) {
		t.Errorf("%s:\ngot  %s\nwant %s", what, Describe(got), Describe(raw))
	}
}

// orderAndOnce adds records in any order, several times, in batches of any
// size, with reads and syncs between.
func orderAndOnce(t *testing.T, open func(t *testing.T) archive.Archive) {
	a := open(t)
	defer a.Close()
	stream := 0
	rapid.Check(t, func(rt *rapid.T) {
		stream++
		id := fdsn.ID{Network: "XX", Station: fmt.Sprintf("S%03d", stream%1000), Channel: "HHZ"}
		id.Location = fmt.Sprintf("%02d", stream/1000)
		var want []*seis.Record // by start, then as they came
		add := func(r *seis.Record) {
			for _, w := range want {
				if bytes.Equal(w.Raw(), r.Raw()) {
					return
				}
			}
			i, _ := slices.BinarySearchFunc(want, r, func(w, r *seis.Record) int {
				if w.Start.After(r.Start) {
					return 1
				}
				return -1
			})
			want = slices.Insert(want, i, r)
		}
		for range rapid.IntRange(1, 6).Draw(rt, "batches") {
			var batch []*seis.Record
			for range rapid.IntRange(0, 6).Draw(rt, "records") {
				// A day and a half, so that two files are concerned; few
				// starts, so that many records share one.
				sec := float64(rapid.IntRange(-6, 6).Draw(rt, "start")) * 10_000
				r := Record(id, sec, 1, 20, rapid.IntRange(1, 3).Draw(rt, "seed"))
				batch = append(batch, r)
				add(r)
			}
			if err := a.Add(t.Context(), batch); err != nil {
				rt.Fatal(err)
			}
			switch rapid.IntRange(0, 3).Draw(rt, "then") {
			case 0:
				if err := a.Sync(); err != nil {
					rt.Fatal(err)
				}
			case 1:
				MustRead(t, a, id, All[0], All[1])
			}
		}
		got := MustRead(t, a, id, All[0], All[1])
		raw := make([][]byte, len(want))
		for i, r := range want {
			raw[i] = r.Raw()
		}
		if !slices.EqualFunc(got, raw, bytes.Equal) {
			rt.Fatalf("got  %s\nwant %s", Describe(got), Describe(raw))
		}
	})
}

// overlap asks for intervals that touch, cut and miss records, one of which
// spans midnight.
func overlap(t *testing.T, a archive.Archive) {
	defer a.Close()
	one := Record(ID, -20, 10, 100, 1)  // −20 to −10
	two := Record(ID, -10, 10, 200, 2)  // −10 to +10, over midnight
	three := Record(ID, 10, 10, 100, 3) // +10 to +20
	four := Record(ID, 100, 10, 100, 4) // +100 to +110
	MustAdd(t, a, one, two, three, four)
	at := Midnight.AddSeconds
	for _, tt := range []struct {
		from, to float64
		want     []*seis.Record
	}{
		{-1000, 1000, []*seis.Record{one, two, three, four}},
		{-1000, -20, nil},
		{-1000, -19.999, []*seis.Record{one}},
		{-10, -10, nil},
		{-10, -9.999, []*seis.Record{two}},
		{0, 1, []*seis.Record{two}},
		{9.999, 10.001, []*seis.Record{two, three}},
		{10, 20, []*seis.Record{three}},
		{20, 100, nil},
		{20, 100.001, []*seis.Record{four}},
		{109.999, 200, []*seis.Record{four}},
		{110, 200, nil},
		{5, -5, nil},
	} {
		check(t, fmt.Sprintf("[%v, %v)", tt.from, tt.to), MustRead(t, a, ID, at(tt.from), at(tt.to)), tt.want...)
	}
	other := ID
	other.Location = ""
	if got := MustRead(t, a, other, All[0], All[1]); len(got) != 0 {
		t.Errorf("another stream has %s", Describe(got))
	}
}

// longRecords: records of days, as very slow channels make them, are found
// from any moment within them.
func longRecords(t *testing.T, a archive.Archive) {
	defer a.Close()
	id := ID
	id.Channel = "UHZ"
	const step = 400_000 // s: 400 samples at 0.001 Hz, four days and a half
	var all []*seis.Record
	for i := range 4 {
		all = append(all, Record(id, float64(i*step), 0.001, step/1000, i+1))
	}
	MustAdd(t, a, all...)
	for sec := 1800; sec < 4*step; sec += 43200 {
		at := Midnight.AddSeconds(float64(sec))
		check(t, fmt.Sprintf("second %d", sec), MustRead(t, a, id, at, at.AddSeconds(1)), all[sec/step])
	}
	check(t, "all", MustRead(t, a, id, All[0], All[1]), all...)

	// Nine days each, one every three: three of them at any moment.
	id.Channel = "UHE"
	var over []*seis.Record
	for i := range 6 {
		over = append(over, Record(id, float64(i*3*86400), 0.0005, 9*86400/2000, i+1))
	}
	MustAdd(t, a, over...)
	at := Midnight.AddSeconds(10.5 * 86400)
	check(t, "three at once", MustRead(t, a, id, at, at.AddSeconds(1)), over[1:4]...)
}

// leapSecond: a record that starts at 23:59:60 lies between those that start
// before and after it.
func leapSecond(t *testing.T, a archive.Archive) {
	defer a.Close()
	id := ID
	id.Location = ""
	base := seis.TimeOf(1483228800e9, false).SecondsSince(Midnight) // 2017-01-01
	before := Record(id, base-1, 10, 5, 1)
	after := Record(id, base, 10, 5, 3)
	during := bytes.Clone(Record(id, base-1, 10, 5, 2).Raw())
	during[26] = 60 // second of the start time (SEED chapter 8)
	leap := RecordOf(during)
	if !leap.Start.Leap() || leap.Start.Nanos() != 1483228800e9 {
		t.Fatalf("the record starts at %v", leap.Start)
	}
	MustAdd(t, a, after, before, leap)
	check(t, "all", MustRead(t, a, id, before.Start, after.Start.AddSeconds(1)), before, leap, after)
	if err := a.Sync(); err != nil {
		t.Fatal(err)
	}
	check(t, "after Sync", MustRead(t, a, id, before.Start, after.Start.AddSeconds(1)), before, leap, after)
}

func streams(t *testing.T, a archive.Archive) {
	defer a.Close()
	if ids, err := a.Streams(t.Context()); err != nil || len(ids) != 0 {
		t.Errorf("empty archive: %v, %v", ids, err)
	}
	want := []fdsn.ID{
		{Network: "AA", Station: "B", Channel: "BHZ"},
		{Network: "AA", Station: "B", Location: "00", Channel: "BHZ"},
		{Network: "AA", Station: "B", Location: "00", Channel: "HHZ"},
		{Network: "ZZ", Station: "A", Channel: "HHZ"},
	}
	for i, id := range want {
		MustAdd(t, a, Record(id, float64(86400*i), 10, 5, 1), Record(id, float64(86400*i+100), 10, 5, 1))
	}
	for _, synced := range []bool{false, true} {
		ids, err := a.Streams(t.Context())
		if err != nil || !slices.Equal(ids, want) {
			t.Errorf("synced %v: streams %v, %v, want %v", synced, ids, err, want)
		}
		if err := a.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	// Codes that only miniSEED 3 can carry.
	long := fdsn.ID{Network: "NETWORK8", Station: "STA-1", Location: "LOCATIO8", Channel: "B_H_1A"}
	none := fdsn.ID{Station: "A", Channel: "HHZ"}
	for _, id := range []fdsn.ID{long, none} {
		r := RecordOf(version3(id, Midnight, 1))
		MustAdd(t, a, r)
		check(t, id.String(), MustRead(t, a, id, All[0], All[1]), r)
	}
	if err := a.Sync(); err != nil {
		t.Fatal(err)
	}
	ids, err := a.Streams(t.Context())
	if err != nil || !slices.Contains(ids, long) || !slices.Contains(ids, none) {
		t.Errorf("streams %v, %v, want %v and %v among them", ids, err, long, none)
	}
}

func refusals(t *testing.T, a archive.Archive) {
	defer a.Close()
	good := Record(ID, 0, 10, 5, 1)
	later := Record(ID, 10, 10, 5, 2)
	for what, change := range map[string]func(r *seis.Record){
		"no station":       func(r *seis.Record) { r.ID.Station = "" },
		"no channel":       func(r *seis.Record) { r.ID.Channel = "" },
		"a path as a code": func(r *seis.Record) { r.ID.Station = "../.." },
		"dots":             func(r *seis.Record) { r.ID.Location = ".." },
		"no miniSEED":      func(r *seis.Record) { r.Header = mseed.Record{Raw: []byte("GET / HTTP/1.1")} },
		"nothing":          func(r *seis.Record) { r.Header = mseed.Record{} },
		"bytes behind it":  func(r *seis.Record) { r.Header = mseed.Record{Raw: append(bytes.Clone(r.Raw()), 1)} },
		"half of a record": func(r *seis.Record) { r.Header = mseed.Record{Raw: r.Raw()[:100]} },
	} {
		bad := *good
		change(&bad)
		if err := a.Add(t.Context(), []*seis.Record{good, &bad, later}); err == nil {
			t.Errorf("%s: was taken", what)
		}
	}
	check(t, "the others", MustRead(t, a, ID, All[0], All[1]), good, later)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Add(ctx, []*seis.Record{good}); !errors.Is(err, context.Canceled) {
		t.Errorf("Add with an ended context: %v", err)
	}
	if _, err := a.Read(ctx, ID, All[0], All[1]); !errors.Is(err, context.Canceled) {
		t.Errorf("Read with an ended context: %v", err)
	}
}

// ownership: what a reader does to what it was given does not reach the
// archive.
func ownership(t *testing.T, a archive.Archive) {
	defer a.Close()
	r := Record(ID, 0, 10, 5, 1)
	late := Record(ID, -100, 10, 5, 2)
	MustAdd(t, a, r)
	MustAdd(t, a, late)
	for range 2 {
		got := MustRead(t, a, ID, All[0], All[1])
		check(t, "read", got, late, r)
		for _, b := range got {
			clear(b)
		}
	}
}

// beside: while one goroutine adds, in order and not, others read: whole
// records in order, and never fewer than before.
func beside(t *testing.T, a archive.Archive) {
	defer a.Close()
	const n = 300
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			held := 0
			for {
				raw, err := a.Read(t.Context(), ID, All[0], All[1])
				if err != nil {
					t.Error(err)
					return
				}
				var last seis.Time
				for _, b := range raw {
					h, err := mseed.Parse(b)
					if err != nil || len(h.Raw) != len(b) {
						t.Errorf("read %d bytes that are no record: %v", len(b), err)
						return
					}
					start := seis.TimeOf(h.StartNS, h.Leap)
					if start.Before(last) {
						t.Errorf("%v after %v", start, last)
						return
					}
					last = start
				}
				if len(raw) < held {
					t.Errorf("%d records, there were %d", len(raw), held)
					return
				}
				held = len(raw)
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range n {
		sec := float64(i * 10)
		if i%10 == 9 {
			sec -= 95
		}
		if err := a.Add(t.Context(), []*seis.Record{Record(ID, sec, 10, 50, i)}); err != nil {
			t.Error(err)
		}
		if i%20 == 19 {
			if err := a.Sync(); err != nil {
				t.Error(err)
			}
		}
	}
	close(done)
	wg.Wait()
	if got := MustRead(t, a, ID, All[0], All[1]); len(got) != n {
		t.Errorf("%d records, want %d", len(got), n)
	}
}

func closed(t *testing.T, a archive.Archive) {
	MustAdd(t, a, Record(ID, 0, 10, 5, 1))
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := a.Add(t.Context(), []*seis.Record{Record(ID, 1, 10, 5, 1)}); !errors.Is(err, archive.ErrClosed) {
		t.Errorf("Add: %v, want ErrClosed", err)
	}
	if err := a.Sync(); !errors.Is(err, archive.ErrClosed) {
		t.Errorf("Sync: %v, want ErrClosed", err)
	}
	if _, err := a.Read(t.Context(), ID, All[0], All[1]); !errors.Is(err, archive.ErrClosed) {
		t.Errorf("Read: %v, want ErrClosed", err)
	}
	if _, err := a.Streams(t.Context()); !errors.Is(err, archive.ErrClosed) {
		t.Errorf("Streams: %v, want ErrClosed", err)
	}
	if err := a.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

// version3 makes a miniSEED 3 record of one 32-bit integer.
func version3(id fdsn.ID, start seis.Time, sample int32) []byte {
	b := []byte("MS\x03\x00")
	le := binary.LittleEndian
	u := start.Std()
	b = le.AppendUint32(b, uint32(u.Nanosecond()))
	b = le.AppendUint16(b, uint16(u.Year()))
	b = le.AppendUint16(b, uint16(u.YearDay()))
	b = append(b, byte(u.Hour()), byte(u.Minute()), byte(u.Second()), byte(mseed.Int32))
	b = le.AppendUint64(b, 0x3ff0000000000000) // 1 Hz
	b = le.AppendUint32(b, 1)                  // samples
	b = le.AppendUint32(b, 0)                  // crc, set below
	sid := id.SourceID()
	b = append(b, 1, byte(len(sid)))
	b = le.AppendUint16(b, 0)
	b = le.AppendUint32(b, 4)
	b = append(b, sid...)
	b = le.AppendUint32(b, uint32(sample))
	le.PutUint32(b[28:], crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	return b
}
