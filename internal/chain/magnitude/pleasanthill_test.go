package magnitude

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"houfeng/internal/engine/bus"
	"houfeng/internal/golden"
	"houfeng/internal/metadata"
	"houfeng/internal/seis"
)

// TestPleasantHill measures a real earthquake, Mw 4.46 at 14 km depth, on
// eleven stations 2–11 km from its epicentre.
func TestPleasantHill(t *testing.T) {
	raw := filepath.Join(golden.Data(t, "seismic/e2e-pleasanthill-m45"), "raw")
	win := readFolder(t, raw)
	inv, _, _, err := metadata.Load([]string{raw})
	if err != nil {
		t.Fatal(err)
	}
	ot, err := seis.ParseTime("2019-10-15T05:33:42.81Z")
	if err != nil {
		t.Fatal(err)
	}
	b := bus.NewLocal()
	defer b.Close()
	if _, err := New(inv, win, b, Options{}); err != nil {
		t.Fatal(err)
	}
	var said []seis.Magnitude
	if err := bus.Handle(b, bus.Magnitudes, "test", func(_ context.Context, m bus.EventMagnitude) error {
		said = append(said, m.Magnitude)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	o := seis.Origin{EventID: "e", Time: ot, Latitude: 37.938, Longitude: -122.057, DepthKm: 13.97, Made: ot.AddSeconds(5)}
	win.avail = o.Made
	if err := bus.Publish(ctx, b, bus.Origins, o.EventID, "", o); err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		win.avail = ot.AddSeconds(5 + float64(i))
		if err := bus.Publish(ctx, b, bus.Ticks, "", "", win.avail); err != nil {
			t.Fatal(err)
		}
	}
	if len(said) == 0 {
		t.Fatal("no magnitude")
	}
	for _, m := range said {
		t.Logf("%s ML %.3f ± %.3f (%d of %d)", m.Made, m.Value, m.Sigma, m.Count, len(m.Stations))
	}
	last := said[len(said)-1]
	for _, s := range last.Stations {
		t.Logf("  %-14s %6.1f km %9.1f mm  T %.2f s  snr %6.1f  hp %v  ML %.2f  used %v  %s", s.Stream, s.DistanceKm, s.Amplitude, s.PeriodS, s.SNR, s.HighPassHz, s.Value, s.Used, s.Reason)
	}
	_ = math.Pi
}
