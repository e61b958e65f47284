package clock_test

import (
	"testing"
	"time"

	"houfeng/internal/engine/clock"
	"houfeng/internal/engine/clock/clocktest"
	"houfeng/internal/seis"
)

func TestSuite(t *testing.T) {
	t.Run("Wall", func(t *testing.T) { clocktest.Test(t, clock.Wall(), time.Sleep) })
	t.Run("Virtual", func(t *testing.T) {
		v := clock.NewVirtual(seis.TimeOf(1571117622e9, false))
		clocktest.Test(t, v, func(d time.Duration) { v.Advance(d) })
	})
}

func BenchmarkWallNow(b *testing.B) {
	c := clock.Wall()
	for b.Loop() {
		c.Now()
	}
}
