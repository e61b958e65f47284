package centre

import (
	"time"

	"houfeng/internal/seis"
)

// maxIdle is how long the clock goes on ticking in a silence of a replay. A
// longer silence is jumped over: every timer of the chain has run out by then.
const maxIdle = 20 * time.Minute

// metronome makes the ticks for receipts that have none, as bare files do: one
// on the first point at or after every arrival of the grid on which the live
// centre ticks, and one a second while nothing arrives.
type metronome struct {
	period  time.Duration
	arrival seis.Time // newest
	last    seis.Time // newest tick
	tick    func(seis.Time) error
}

// arrive makes the ticks that lie before an arrival at t.
func (m *metronome) arrive(t seis.Time) error {
	if !m.arrival.IsZero() {
		if err := m.until(t); err != nil {
			return err
		}
	}
	m.arrival = t
	return nil
}

// finish makes the ticks that let every timer run out.
func (m *metronome) finish() error {
	if m.arrival.IsZero() {
		return nil
	}
	return m.until(m.arrival.Add(maxIdle + time.Second))
}

// until ticks up to, but not including, t.
func (m *metronome) until(t seis.Time) error {
	next := onGrid(m.arrival, m.period)
	for next.Before(t) && next.Sub(m.arrival) <= maxIdle {
		if next.After(m.last) {
			if err := m.tick(next); err != nil {
				return err
			}
			m.last = next
		}
		next = onGrid(next.Add(1), max(m.period, time.Second))
	}
	return nil
}

// onGrid returns the first multiple of step at or after t.
func onGrid(t seis.Time, step time.Duration) seis.Time {
	n := t.Nanos()
	if r := ((n % int64(step)) + int64(step)) % int64(step); r > 0 {
		n += int64(step) - r
	}
	return seis.TimeOf(n, false)
}
