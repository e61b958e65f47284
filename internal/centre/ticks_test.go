package centre

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"houfeng/internal/seis"
)

func TestMetronome(t *testing.T) {
	at := func(s float64) seis.Time { return seis.TimeOf(1e18, false).AddSeconds(s) }
	var got []float64
	m := &metronome{period: 100 * time.Millisecond, tick: func(x seis.Time) error {
		got = append(got, x.SecondsSince(at(0)))
		return nil
	}}
	for _, a := range []float64{0.01, 0.05, 0.1, 0.11, 0.35, 2.6} {
		if err := m.arrive(at(a)); err != nil {
			t.Fatal(err)
		}
	}
	// An arrival on a grid point comes before the tick of that point.
	want := []float64{0.1, 0.2, 0.4, 1, 2}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("ticks (-want +got):\n%s", d)
	}
	got = nil
	if err := m.arrive(at(1e7)); err != nil {
		t.Fatal(err)
	}
	if n := len(got); n < 1000 || n > 1300 {
		t.Errorf("%d ticks in a silence of four months, want some %d", n, int(maxIdle.Seconds()))
	}
	got = nil
	if err := m.finish(); err != nil {
		t.Fatal(err)
	}
	if n := len(got); n < 1000 || n > 1300 {
		t.Errorf("%d ticks at the end, want some %d", n, int(maxIdle.Seconds()))
	}
}
