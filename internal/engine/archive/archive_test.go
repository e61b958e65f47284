package archive_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"houfeng/fdsn"
	"houfeng/internal/engine/archive"
	"houfeng/internal/engine/archive/archivetest"
	"houfeng/internal/seis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openFolder(t testing.TB, root string) *archive.Folder {
	t.Helper()
	a, err := archive.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func TestMemory(t *testing.T) {
	archivetest.Test(t, func(*testing.T) archive.Archive { return archive.NewMemory() })
}

func TestFolder(t *testing.T) {
	archivetest.Test(t, func(t *testing.T) archive.Archive { return openFolder(t, t.TempDir()) })
}

func rec(sec float64, seed int) *seis.Record {
	return archivetest.Record(archivetest.ID, sec, 10, 50, seed)
}

const dayBefore, dayAfter = "2019/XX/STA/HHZ.D/XX.STA.00.HHZ.D.2019.288", "2019/XX/STA/HHZ.D/XX.STA.00.HHZ.D.2019.289"

// TestLayout checks paths and the bytes of the files: nothing but records.
func TestLayout(t *testing.T) {
	root := t.TempDir()
	a := openFolder(t, root)
	one, two, three := rec(-10, 1), rec(-1, 2), rec(4, 3) // two spans midnight
	long := fdsn.ID{Station: "A", Channel: "LOG"}
	log := archivetest.Record(long, 100*86400, 1, 5, 4)
	archivetest.MustAdd(t, a, three, two, log)
	archivetest.MustAdd(t, a, one)
	if err := a.Sync(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]byte{
		dayBefore:                              append(bytes.Clone(one.Raw()), two.Raw()...),
		dayAfter:                               three.Raw(),
		"2020/--/A/LOG.D/--.A..LOG.D.2020.024": log.Raw(),
		"HOUFENG-ARCHIVE":                      []byte("HOUFENG-ARCHIVE 1\n"),
	} {
		got, err := os.ReadFile(filepath.Join(root, path))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v, want %d", path, len(got), err, len(want))
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	var files []string
	filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if len(files) != 4 {
		t.Errorf("files %v, want three of records and the mark", files)
	}
}

// TestLeapDay: a record that starts at 23:59:60 lies in the file of the day
// that this second ends.
func TestLeapDay(t *testing.T) {
	root := t.TempDir()
	a := openFolder(t, root)
	base := seis.TimeOf(1483228800e9, false).SecondsSince(archivetest.Midnight) // 2017-01-01
	raw := bytes.Clone(archivetest.Record(archivetest.ID, base-1, 10, 5, 2).Raw())
	raw[26] = 60
	archivetest.MustAdd(t, a, archivetest.RecordOf(raw), archivetest.Record(archivetest.ID, base, 10, 5, 3))
	if err := a.Sync(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(root, "2016/XX/STA/HHZ.D/XX.STA.00.HHZ.D.2016.366"))
	if err != nil || !bytes.Equal(got, raw) {
		t.Errorf("file of 2016-12-31: %d bytes, %v", len(got), err)
	}
}

func TestReopen(t *testing.T) {
	root := t.TempDir()
	var want [][]byte
	for life := range 4 {
		a := openFolder(t, root)
		for i := range 10 {
			r := rec(float64(life*1000+i*10), i)
			archivetest.MustAdd(t, a, r, rec(float64(life*1000), 0)) // and an old one again
			want = append(want, r.Raw())
		}
		if life > 0 {
			archivetest.MustAdd(t, a, rec(float64((life-1)*1000+90), 9)) // of the life before
		}
		got := archivetest.MustRead(t, a, archivetest.ID, archivetest.All[0], archivetest.All[1])
		if len(got) != len(want) || !bytes.Equal(bytes.Join(got, nil), bytes.Join(want, nil)) {
			t.Fatalf("life %d: read %s\nwant %s", life, archivetest.Describe(got), archivetest.Describe(want))
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if len(a.Repaired()) != 0 {
			t.Errorf("life %d repaired %v", life, a.Repaired())
		}
	}
}

// TestTorn cuts the file at every few bytes, as a crash may, with and without
// the list of files that may need repair: what is whole is read, what is not is
// cut off and kept beside, and the file goes on in order.
func TestTorn(t *testing.T) {
	one, two, three := rec(0, 1), rec(10, 2), rec(20, 3)
	whole := bytes.Join([][]byte{one.Raw(), two.Raw()}, nil)
	for _, listed := range []bool{true, false} {
		for size := 0; size <= len(whole); size += 37 {
			root := t.TempDir()
			path := filepath.Join(root, dayAfter)
			os.MkdirAll(filepath.Dir(path), 0o755)
			os.WriteFile(path, whole[:size], 0o644)
			os.WriteFile(filepath.Join(root, "HOUFENG-ARCHIVE"), []byte("HOUFENG-ARCHIVE 1\n"), 0o644)
			if listed {
				os.WriteFile(filepath.Join(root, "DIRTY"), []byte("HOUFENG-ARCHIVE DIRTY 1\n0 "+dayAfter+"\n512 "), 0o644)
			}
			keep := size / 512 * 512
			a := openFolder(t, root)
			if got, _ := os.ReadFile(path); listed && len(got) != keep {
				t.Fatalf("cut at %d: %d bytes after Open, want %d", size, len(got), keep)
			}
			if got := archivetest.MustRead(t, a, archivetest.ID, archivetest.All[0], archivetest.All[1]); !bytes.Equal(bytes.Join(got, nil), whole[:keep]) {
				t.Fatalf("cut at %d: read %s", size, archivetest.Describe(got))
			}
			archivetest.MustAdd(t, a, three)
			if err := a.Sync(); err != nil {
				t.Fatal(err)
			}
			got, _ := os.ReadFile(path)
			if want := append(bytes.Clone(whole[:keep]), three.Raw()...); !bytes.Equal(got, want) {
				t.Fatalf("listed %v, cut at %d: file of %d bytes, want %d", listed, size, len(got), len(want))
			}
			switch r := a.Repaired(); {
			case size == keep && len(r) != 0, size != keep && len(r) != 1:
				t.Fatalf("cut at %d: repaired %v", size, r)
			case size != keep:
				if b, err := os.ReadFile(r[0].Copy); err != nil || !bytes.Equal(b, whole[keep:size]) || r[0].Offset != int64(keep) {
					t.Fatalf("cut at %d: %+v, %v", size, r[0], err)
				}
			}
			archivetest.MustAdd(t, a, two, one) // what was lost comes again, late
			archivetest.MustAdd(t, a, three)
			a.Close()
			got, _ = os.ReadFile(path)
			if want := append(bytes.Clone(whole), three.Raw()...); !bytes.Equal(got, want) {
				t.Fatalf("listed %v, cut at %d: in the end %d bytes, want %d", listed, size, len(got), len(want))
			}
		}
	}
}

// TestKilledCopies takes copies of the folder while it is written to, which is
// what a kill leaves: everything synced is there, every file has whole records
// only, in order.
func TestKilledCopies(t *testing.T) {
	root := t.TempDir()
	a := openFolder(t, root)
	var synced, pending [][]byte
	for i := range 60 {
		sec := float64(i * 10)
		if i%7 == 6 {
			sec -= 105 // late
		}
		r := rec(sec, i)
		archivetest.MustAdd(t, a, r)
		pending = append(pending, r.Raw())
		if i%5 == 4 {
			if err := a.Sync(); err != nil {
				t.Fatal(err)
			}
			synced, pending = append(synced, pending...), nil
		}
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(root)); err != nil {
			t.Fatal(err)
		}
		b := openFolder(t, copied)
		got := archivetest.MustRead(t, b, archivetest.ID, archivetest.All[0], archivetest.All[1])
		held := map[string]bool{}
		for _, raw := range got {
			held[string(raw)] = true
		}
		for _, raw := range synced {
			if !held[string(raw)] {
				t.Fatalf("after record %d: a synced record is missing", i)
			}
		}
		archivetest.MustAdd(t, b, rec(-86400, i))
		b.Close()
	}
}

// TestForeignFile: an SDS archive that another program made, out of order, with
// a record twice and bytes between that are no record, can be read and added
// to; the foreign bytes stay.
func TestForeignFile(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, dayAfter)
	os.MkdirAll(filepath.Dir(path), 0o755)
	one, two, three, four := rec(0, 1), rec(10, 2), rec(20, 3), rec(30, 4)
	junk := bytes.Repeat([]byte("junk"), 32)
	var file []byte
	for _, b := range [][]byte{two.Raw(), junk, one.Raw(), one.Raw(), four.Raw()} {
		file = append(file, b...)
	}
	os.WriteFile(path, file, 0o644)
	a := openFolder(t, root)
	got := archivetest.MustRead(t, a, archivetest.ID, archivetest.All[0], archivetest.All[1])
	if want := [][]byte{one.Raw(), one.Raw(), two.Raw(), four.Raw()}; !bytes.Equal(bytes.Join(got, nil), bytes.Join(want, nil)) {
		t.Errorf("read %s", archivetest.Describe(got))
	}
	archivetest.MustAdd(t, a, three, one)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	want := bytes.Join([][]byte{one.Raw(), one.Raw(), two.Raw(), junk, three.Raw(), four.Raw()}, nil)
	if err != nil || !bytes.Equal(b, want) {
		t.Errorf("file of %d bytes, %v, want %d", len(b), err, len(want))
	}
}

