package seglog

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// TestPowerCut appends, syncs, trims and reopens at random on a disk that
// forgets at a random moment whatever was not synced: names, blocks, sizes.
// Whatever Sync returned for is read back, nothing else is but a run of frames
// that follows it, and the log goes on.
func TestPowerCut(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 2))
		opt := options(int64(rapid.IntRange(200, 4000).Draw(rt, "segment")))
		if rapid.Bool().Draw(rt, "trim") {
			opt.MaxBytes = 3 * opt.SegmentBytes
		}
		dir := t.TempDir()
		for range rapid.IntRange(1, 3).Draw(rt, "lives") {
			d := newCutDisk(dir)
			l, err := open(dir, opt, d)
			if err != nil {
				rt.Fatal(err)
			}
			next, _ := l.Last()
			next++
			synced := next - 1
			for range rapid.IntRange(0, 8).Draw(rt, "steps") {
				switch rapid.IntRange(0, 5).Draw(rt, "step") {
				case 0:
					if err := l.Sync(); err != nil {
						rt.Fatal(err)
					}
					synced = next - 1
				case 1:
					l.Flush()
				default:
					for range rapid.IntRange(1, 10).Draw(rt, "frames") {
						if _, err := l.Append(frame(next)); err != nil {
							rt.Fatal(err)
						}
						next++
					}
				}
			}
			l.Flush()
			synced = max(synced, l.Durable())
			first := l.First()
			dir = d.cut(t, rnd)
			l.Close()

			l, err = open(dir, opt, quickDisk{})
			if err != nil {
				rt.Fatal(err)
			}
			last, _ := l.Last()
			if last < synced || last >= next {
				rt.Fatalf("opened at %d, synced were %d of %d", last, synced, next-1)
			}
			from := l.First()
			if from > first && first <= synced && opt.MaxBytes == 0 {
				rt.Fatalf("begins with %d, began with %d", from, first)
			}
			got, damage := read(t, l, from)
			if !slices.Equal(got, span(from, last)) || damage != nil || l.Recovery().Damage != nil {
				rt.Fatalf("from %d to %d read %v, damage %v, %+v", from, last, got, damage, l.Recovery())
			}
			if _, err := l.Append(frame(last + 1)); err != nil {
				rt.Fatal(err)
			}
			if err := l.Close(); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

// TestDiskFull: a frame that finds no room is refused, what was taken before
// stays, and the log goes on when there is room again.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	d := newCutDisk(dir)
	l, err := open(dir, options(4000), d)
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, 1, 10)
	d.full = true
	n := uint64(10)
	for ; ; n++ {
		if _, err = l.Append(frame(n + 1)); err != nil {
			break
		}
	}
	if !strings.Contains(err.Error(), "no space left") {
		t.Fatal(err)
	}
	if err := l.Sync(); err == nil {
		t.Error("Sync succeeded on a full disk")
	}
	if last, _ := l.Last(); last != n {
		t.Errorf("Last %d, want %d", last, n)
	}
	d.full = false
	mustAppend(t, l, n+1, n+50)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, dir, options(4000))
	if got, damage := read(t, l, 1); !slices.Equal(got, span(1, n+50)) || damage != nil {
		t.Errorf("read %v, %v", got, damage)
	}
}

// TestSyncFails: after a failed fdatasync nothing more is promised.
func TestSyncFails(t *testing.T) {
	d := newCutDisk(t.TempDir())
	l, err := open(d.dir, options(4000), d)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	mustAppend(t, l, 1, 10)
	d.fail = errors.New("input/output error")
	if err := l.Sync(); !errors.Is(err, d.fail) {
		t.Errorf("Sync: %v", err)
	}
	d.fail = nil
	if err := l.Sync(); err == nil {
		t.Error("a second Sync reports success for bytes the kernel may have dropped")
	}
	if _, err := l.Append(frame(11)); err == nil {
		t.Error("Append went on after a failed Sync")
	}
	if l.Durable() != 0 {
		t.Errorf("Durable %d, want 0", l.Durable())
	}
}

// TestOneProcess: a directory belongs to one log; another may only read it.
func TestOneProcess(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, options(1500))
	mustAppend(t, l, 1, 50)
	if _, err := Open(dir, options(1500)); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("second Open: %v", err)
	}
	l.Flush()
	before, _ := os.ReadDir(dir)
	opt := options(1500)
	opt.ReadOnly = true
	ro := mustOpen(t, dir, opt)
	if got, damage := read(t, ro, 1); !slices.Equal(got, span(1, 50)) || damage != nil {
		t.Errorf("read only: %v, %v", got, damage)
	}
	if _, err := ro.Append(frame(51)); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Append: %v, want ErrReadOnly", err)
	}
	if err := ro.Close(); err != nil {
		t.Error(err)
	}
	if after, _ := os.ReadDir(dir); len(after) != len(before) {
		t.Errorf("reading changed the directory: %v, was %v", after, before)
	}
	mustAppend(t, l, 51, 60)
}

