// Package journaltest checks that a journal keeps the promises of package
// journal.
package journaltest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"houfeng/internal/engine/journal"
	"houfeng/internal/seis"
)

// Test checks the promises of every journal. open returns a new, empty one.
func Test(t *testing.T, open func(t *testing.T) journal.Journal) {
	t.Run("Serials", func(t *testing.T) { serials(t, open(t)) })
	t.Run("TimeNeverDecreases", func(t *testing.T) { monotone(t, open(t)) })
	t.Run("RoundTrip", func(t *testing.T) { roundTrip(t, open) })
	t.Run("BytesAreNotKept", func(t *testing.T) { ownership(t, open(t)) })
	t.Run("ReaderFollows", func(t *testing.T) { follow(t, open(t)) })
	t.Run("ManyReaders", func(t *testing.T) { manyReaders(t, open(t)) })
	t.Run("Setup", func(t *testing.T) { setups(t, open(t)) })
	t.Run("Refusals", func(t *testing.T) { refusals(t, open(t)) })
	t.Run("Close", func(t *testing.T) { closed(t, open(t)) })
}

// Receipt returns a receipt entry made at second sec, different for each i.
func Receipt(i, sec int) seis.Entry {
	return seis.Entry{
		Kind: seis.EntryReceipt,
		Time: seis.TimeOf(int64(sec)*1e9, false),
		Receipt: &seis.Receipt{
			Bytes:       bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 256),
			Peer:        "192.0.2.7:18000",
			Source:      "upstream",
			Protocol:    "seedlink/3.1",
			UpstreamSeq: int64(i),
			Verdict:     seis.Accepted,
		},
	}
}

// CheckReceipt says how e differs from Receipt(i, sec) as entry i. (Diff does
// too, but takes a thousand times as long.)
func CheckReceipt(e seis.Entry, i, sec int) error {
	want := Receipt(i, sec)
	want.Serial = uint64(i)
	if e.Serial == want.Serial && e.Kind == want.Kind && e.Time == want.Time && e.Setup == nil && e.Trust == nil && e.Receipt != nil {
		got, want := *e.Receipt, *want.Receipt
		same := bytes.Equal(got.Bytes, want.Bytes)
		got.Bytes, want.Bytes = nil, nil
		if same && got.Peer == want.Peer && got.Source == want.Source && got.Identity == want.Identity && got.Protocol == want.Protocol &&
			got.UpstreamSeq == want.UpstreamSeq && got.Verdict == want.Verdict && got.Reason == want.Reason {
			return nil
		}
	}
	return fmt.Errorf("entry %d (−appended +read):\n%s", i, Diff(want, e))
}

// Tick returns a tick at second sec.
func Tick(sec int) seis.Entry {
	return seis.Entry{Kind: seis.EntryTick, Time: seis.TimeOf(int64(sec)*1e9, false)}
}

// Setup returns a setup entry at second sec that names its version.
func Setup(version string, sec int) seis.Entry {
	return seis.Entry{
		Kind: seis.EntrySetup,
		Time: seis.TimeOf(int64(sec)*1e9, false),
		Setup: &seis.Setup{
			Version:   version,
			Config:    []byte("[centre]\nname = \"test\"\n"),
			Inventory: []seis.File{{Name: "XX.xml", Bytes: bytes.Repeat([]byte("<Station/>"), 30)}},
		},
	}
}