// TestChangedFile: a file that another program changed under us is read anew
// instead of being written over.
func TestChangedFile(t *testing.T) {
	root := t.TempDir()
	a := openFolder(t, root)
	archivetest.MustAdd(t, a, rec(0, 1))
	if err := a.Sync(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, dayAfter)
	b, _ := os.ReadFile(path)
	os.WriteFile(path, append(b, rec(20, 3).Raw()...), 0o644)
	archivetest.MustAdd(t, a, rec(10, 2), rec(30, 4))
	if err := a.Sync(); err != nil {
		t.Fatal(err)
	}
	want := bytes.Join([][]byte{rec(0, 1).Raw(), rec(10, 2).Raw(), rec(20, 3).Raw(), rec(30, 4).Raw()}, nil)
	if b, _ := os.ReadFile(path); !bytes.Equal(b, want) {
		t.Errorf("file of %d bytes, want %d", len(b), len(want))
	}
}

func TestForeign(t *testing.T) {
	root := t.TempDir()
	mark := filepath.Join(root, "HOUFENG-ARCHIVE")
	os.WriteFile(mark, []byte("HOUFENG-ARCHIVE 2\n"), 0o644)
	_, err := archive.Open(root)
	if !errors.Is(err, archive.ErrForeign) || !strings.Contains(err.Error(), mark) || !strings.Contains(err.Error(), "found HOUFENG-ARCHIVE version 2, want version 1") {
		t.Errorf("got %v", err)
	}
	root = t.TempDir()
	openFolder(t, root)
	if _, err := archive.Open(root); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("second Open: %v", err)
	}
}