func TestForeign(t *testing.T) {
	for _, tt := range []struct{ what, begin, want string }{
		{"newer", "HOUFENG-TEST 2\n", "found HOUFENG-TEST version 2, want version 1"},
		{"another format", "HOUFENG-RING 1\n", `want "HOUFENG-TEST 1\n"`},
		{"something else", "\x7fELF", `begins with "\x7fELF`},
	} {
		t.Run(tt.what, func(t *testing.T) {
			dir := t.TempDir()
			l := mustOpen(t, dir, options(0))
			path := l.path(1)
			l.Close()
			b := append([]byte(tt.begin), make([]byte, 100)...)
			os.WriteFile(path, b, 0o640)
			_, err := Open(dir, options(0))
			if !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want ErrForeign with %q and the file", err, tt.want)
			}
			if now, _ := os.ReadFile(path); string(now) != string(b) {
				t.Error("the file was changed")
			}
		})
	}
}

// TestFollow: readers follow while frames are appended, synced and trimmed.
func TestFollow(t *testing.T) {
	opt := options(5000)
	l := mustOpen(t, t.TempDir(), opt)
	const n = 3000
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			c, err := l.Cursor(1, CursorOptions{})
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			for want := uint64(1); want <= n; {
				f, err := c.Next()
				if err == io.EOF {
					runtime.Gosched()
					continue
				}
				if err != nil || !equal(f, frame(want)) {
					t.Errorf("want frame %d, got %+v, %v", want, f, err)
					return
				}
				want++
			}
		})
	}
	wg.Go(func() {
		for l.Durable() < n {
			if err := l.Sync(); err != nil {
				t.Error(err)
				return
			}
		}
	})
	mustAppend(t, l, 1, n)
	wg.Wait()
}

// TestKeep: with Keep, payloads stay as they were returned.
func TestKeep(t *testing.T) {
	l := mustOpen(t, t.TempDir(), options(5000))
	mustAppend(t, l, 1, 500)
	c, err := l.Cursor(1, CursorOptions{Chunk: 500, Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var all []Frame
	for f, err := c.Next(); err != io.EOF; f, err = c.Next() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	for i, f := range all {
		if !equal(f, frame(uint64(i+1))) {
			t.Fatalf("frame %d changed after it was returned", i+1)
		}
	}
	if len(all) != 500 {
		t.Errorf("%d frames, want 500", len(all))
	}
}

// FuzzSegment: whatever a segment and its index hold, opening and reading them
// ends, and never takes a frame whose checksum is wrong.
func FuzzSegment(f *testing.F) {
	dir := f.TempDir()
	opt := options(600)
	opt.Salt = func() (uint64, error) { return 5, nil }
	l := mustOpen(f, dir, opt)
	mustAppend(f, l, 1, 20)
	l.Close()
	seg, err := os.ReadFile(l.path(1))
	if err != nil {
		f.Fatal(err)
	}
	idx, err := os.ReadFile(l.path(1) + ".idx")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seg, idx)
	f.Add(seg[:200], []byte(nil))
	f.Add(append(seg[:100:100], seg[101:]...), idx[:60])
	f.Add([]byte(nil), idx)
	f.Fuzz(func(t *testing.T, seg, idx []byte) {
		dir := t.TempDir()
		l := Log{dir: dir, opt: opt}
		os.WriteFile(l.path(1), seg, 0o640)
		os.WriteFile(l.path(1)+".idx", idx, 0o640)
		s := segment{path: l.path(1), header: header{first: 1, salt: 5}}
		s.decodeIndex(testFormat, idx, int64(len(seg)))
		ro := opt
		ro.ReadOnly, ro.Dense = true, false
		log, err := open(dir, ro, quickDisk{})
		if err != nil {
			return
		}
		defer log.Close()
		c, err := log.Cursor(log.First(), CursorOptions{Chunk: 64})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		last := uint64(0)
		for i := 0; ; i++ {
			f, err := c.Next()
			if err == io.EOF {
				return
			}
			if i > len(seg) {
				t.Fatal("more frames than bytes")
			}
			if err == nil && f.Number <= last {
				t.Fatalf("frame %d after %d", f.Number, last)
			}
			last = max(last, f.Number)
		}
	})
}
