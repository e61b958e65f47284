// Package clocktest checks that a clock keeps the promises of package clock.
package clocktest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"houfeng/internal/engine/clock"
)

// Test checks clock c. drive makes time pass on it by at least d; it may be
// called from several goroutines and returns when time has passed. (A wall
// clock passes by itself: drive sleeps.)
func Test(t *testing.T, c clock.Clock, drive func(d time.Duration)) {
	t.Run("NeverDecreases", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				last := c.Now()
				for i := range 1000 {
					if i%100 == 0 {
						drive(time.Microsecond)
					}
					now := c.Now()
					if now.Before(last) {
						t.Errorf("Now went from %v to %v", last, now)
						return
					}
					last = now
				}
			})
		}
		wg.Wait()
	})
	t.Run("Passes", func(t *testing.T) {
		before := c.Now()
		drive(2 * time.Millisecond)
		if d := c.Now().Sub(before); d < 2*time.Millisecond {
			t.Errorf("the clock moved by %v, want at least 2 ms", d)
		}
	})
	t.Run("Sleep", func(t *testing.T) {
		const d = 3 * time.Millisecond
		before := c.Now()
		done := make(chan error, 1)
		go func() { done <- c.Sleep(t.Context(), d) }()
		for {
			select {
			case err := <-done:
				if err != nil {
					t.Fatal(err)
				}
				if slept := c.Now().Sub(before); slept < d {
					t.Errorf("slept %v, want at least %v", slept, d)
				}
				return
			default:
				drive(time.Millisecond)
			}
		}
	})
	t.Run("SleepNothing", func(t *testing.T) {
		for _, d := range []time.Duration{0, -time.Second} {
			if err := c.Sleep(t.Context(), d); err != nil {
				t.Errorf("Sleep(%v): %v, want nil at once", d, err)
			}
		}
	})
	t.Run("SleepEndsWithContext", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.Sleep(ctx, 1000*time.Hour) }()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Sleep: %v, want context.Canceled", err)
		}
		if err := c.Sleep(ctx, 0); !errors.Is(err, context.Canceled) {
			t.Errorf("Sleep with an ended context: %v, want context.Canceled", err)
		}
	})
}
