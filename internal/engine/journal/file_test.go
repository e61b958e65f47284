package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"houfeng/internal/engine/journal"
	"houfeng/internal/engine/journal/journaltest"
	"houfeng/internal/seis"
)

func openFile(t testing.TB, dir string, o journal.Options) *journal.File {
	t.Helper()
	j, err := journal.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func TestFile(t *testing.T) {
	for _, o := range []journal.Options{{}, {SegmentBytes: 5000}, {SegmentBytes: 5000, SyncEvery: time.Millisecond}} {
		t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) {
			journaltest.Test(t, func(t *testing.T) journal.Journal { return openFile(t, t.TempDir(), o) })
			journaltest.TestDurable(t, func(t *testing.T, dir string) journal.Journal { return openFile(t, dir, o) })
		})
	}
}

// TestTrimmedIsReplayable trims the setup entry away many times over: the setup
// in force at First is still there, and copies that nobody needs are not.
func TestTrimmedIsReplayable(t *testing.T) {
	dir := t.TempDir()
	o := journal.Options{SegmentBytes: 10_000, MaxBytes: 40_000}
	j := openFile(t, dir, o)
	for i := 1; i <= 1000; i++ {
		switch i {
		case 1, 300, 700, 705:
			journaltest.MustAppend(t, j, journaltest.Setup(fmt.Sprint("set up at ", i), i))
		default:
			journaltest.MustAppend(t, j, journaltest.Receipt(i, i))
		}
		if i%50 == 0 {
			if err := j.Sync(); err != nil {
				t.Fatal(err)
			}
		}
		want := uint64(0)
		for _, serial := range []uint64{1, 300, 700, 705} {
			if serial <= j.First() {
				want = serial
			}
		}
		if e, err := j.Setup(j.First()); err != nil || e.Serial != want {
			t.Fatalf("after entry %d, Setup(%d) = %d, %v, want %d", i, j.First(), e.Serial, err, want)
		}
	}
	if j.First() < 800 || j.Size() > 60_000 {
		t.Fatalf("holds %d to %d, %d bytes; want about 40000", j.First(), j.Last(), j.Size())
	}
	check := func(j journal.Journal) {
		t.Helper()
		e, err := j.Setup(j.First())
		if err != nil || e.Serial != 705 || e.Setup.Version != "set up at 705" {
			t.Fatalf("Setup(First) = %+v, %v, want that of 705", e, err)
		}
		if _, err := j.Read(j.First() - 1); !errors.Is(err, journal.ErrTrimmed) {
			t.Errorf("Read below First: %v, want ErrTrimmed", err)
		}
		if es := journaltest.ReadAll(t, j, j.First()); uint64(len(es)) != j.Last()-j.First()+1 {
			t.Errorf("read %d entries from %d to %d", len(es), j.First(), j.Last())
		}
	}
	check(j)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	check(openFile(t, dir, o))
	if copies, _ := filepath.Glob(filepath.Join(dir, "setup-*")); len(copies) != 1 {
		t.Errorf("copies of setups: %v, want one", copies)
	}
	ro, err := journal.OpenRead(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer ro.Close()
	check(ro)
}

// TestSetupCopyDamaged: a setup whose copy is damaged or gone is found in its
// place.
func TestSetupCopyDamaged(t *testing.T) {
	for _, harm := range []func(path string){
		func(path string) { os.Remove(path) },
		func(path string) { os.Truncate(path, 70) },
	} {
		dir := t.TempDir()
		j := openFile(t, dir, journal.Options{SegmentBytes: 2000})
		journaltest.MustAppend(t, j, journaltest.Setup("a", 1))
		for i := range 20 {
			journaltest.MustAppend(t, j, journaltest.Receipt(i, i))
		}
		j.Close()
		harm(filepath.Join(dir, "setup-00000000000000000001.hfs"))
		j = openFile(t, dir, journal.Options{SegmentBytes: 2000})
		if e, err := j.Setup(10); err != nil || e.Setup.Version != "a" {
			t.Errorf("Setup(10) = %+v, %v", e, err)
		}
	}
}

// TestSetupLost: a setup whose entry a crash took, but not its copy, is not in
// force.
func TestSetupLost(t *testing.T) {
	dir := t.TempDir()
	j := openFile(t, dir, journal.Options{})
	journaltest.MustAppend(t, j, journaltest.Setup("kept", 1))
	if err := j.Sync(); err != nil {
		t.Fatal(err)
	}
	journaltest.MustAppend(t, j, journaltest.Setup("lost", 2)) // in memory only, but for the copy
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	j.Close()
	j = openFile(t, copied, journal.Options{})
	if got := journaltest.MustAppend(t, j, journaltest.Tick(3)); got.Serial != 2 {
		t.Fatalf("serial %d, want that of the lost entry", got.Serial)
	}
	if e, err := j.Setup(2); err != nil || e.Setup.Version != "kept" {
		t.Errorf("Setup(2) = %+v, %v, want the one that was kept", e.Setup, err)
	}
}

// TestDamage: an entry whose bytes changed on the disk is named, not returned,
// and what follows is read.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	j := openFile(t, dir, journal.Options{SegmentBytes: 5000})
	for i := 1; i <= 30; i++ {
		journaltest.MustAppend(t, j, journaltest.Receipt(i, i))
	}
	j.Close()
	path := filepath.Join(dir, "00000000000000000001.hfj")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b, bytes.Repeat([]byte{3, 0}, 100)) // in receipt 3
	b[at+50] ^= 1
	if err := os.WriteFile(path, b, 0o640); err != nil {
		t.Fatal(err)
	}
	j = openFile(t, dir, journal.Options{SegmentBytes: 5000})
	r, err := j.Read(1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var got []uint64
	var damage *journal.DamageError
	for {
		e, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if damage != nil || !errors.As(err, &damage) {
				t.Fatal(err)
			}
			continue
		}
		got = append(got, e.Serial)
	}
	if len(got) != 29 || got[1] != 2 || got[2] != 4 {
		t.Errorf("read %v, want all but 3", got)
	}
	if damage == nil || !strings.Contains(damage.Error(), path+" at ") || !strings.Contains(damage.Error(), "number 3: crc 0x") {
		t.Errorf("damage %v, want file, offset and sums", damage)
	}
}