// TestManyFiles syncs more files than are synced one by one.
func TestManyFiles(t *testing.T) {
	a := openFolder(t, t.TempDir())
	for i := range 100 {
		id := archivetest.ID
		id.Station = fmt.Sprintf("S%03d", i)
		archivetest.MustAdd(t, a, archivetest.Record(id, 0, 10, 50, i))
	}
	if err := a.Sync(); err != nil {
		t.Fatal(err)
	}
	if ids, err := a.Streams(t.Context()); err != nil || len(ids) != 100 {
		t.Errorf("%d streams, %v", len(ids), err)
	}
}

func BenchmarkAdd(b *testing.B) {
	for _, streams := range []int{1, 300} {
		b.Run(fmt.Sprintf("streams=%d", streams), func(b *testing.B) {
			a := openFolder(b, b.TempDir())
			// A day's worth of starts, so that records are in order.
			var records []*seis.Record
			for i := range 20_000 {
				id := archivetest.ID
				id.Station = fmt.Sprintf("S%03d", i%streams)
				records = append(records, archivetest.Record(id, float64(i/streams)*4, 100, 400, i))
			}
			b.SetBytes(512)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if i == len(records) {
					b.StopTimer()
					a.Close()
					a, i = openFolder(b, b.TempDir()), 0
					b.StartTimer()
				}
				if err := a.Add(b.Context(), records[i:i+1]); err != nil {
					b.Fatal(err)
				}
				if i++; i%5000 == 0 {
					if err := a.Sync(); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
