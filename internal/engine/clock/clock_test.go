package clock

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"houfeng/internal/seis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func sec(s float64) seis.Time { return seis.TimeOf(int64(s*1e9), false) }

// TestWallSetBack sets the computer's clock back by ten seconds and forward by
// an hour.
func TestWallSetBack(t *testing.T) {
	now := reading{wall: 1000e9, mono: 5e9}
	w := newWall(func() reading { return now })
	pass := func(s float64) {
		now.wall += int64(s * 1e9)
		now.mono += int64(s * 1e9)
	}
	for _, step := range []struct {
		what      string
		set, pass float64 // s
		want      float64 // s
	}{
		{"start", 0, 0, 1000},
		{"in step", 0, 1, 1001},
		{"set back", -10, 0, 1001},
		{"half speed", 0, 4, 1003}, // computer: 995
		{"half speed", 0, 8, 1007}, // computer: 1003
		{"half speed", 0, 6, 1010}, // computer: 1009
		{"caught up", 0, 2, 1011},  // computer: 1011
		{"in step", 0, 1, 1012},
		{"set forward", 3600, 0, 4612},
		{"in step", 0, 1, 4613},
	} {
		now.wall += int64(step.set * 1e9)
		pass(step.pass)
		if got := w.Now(); got != sec(step.want) {
			t.Errorf("%s: Now() = %v, want %v", step.what, got, sec(step.want))
		}
	}
}

func TestVirtual(t *testing.T) {
	v := NewVirtual(sec(100))
	if got := v.Advance(time.Second); got != sec(101) || v.Now() != sec(101) {
		t.Errorf("Advance: %v, Now %v, want 101 s", got, v.Now())
	}
	v.Set(sec(50))
	if got := v.Advance(-time.Hour); got != sec(101) {
		t.Errorf("after Set and Advance backward: %v, want 101 s", got)
	}
	v.Set(seis.TimeOf(200e9, true))
	if got := v.Now(); !got.Leap() || got.Nanos() != 200e9 {
		t.Errorf("Now() = %v, want the leap second", got)
	}
	v.Set(sec(200)) // later than the leap second that shares its count
	if got := v.Now(); got != sec(200) {
		t.Errorf("Now() = %v, want the second after the leap second", got)
	}
}

// TestVirtualSleepers has three sleepers woken by their times, not before, and
// not by the time that passes outside.
func TestVirtualSleepers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := NewVirtual(sec(0))
		var woken []time.Duration
		for _, d := range []time.Duration{3 * time.Second, time.Second, 2 * time.Second} {
			go func() {
				if err := v.Sleep(t.Context(), d); err != nil {
					t.Error(err)
				}
				woken = append(woken, d) // one at a time, see the steps below
			}()
		}
		synctest.Wait()
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(woken) != 0 {
			t.Fatalf("woken by the outside: %v", woken)
		}
		for i := 1; i <= 3; i++ {
			if next, ok := v.Next(); !ok || next != sec(float64(i)) {
				t.Errorf("Next() = %v, %v, want %d s", next, ok, i)
			}
			v.Advance(time.Second - 1)
			synctest.Wait()
			if len(woken) != i-1 {
				t.Fatalf("a nanosecond early: %v", woken)
			}
			v.Advance(1)
			synctest.Wait()
			if len(woken) != i || woken[i-1] != time.Duration(i)*time.Second {
				t.Fatalf("at %v: %v", v.Now(), woken)
			}
		}
		if _, ok := v.Next(); ok {
			t.Error("Next names a sleeper when nobody sleeps")
		}
	})
}

func TestVirtualSleepForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := NewVirtual(sec(1e9))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- v.Sleep(ctx, math.MaxInt64) }()
		synctest.Wait()
		v.Advance(1000 * time.Hour)
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatalf("woke: %v", err)
		default:
		}
		cancel()
		<-done
		if _, ok := v.Next(); ok {
			t.Error("a sleeper that left is still listed")
		}
	})
}