// MustAppend appends e or ends the test.
func MustAppend(t testing.TB, j journal.Journal, e seis.Entry) seis.Entry {
	t.Helper()
	got, err := j.Append(e)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// ReadAll returns the entries from serial from to the end.
func ReadAll(t testing.TB, j journal.Journal, from uint64) []seis.Entry {
	t.Helper()
	r, err := j.Read(from)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var es []seis.Entry
	for {
		e, err := r.Next()
		if err == io.EOF {
			return es
		}
		if err != nil {
			t.Fatal(err)
		}
		es = append(es, e)
	}
}

func serials(t *testing.T, j journal.Journal) {
	defer j.Close()
	if j.First() != 1 || j.Last() != 0 {
		t.Errorf("empty: First %d, Last %d, want 1, 0", j.First(), j.Last())
	}
	for i := 1; i <= 100; i++ {
		e := Tick(i)
		e.Serial = 77 // what the caller says does not matter
		if got := MustAppend(t, j, e); got.Serial != uint64(i) {
			t.Fatalf("entry %d got serial %d", i, got.Serial)
		}
		if j.Last() != uint64(i) {
			t.Fatalf("Last %d, want %d", j.Last(), i)
		}
	}
	for i, e := range ReadAll(t, j, 40) {
		if e.Serial != uint64(40+i) {
			t.Fatalf("read serial %d, want %d", e.Serial, 40+i)
		}
	}
}

func monotone(t *testing.T, j journal.Journal) {
	defer j.Close()
	leap := func(ns int64) seis.Time { return seis.TimeOf(ns, true) }
	plain := func(ns int64) seis.Time { return seis.TimeOf(ns, false) }
	var want []seis.Time
	for _, step := range []struct{ given, want seis.Time }{
		{plain(-5e9), plain(-5e9)},
		{plain(100e9), plain(100e9)},
		{plain(99e9), plain(100e9)},
		{plain(100e9), plain(100e9)},
		{leap(101e9), leap(101e9)},
		{plain(101e9), plain(101e9)},
		{leap(101e9), plain(101e9)}, // a leap second lies before the second that follows
		{seis.Time{}, plain(101e9)},
		{plain(200e9), plain(200e9)},
	} {
		got := MustAppend(t, j, seis.Entry{Kind: seis.EntryTick, Time: step.given})
		if got.Time != step.want {
			t.Errorf("time %v was stored as %v, want %v", step.given, got.Time, step.want)
		}
		want = append(want, step.want)
	}
	for i, e := range ReadAll(t, j, 1) {
		if e.Time != want[i] {
			t.Errorf("entry %d read with time %v, want %v", e.Serial, e.Time, want[i])
		}
	}
}

func roundTrip(t *testing.T, open func(t *testing.T) journal.Journal) {
	j := open(t)
	defer j.Close()
	rapid.Check(t, func(rt *rapid.T) {
		from := j.Last() + 1
		var want []seis.Entry
		for _, e := range rapid.SliceOfN(Entries(), 1, 8).Draw(rt, "entries") {
			got, err := j.Append(e)
			if err != nil {
				rt.Fatal(err)
			}
			e.Serial, e.Time = got.Serial, got.Time
			if d := Diff(e, got); d != "" {
				rt.Fatalf("Append changed the entry (−given +returned):\n%s", d)
			}
			want = append(want, e)
		}
		got := ReadAll(t, j, from)
		if len(got) != len(want) {
			rt.Fatalf("read %d entries, want %d", len(got), len(want))
		}
		for i := range want {
			if d := Diff(want[i], got[i]); d != "" {
				rt.Fatalf("entry %d (−appended +read):\n%s", want[i].Serial, d)
			}
		}
	})
}

// ownership: what the caller does to its entry after Append, or to an entry it
// has read, does not reach the journal.
func ownership(t *testing.T, j journal.Journal) {
	defer j.Close()
	e := Receipt(1, 1)
	want := bytes.Clone(e.Receipt.Bytes)
	MustAppend(t, j, e)
	clear(e.Receipt.Bytes)
	e.Receipt.Peer = "nobody"
	for range 2 {
		got := ReadAll(t, j, 1)[0]
		if !bytes.Equal(got.Receipt.Bytes, want) || got.Receipt.Peer != "192.0.2.7:18000" {
			t.Fatal("the journal holds what the caller changed")
		}
		clear(got.Receipt.Bytes)
		got.Receipt.Peer = "nobody"
	}
}

func follow(t *testing.T, j journal.Journal) {
	defer j.Close()
	if _, err := j.Read(0); err == nil {
		t.Error("Read(0) gave a reader; entries are counted from 1")
	}
	r, err := j.Read(3) // still to come
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want := uint64(3)
	for i := 1; i <= 41; i++ {
		MustAppend(t, j, Receipt(i, i))
		if i%3 == 1 {
			continue // so that there is one entry to read, or two
		}
		for {
			e, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil || e.Serial != want || e.Receipt.UpstreamSeq != int64(want) {
				t.Fatalf("after entry %d: got %+v, %v, want entry %d", i, e, err, want)
			}
			want++
		}
		if i >= 3 && want != uint64(i)+1 {
			t.Fatalf("after entry %d: io.EOF before entry %d", i, want)
		}
	}
}

// manyReaders: readers that follow while the appender appends see every entry
// once, in order and whole.
func manyReaders(t *testing.T, j journal.Journal) {
	defer j.Close()
	const n, readers = 1000, 4
	var wg sync.WaitGroup
	read := func() error {
		r, err := j.Read(1)
		if err != nil {
			return err
		}
		defer r.Close()
		for want := uint64(1); want <= n; {
			e, err := r.Next()
			if err == io.EOF {
				runtime.Gosched()
				continue
			}
			if err != nil {
				return err
			}
			if err := CheckReceipt(e, int(want), int(want)); err != nil {
				return err
			}
			want++
		}
		return nil
	}
	for range readers {
		wg.Go(func() {
			if err := read(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Go(func() {
		for i := range 20 {
			if err := j.Sync(); err != nil {
				t.Errorf("sync %d: %v", i, err)
			}
		}
	})
	for i := 1; i <= n; i++ {
		if _, err := j.Append(Receipt(i, i)); err != nil {
			t.Error(err)
			break
		}
	}
	wg.Wait()
}

func setups(t *testing.T, j journal.Journal) {
	defer j.Close()
	if _, err := j.Setup(1); !errors.Is(err, journal.ErrNoSetup) {
		t.Errorf("Setup of an empty journal: %v, want ErrNoSetup", err)
	}
	MustAppend(t, j, Tick(1))         // 1
	MustAppend(t, j, Setup("a", 2))   // 2
	MustAppend(t, j, Receipt(3, 3))   // 3
	MustAppend(t, j, Setup("b", 4))   // 4
	MustAppend(t, j, Receipt(5, 5))   // 5
	MustAppend(t, j, Setup("c", 600)) // 6
	if _, err := j.Setup(1); !errors.Is(err, journal.ErrNoSetup) {
		t.Errorf("Setup(1): %v, want ErrNoSetup", err)
	}
	for at, want := range map[uint64]struct {
		version string
		serial  uint64
		sec     int
	}{2: {"a", 2, 2}, 3: {"a", 2, 2}, 4: {"b", 4, 4}, 5: {"b", 4, 4}, 6: {"c", 6, 600}, 99: {"c", 6, 600}} {
		e, err := j.Setup(at)
		if err != nil {
			t.Errorf("Setup(%d): %v", at, err)
			continue
		}
		w := Setup(want.version, want.sec)
		w.Serial = want.serial
		if d := Diff(w, e); d != "" {
			t.Errorf("Setup(%d) (−want +got):\n%s", at, d)
		}
	}
}

func refusals(t *testing.T, j journal.Journal) {
	defer j.Close()
	for _, tt := range []struct {
		what string
		e    seis.Entry
	}{
		{"no kind", seis.Entry{}},
		{"unknown kind", seis.Entry{Kind: 200}},
		{"receipt without receipt", seis.Entry{Kind: seis.EntryReceipt}},
		{"setup with a trust", seis.Entry{Kind: seis.EntrySetup, Trust: &seis.Trust{}}},
		{"two of them", seis.Entry{Kind: seis.EntrySetup, Setup: &seis.Setup{}, Receipt: &seis.Receipt{}}},
		{"tick with a receipt", seis.Entry{Kind: seis.EntryTick, Receipt: &seis.Receipt{}}},
	} {
		if _, err := j.Append(tt.e); err == nil {
			t.Errorf("%s: was taken", tt.what)
		}
	}
	if got := MustAppend(t, j, Tick(1)); got.Serial != 1 {
		t.Errorf("serial %d after refusals, want 1", got.Serial)
	}
}

func closed(t *testing.T, j journal.Journal) {
	MustAppend(t, j, Tick(1))
	r, err := j.Read(1)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append(Tick(2)); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("Append: %v, want ErrClosed", err)
	}
	if err := j.Sync(); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("Sync: %v, want ErrClosed", err)
	}
	if _, err := j.Read(1); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("Read: %v, want ErrClosed", err)
	}
	if _, err := j.Setup(1); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("Setup: %v, want ErrClosed", err)
	}
	if _, err := r.Next(); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("Next: %v, want ErrClosed", err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("close reader: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}
