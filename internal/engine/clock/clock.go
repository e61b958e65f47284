// Package clock is where time comes from: the wall clock of a centre, or a
// virtual one that a replay advances. Nothing else in Houfeng asks what time
// it is, except where bytes arrive.
package clock

import (
	"context"
	"time"

	"houfeng/internal/seis"
)

// Clock tells the time and waits for it.
type Clock interface {
	// Now returns the current time. It never decreases.
	Now() seis.Time
	// Sleep waits until d has passed on this clock, or ctx ends.
	Sleep(ctx context.Context, d time.Duration) error
}