// TestSyncEvery: the journal makes itself durable.
func TestSyncEvery(t *testing.T) {
	j := openFile(t, t.TempDir(), journal.Options{SyncEvery: time.Millisecond})
	journaltest.MustAppend(t, j, journaltest.Tick(1))
	for j.Synced() < 1 { // the test's own limit ends it if this never comes
		time.Sleep(time.Millisecond)
	}
}

func TestForeign(t *testing.T) {
	for begin, want := range map[string]string{
		"HOUFENG-JOURNAL 2\n": "found HOUFENG-JOURNAL version 2, want version 1",
		"HOUFENG-RING 1\n":    `want "HOUFENG-JOURNAL 1\n"`,
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "00000000000000000001.hfj")
		if err := os.WriteFile(path, append([]byte(begin), make([]byte, 100)...), 0o640); err != nil {
			t.Fatal(err)
		}
		_, err := journal.Open(dir, journal.Options{})
		if !errors.Is(err, journal.ErrForeign) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want ErrForeign, the file and %q", begin, err, want)
		}
	}
	if _, err := journal.OpenRead(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("OpenRead of nothing: %v", err)
	}
}

// TestOpenReadBesideWriter reads a journal while it is being written.
func TestOpenReadBesideWriter(t *testing.T) {
	dir := t.TempDir()
	j := openFile(t, dir, journal.Options{SegmentBytes: 5000})
	for i := 1; i <= 100; i++ {
		journaltest.MustAppend(t, j, journaltest.Receipt(i, i))
	}
	if err := j.Sync(); err != nil {
		t.Fatal(err)
	}
	ro, err := journal.OpenRead(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer ro.Close()
	if es := journaltest.ReadAll(t, ro, 1); len(es) != 100 {
		t.Errorf("read %d entries, want 100", len(es))
	}
	if _, err := ro.Append(seis.Entry{Kind: seis.EntryTick}); err == nil {
		t.Error("appended to a journal opened for reading")
	}
	journaltest.MustAppend(t, j, journaltest.Tick(200))
}
