package publish

import (
	"context"
	"testing"

	"houfeng/internal/engine/bus"
	"houfeng/internal/seis"
)

// On the bus: what is heard between two ticks comes out at the second, keyed
// by its event, named by event and number.
func TestStage(t *testing.T) {
	ctx := context.Background()
	b := bus.NewLocal()
	defer b.Close()
	if err := New(b, Options{}).Subscribe(); err != nil {
		t.Fatal(err)
	}
	var got []bus.Message
	if err := b.Handle(bus.Events.Name, "test", func(_ context.Context, m bus.Message) error {
		got = append(got, m)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	publish := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	publish(bus.Publish(ctx, b, bus.Origins, "e", "", origin("e", 4, nil)))
	publish(bus.Publish(ctx, b, bus.Magnitudes, "e", "", bus.EventMagnitude{EventID: "e", Magnitude: seis.Magnitude{Type: "ML", Value: 3}}))
	publish(bus.Publish(ctx, b, bus.Intensities, "e", "", bus.EventIntensities{EventID: "e", Stations: []seis.Shaking{{Station: "XX.S0", GBT: 4}}}))
	if len(got) != 0 {
		t.Fatalf("said %d events before the tick", len(got))
	}
	publish(bus.Publish(ctx, b, bus.Ticks, "", "", at(5)))
	publish(bus.Publish(ctx, b, bus.Ticks, "", "", at(6)))
	if len(got) != 1 || got[0].Key != "e" || got[0].ID != "e/1" {
		t.Fatalf("said %+v, want one event e/1", got)
	}
	e := got[0].Value.(seis.Event)
	if e.Magnitude == nil || e.Magnitude.Value != 3 || len(e.Intensities) != 1 || e.Made != at(5) || e.Region != "10 km W of XX.S0" {
		t.Errorf("event is %+v", e)
	}
}
