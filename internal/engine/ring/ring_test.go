package ring_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"houfeng/internal/engine/clock"
	"houfeng/internal/engine/ring"
	"houfeng/internal/engine/ring/ringtest"
	"houfeng/internal/seis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openFile(t testing.TB, dir string, o ring.Options) *ring.File {
	t.Helper()
	r, err := ring.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func TestMemory(t *testing.T) {
	ringtest.Test(t, func(t *testing.T) ring.Ring { return ring.NewMemory(ring.Options{MaxBytes: 40 << 20}) })
	ringtest.TestBounded(t, func(t *testing.T) ring.Ring { return ring.NewMemory(ring.Options{MaxBytes: 1 << 20}) })
}

func TestFile(t *testing.T) {
	for name, o := range map[string]ring.Options{
		"large":          {},
		"small segments": {SegmentBytes: 50_000},
		"hardly a tail":  {SegmentBytes: 50_000, TailBytes: 1},
		"few numbers":    {SegmentBytes: 50_000, Reserve: 100},
	} {
		t.Run(name, func(t *testing.T) {
			small := o
			small.MaxBytes, small.SegmentBytes = 1<<20, 100_000
			ringtest.Test(t, func(t *testing.T) ring.Ring { return openFile(t, t.TempDir(), o) })
			ringtest.TestBounded(t, func(t *testing.T) ring.Ring { return openFile(t, t.TempDir(), small) })
			ringtest.TestDurable(t, func(t *testing.T, dir string) ring.Ring { return openFile(t, dir, small) })
		})
	}
}

// TestMaxAge keeps an hour of records by the clock of their arrival, whatever
// their own times say.
func TestMaxAge(t *testing.T) {
	for _, form := range []string{"memory", "file"} {
		t.Run(form, func(t *testing.T) {
			c := clock.NewVirtual(seis.TimeOf(1571117622e9, false))
			o := ring.Options{MaxAge: time.Hour, Clock: c}
			var r ring.Ring
			if form == "memory" {
				r = ring.NewMemory(o)
			} else {
				r = openFile(t, t.TempDir(), o)
			}
			defer r.Close()
			for i := range 6000 { // 10,000 minutes
				it := ringtest.Record(1, i)
				it.Start = seis.TimeOf(9e18, false) // a station whose clock is wrong
				ringtest.MustAppend(t, r, it)
				c.Advance(10 * time.Second)
				if i%100 == 0 {
					r.Sync()
				}
			}
			first, last := r.Bounds()
			if held := last - first + 1; held < 360 || held > 360+300 {
				t.Errorf("holds %d records, want 360 and one segment or chunk more", held)
			}
		})
	}
}
