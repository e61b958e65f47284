package clock

import (
	"context"
	"sync"
	"time"

	"houfeng/internal/seis"
)

// Wall returns the computer's clock. It follows steps forward at once. When the
// computer's clock was set back, it goes on at half speed until the computer's
// clock has caught up, so that it neither decreases nor stands still.
func Wall() Clock { return newWall(readComputer) }

// reading is the computer's clock and, beside it, a count that nobody sets.
type reading struct{ wall, mono int64 } // ns

var started = time.Now()

func readComputer() reading {
	now := time.Now()
	return reading{wall: now.UnixNano(), mono: int64(now.Sub(started))}
}

type wall struct {
	read func() reading

	mu   sync.Mutex
	told int64 // ns, what Now returned last
	mono int64 // when it did
}

func newWall(read func() reading) *wall {
	r := read()
	return &wall{read: read, told: r.wall, mono: r.mono}
}

func (w *wall) Now() seis.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.read()
	half := w.told + max(0, r.mono-w.mono)/2
	w.told, w.mono = max(r.wall, half), r.mono
	return seis.TimeOf(w.told, false)
}

func (w *wall) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
