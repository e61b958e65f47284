package clock

import (
	"context"
	"math"
	"sync"
	"time"

	"houfeng/internal/seis"
)

// Virtual is a clock that moves only when it is told to. The zero Virtual
// stands at the zero Time.
type Virtual struct {
	mu       sync.Mutex
	now      seis.Time
	sleepers map[*sleeper]struct{}
}

type sleeper struct {
	until seis.Time
	wake  chan struct{} // closed when the clock reaches until
}

// NewVirtual returns a clock that stands at start.
func NewVirtual(start seis.Time) *Virtual { return &Virtual{now: start} }

// Now returns where the clock stands.
func (v *Virtual) Now() seis.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// Advance moves the clock forward by d and returns the new time. A negative d
// leaves it where it is.
func (v *Virtual) Advance(d time.Duration) seis.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	if d > 0 {
		v.set(after(v.now, d))
	}
	return v.now
}

// Set moves the clock forward to t. A time before Now leaves it where it is.
func (v *Virtual) Set(t seis.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.set(t)
}

func (v *Virtual) set(t seis.Time) {
	if !t.After(v.now) {
		return
	}
	v.now = t
	for s := range v.sleepers {
		if !s.until.After(t) {
			close(s.wake)
			delete(v.sleepers, s)
		}
	}
}

// Next returns when the first of those asleep wants to wake; ok is false when
// nobody sleeps. Whoever drives the clock can jump there.
func (v *Virtual) Next() (t seis.Time, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for s := range v.sleepers {
		if !ok || s.until.Before(t) {
			t, ok = s.until, true
		}
	}
	return t, ok
}

// Sleep waits until the clock was moved by d.
func (v *Virtual) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	v.mu.Lock()
	s := &sleeper{until: after(v.now, d), wake: make(chan struct{})}
	if v.sleepers == nil {
		v.sleepers = map[*sleeper]struct{}{}
	}
	v.sleepers[s] = struct{}{}
	v.mu.Unlock()
	select {
	case <-s.wake:
		return nil
	case <-ctx.Done():
		v.mu.Lock()
		delete(v.sleepers, s)
		v.mu.Unlock()
		return ctx.Err()
	}
}

// after returns t+d, or the last time there is.
func after(t seis.Time, d time.Duration) seis.Time {
	if t.Nanos() > 0 && int64(d) > math.MaxInt64-t.Nanos() {
		return seis.TimeOf(math.MaxInt64, false)
	}
	return t.Add(d)
}
