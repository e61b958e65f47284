package bus_test

import (
	"context"
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"houfeng/internal/engine/bus"
	"houfeng/internal/engine/bus/bustest"
	"houfeng/internal/seis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openLocal(*testing.T) bus.Bus { return bus.NewLocal() }

func TestLocal(t *testing.T) {
	bustest.Test(t, openLocal)
	bustest.TestLocal(t, openLocal)
}

// A pick is said by one stage and heard by another.
func ExampleHandle() {
	b := bus.NewLocal()
	defer b.Close()
	bus.Handle(b, bus.Picks, "associate", func(ctx context.Context, p seis.Pick) error {
		fmt.Println("associate heard", p.Phase, "at", p.Time)
		return nil
	})
	p := seis.Pick{ID: "5f1a", Phase: seis.P, Time: seis.TimeOf(1571117622_810000000, false)}
	if err := bus.Publish(context.Background(), b, bus.Picks, p.Stream.StationID(), p.ID, p); err != nil {
		fmt.Println(err)
	}
	// Output: associate heard P at 2019-10-15T05:33:42.810000Z
}

func BenchmarkPublish(b *testing.B) {
	for _, handlers := range []int{0, 1, 10} {
		b.Run(fmt.Sprintf("handlers=%d", handlers), func(b *testing.B) {
			l := bus.NewLocal()
			for i := range handlers {
				l.Handle("t", fmt.Sprint(i), func(context.Context, bus.Message) error { return nil })
			}
			ctx, m := b.Context(), bus.Message{Topic: "t", Key: "XX.STA"}
			b.ReportAllocs()
			for b.Loop() {
				if err := l.Publish(ctx, m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("observers=10", func(b *testing.B) {
		l := bus.NewLocal()
		for range 10 {
			l.Observe("t", "watch", 1024)
		}
		ctx, m := b.Context(), bus.Message{Topic: "t", Key: "XX.STA"}
		b.ReportAllocs()
		for b.Loop() {
			if err := l.Publish(ctx, m); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("nested", func(b *testing.B) {
		l := bus.NewLocal()
		l.Handle("t", "chain", func(ctx context.Context, m bus.Message) error {
			if n := m.Value.(int); n > 0 {
				return l.Publish(ctx, bus.Message{Topic: "t", Value: n - 1})
			}
			return nil
		})
		b.ReportAllocs()
		for b.Loop() {
			l.Publish(b.Context(), bus.Message{Topic: "t", Value: 100})
		}
	})
}
