package seglog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"houfeng/internal/seis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testFormat = Format{"HOUFENG-TEST", 1}

func options(segmentBytes int64) Options {
	return Options{Format: testFormat, Ext: ".seg", SegmentBytes: segmentBytes, Dense: true}
}

// frame makes the frame numbered n; its content follows from n.
func frame(n uint64) Frame {
	rnd := rand.New(rand.NewPCG(n, 1))
	b := make([]byte, rnd.IntN(200))
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return Frame{Number: n, Time: seis.TimeOf(int64(n)*1e9, n%7 == 0), Kind: uint8(1 + n%3), Payload: b}
}

func equal(a, b Frame) bool {
	return a.Number == b.Number && a.Time == b.Time && a.Kind == b.Kind && bytes.Equal(a.Payload, b.Payload)
}

func mustOpen(t testing.TB, dir string, opt Options) *Log {
	t.Helper()
	l, err := open(dir, opt, quickDisk{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func mustAppend(t testing.TB, l *Log, from, to uint64) {
	t.Helper()
	for n := from; n <= to; n++ {
		if _, err := l.Append(frame(n)); err != nil {
			t.Fatal(err)
		}
	}
}

// read returns the numbers from from to the end, having checked the content of
// each frame, and the damage met.
func read(t testing.TB, l *Log, from uint64) (numbers []uint64, damage []*DamageError) {
	t.Helper()
	c, err := l.Cursor(from, CursorOptions{Chunk: 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for {
		f, err := c.Next()
		var d *DamageError
		switch {
		case err == io.EOF:
			return numbers, damage
		case errors.As(err, &d):
			damage = append(damage, d)
			if len(damage) > 1000 {
				t.Fatal("damage without end")
			}
			continue
		case err != nil:
			t.Fatal(err)
		}
		if !equal(f, frame(f.Number)) {
			t.Fatalf("frame %d is not what was appended", f.Number)
		}
		numbers = append(numbers, f.Number)
	}
}

func span(from, to uint64) (ns []uint64) {
	for n := from; n <= to; n++ {
		ns = append(ns, n)
	}
	return ns
}

func TestAppendReopenRead(t *testing.T) {
	dir := t.TempDir()
	last := uint64(0)
	for range 4 {
		l := mustOpen(t, dir, options(3000))
		if n, _ := l.Last(); n != last {
			t.Fatalf("opened at %d, want %d", n, last)
		}
		if r := l.Recovery(); r.Dropped != 0 || r.Damage != nil {
			t.Fatalf("after Close: %+v", r)
		}
		mustAppend(t, l, last+1, last+137)
		last += 137
		for _, from := range []uint64{1, 2, 50, last - 1, last, last + 1} {
			if got, damage := read(t, l, from); !slices.Equal(got, span(from, last)) || damage != nil {
				t.Fatalf("from %d read %v, damage %v", from, got, damage)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Cursor(1, CursorOptions{}); !errors.Is(err, ErrClosed) {
			t.Errorf("Cursor after Close: %v", err)
		}
	}
	if segs, _ := filepath.Glob(filepath.Join(dir, "*.seg")); len(segs) < 10 {
		t.Errorf("%d segments, want many", len(segs))
	}
	if idx, _ := filepath.Glob(filepath.Join(dir, "*.idx")); len(idx) < 10 {
		t.Errorf("%d indices, want many", len(idx))
	}
}

func TestAppendRefuses(t *testing.T) {
	l := mustOpen(t, t.TempDir(), options(0))
	mustAppend(t, l, 1, 2)
	for _, f := range []Frame{{Number: 2, Kind: 1}, {Number: 4, Kind: 1}, {Number: 3, Kind: markKind}} {
		if _, err := l.Append(f); err == nil {
			t.Errorf("%+v was taken after frame 2", f)
		}
	}
	if n, _ := l.Last(); n != 2 {
		t.Errorf("Last %d, want 2", n)
	}
}

// TestTorn cuts the only segment at every byte: the log opens at the last
// whole frame before the cut, unless a sync mark behind says that more was
// durable, and goes on from there.
func TestTorn(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, options(0))
	mustAppend(t, l, 1, 8)
	l.Close()
	path := l.path(1)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ends := frameEnds(t, whole)
	dir = t.TempDir()
	for size := 0; size <= len(whole); size++ {
		empty(dir)
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), whole[:size], 0o640); err != nil {
			t.Fatal(err)
		}
		want, wantEnd := uint64(0), 0
		for i, end := range ends {
			if end <= size {
				want, wantEnd = uint64(min(i+1, 8)), end
			}
		}
		if size >= headerSize {
			wantEnd = max(wantEnd, headerSize)
		}
		l := mustOpen(t, dir, options(0))
		r := l.Recovery()
		if n, _ := l.Last(); n != want || r.Dropped != int64(size-wantEnd) && size >= headerSize || r.Damage != nil {
			t.Fatalf("cut at %d: last %d, %+v, want %d and %d bytes dropped", size, n, r, want, size-wantEnd)
		}
		if tail := whole[min(wantEnd, size):size]; size > headerSize && len(bytes.Trim(tail, "\x00")) > 0 {
			if len(r.Copies) != 1 {
				t.Fatalf("cut at %d: copies %v of what was dropped, want one", size, r.Copies)
			}
			b, err := os.ReadFile(r.Copies[0])
			if err != nil || !bytes.Equal(b, whole[wantEnd:size]) {
				t.Fatalf("cut at %d: copy of what was dropped: %v", size, err)
			}
		}
		mustAppend(t, l, want+1, 15)
		if got, damage := read(t, l, 1); !slices.Equal(got, span(1, 15)) || damage != nil {
			t.Fatalf("cut at %d: read %v, damage %v", size, got, damage)
		}
		l.Close()
		l = mustOpen(t, dir, options(0))
		if n, _ := l.Last(); n != 15 || l.Recovery().Dropped != 0 {
			t.Fatalf("cut at %d: opened again at %d, %+v", size, n, l.Recovery())
		}
		l.Close()
	}
}

func empty(dir string) {
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range files {
		if !strings.HasSuffix(path, "LOCK") {
			os.Remove(path)
		}
	}
}

// frameEnds returns where each frame of a segment ends, marks included.
func frameEnds(t *testing.T, segment []byte) (ends []int) {
	for at := headerSize; at < len(segment); {
		at += frameSize + int(binary.LittleEndian.Uint32(segment[at:]))
		ends = append(ends, at)
	}
	return ends
}

// TestFlippedBit changes one byte anywhere: what was durable is reported as
// damaged and everything else is read; what was not is cut off.
func TestFlippedBit(t *testing.T) {
	for _, synced := range []bool{true, false} {
		t.Run(fmt.Sprintf("synced=%v", synced), func(t *testing.T) {
			dir := t.TempDir()
			l := mustOpen(t, dir, options(0))
			mustAppend(t, l, 1, 6)
			if synced {
				if err := l.Sync(); err != nil {
					t.Fatal(err)
				}
			}
			mustAppend(t, l, 7, 8) // begins with a mark if synced
			l.Flush()
			path := l.path(1)
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			ends := frameEnds(t, whole)[:6]
			dir = t.TempDir()
			for at := headerSize; at < len(whole); at++ {
				b := bytes.Clone(whole)
				b[at] ^= 0x10
				empty(dir)
				os.WriteFile(filepath.Join(dir, filepath.Base(path)), b, 0o640)
				l := mustOpen(t, dir, options(0))
				hit, _ := slices.BinarySearch(ends, at+1)
				hit++ // number of the frame hit
				got, damage := read(t, l, 1)
				r := l.Recovery()
				switch {
				case synced && hit <= 6:
					want := slices.Delete(span(1, 8), hit-1, hit)
					if !slices.Equal(got, want) || len(damage) != 1 || len(r.Damage) != 1 || r.Dropped != 0 {
						t.Fatalf("byte %d in frame %d: read %v, %v, %+v", at, hit, got, damage, r)
					}
					if d := damage[0]; d.Path != l.path(1) || d.Offset > int64(at) || d.Offset+d.Bytes <= int64(at) || d.After != uint64(hit-1) {
						t.Fatalf("byte %d in frame %d: damage %v", at, hit, d)
					}
				default: // frames 7 and 8, and the mark, were not synced
					if want := span(1, uint64(hit-1)); hit <= 6 && !slices.Equal(got, want) || len(got) < min(hit-1, 6) || len(got) > 8 || damage != nil || r.Dropped == 0 {
						t.Fatalf("byte %d in frame %d: read %v, %v, %+v", at, hit, got, damage, r)
					}
				}
				l.Close()
			}
		})
	}
}

// TestDamageInFullSegments damages full segments: heads, payloads, headers,
// whole files. The cursor says so once and goes on.
func TestDamageInFullSegments(t *testing.T) {
	for _, tt := range []struct {
		what   string
		harm   func(t *testing.T, segs []string)
		lost   func(n uint64, firsts []uint64) bool
		reason string
	}{
		{"a head and what follows", func(t *testing.T, segs []string) { scribble(t, segs[3], headerSize+4, 40) },
			func(n uint64, firsts []uint64) bool { return n == firsts[3] || n == firsts[3]+1 }, "crc"},
		{"a payload", func(t *testing.T, segs []string) { scribble(t, segs[3], headerSize+frameSize+1, 1) },
			func(n uint64, firsts []uint64) bool { return n == firsts[3] }, "crc"},
		{"the header", func(t *testing.T, segs []string) { scribble(t, segs[3], 40, 1) },
			func(n uint64, firsts []uint64) bool { return n >= firsts[3] && n < firsts[4] }, "header"},
		{"the file is gone", func(t *testing.T, segs []string) { os.Remove(segs[3]) },
			func(n uint64, firsts []uint64) bool { return n >= firsts[3] && n < firsts[4] }, "in no segment"},
		{"the end is gone", func(t *testing.T, segs []string) { os.Truncate(segs[3], 200) },
			func(n uint64, firsts []uint64) bool { return n > firsts[3] && n < firsts[4] }, "a frame's head has 32"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			dir := t.TempDir()
			l := mustOpen(t, dir, options(1500))
			mustAppend(t, l, 1, 100)
			l.Close()
			segs, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
			var firsts []uint64
			for _, s := range segs {
				var n uint64
				fmt.Sscanf(filepath.Base(s), "%d", &n)
				firsts = append(firsts, n)
			}
			tt.harm(t, segs)
			l = mustOpen(t, dir, options(1500))
			if n, _ := l.Last(); n != 100 || l.Recovery().Dropped != 0 {
				t.Fatalf("opened at %d, %+v", n, l.Recovery())
			}
			var want []uint64
			for _, n := range span(1, 100) {
				if !tt.lost(n, firsts) {
					want = append(want, n)
				}
			}
			got, damage := read(t, l, 1)
			if len(damage) != 1 || !strings.Contains(damage[0].Error(), tt.reason) {
				t.Errorf("damage %v, want one with %q", damage, tt.reason)
			}
			// The frame after a damaged head may be lost with it, no more.
			if !slices.Equal(got, want) && tt.what != "a head and what follows" {
				t.Errorf("read %v\nwant %v", got, want)
			}
			for _, n := range want {
				if !slices.Contains(got, n) {
					t.Errorf("%d is lost", n)
				}
			}
			mustAppend(t, l, 101, 105)
		})
	}
}

func scribble(t *testing.T, path string, at int64, n int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, n)
	f.ReadAt(b, at)
	for i := range b {
		b[i] ^= 0xff
	}
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

// TestForgedFrames: a payload full of frames, as a hostile station may send
// them, is damaged so that the reader has to seek the next frame. It finds none
// of the forged ones.
func TestForgedFrames(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, options(0))
	var forged []byte
	for salt := range uint64(50) {
		forged = appendFrame(forged, salt, Frame{Number: 3 + salt, Kind: 1, Payload: []byte("forged")})
	}
	mustAppend(t, l, 1, 1)
	if _, err := l.Append(Frame{Number: 2, Kind: 1, Payload: forged}); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, 3, 5)
	l.Close()
	scribble(t, l.path(1), int64(headerSize+frameSize+len(frame(1).Payload)), 1) // the head of 2
	l = mustOpen(t, dir, options(0))
	got, damage := read(t, l, 1)
	if !slices.Equal(got, []uint64{1, 3, 4, 5}) || len(damage) != 1 {
		t.Errorf("read %v, damage %v, want 1 3 4 5 and one stretch", got, damage)
	}
}

func TestTrim(t *testing.T) {
	dir := t.TempDir()
	opt := options(2000)
	opt.MaxBytes = 8000
	var removed []uint64
	opt.Removed = func(first, next uint64) { removed = append(removed, first) }
	l := mustOpen(t, dir, opt)
	slow, err := l.Cursor(1, CursorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	mustAppend(t, l, 1, 1)
	if f, err := slow.Next(); err != nil || f.Number != 1 {
		t.Fatal(f, err)
	}
	mustAppend(t, l, 2, 500) // without a Sync
	first := l.First()
	if first < 350 || l.Size() > 8000+(maxFull+1)*2300 {
		t.Errorf("holds %d bytes from %d on, want 8000 and what waits for a Sync", l.Size(), first)
	}
	if err := l.Sync(); err != nil {
		t.Fatal(err)
	}
	if first = l.First(); first < 400 || l.Size() > 8000+2300 {
		t.Errorf("after Sync it holds %d bytes from %d on, want about 8000", l.Size(), first)
	}
	if _, err := l.Cursor(first-1, CursorOptions{}); !errors.Is(err, ErrTrimmed) {
		t.Errorf("Cursor below First: %v, want ErrTrimmed", err)
	}
	if got, damage := read(t, l, first); !slices.Equal(got, span(first, 500)) || damage != nil {
		t.Errorf("read %v, %v", got, damage)
	}
	for {
		if _, err = slow.Next(); err != nil {
			break
		}
	}
	if !errors.Is(err, ErrTrimmed) {
		t.Errorf("a cursor left behind: %v, want ErrTrimmed", err)
	}
	if len(removed) == 0 || removed[0] != 1 || !slices.IsSorted(removed) {
		t.Errorf("removed %v", removed)
	}
	l.Close()
	l = mustOpen(t, dir, opt)
	if got := l.First(); got != first {
		t.Errorf("opened again: First %d, want %d", got, first)
	}
	files, _ := os.ReadDir(dir)
	if len(files) > 2*6+1 {
		t.Errorf("%d files left: %v", len(files), files)
	}
}

// TestTrimByAge: frames are a second apart; a minute is kept, give or take a
// segment, and segments are closed by age too.
func TestTrimByAge(t *testing.T) {
	opt := options(1 << 20)
	opt.MaxAge = time.Minute
	l := mustOpen(t, t.TempDir(), opt)
	mustAppend(t, l, 1, 300)
	if first := l.First(); first > 240 || first < 220 {
		t.Errorf("holds %d to 300, want a minute and a segment at most", first)
	}
	// After a long silence, or when the clock was set ahead, not all goes at
	// once, and not every frame makes a segment.
	before := l.First()
	for n := uint64(301); n <= 330; n++ {
		f := frame(n)
		f.Time = seis.TimeOf((100_000+int64(n))*1e9, false)
		if _, err := l.Append(f); err != nil {
			t.Fatal(err)
		}
	}
	l.Sync()
	l.mu.Lock()
	if n := len(l.segs); n > 12 {
		t.Errorf("%d segments after 30 frames more", n)
	}
	l.mu.Unlock()
	if first := l.First(); first < before+10 || first > before+50 {
		t.Errorf("after a jump of the clock the log begins with %d, before it with %d", first, before)
	}
}
