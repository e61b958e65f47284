package ring

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"houfeng/internal/engine/clock"
)

// Memory is a ring that ends with the process.
type Memory struct {
	o    Options
	core core

	mu     sync.Mutex
	counts map[stationKey]uint64
	ages   []aged // when the first item of each chunk arrived
}

type stationKey struct{ network, station string }

// aged notes when a chunk was begun.
type aged struct {
	first uint64 // position
	at    time.Time
}

// Options of a ring. Zero values take the defaults.
type Options struct {
	MaxBytes     int64         // records go above this, oldest first; 0: 1 GiB
	MaxAge       time.Duration // records go this long after they arrived; 0: no bound
	SegmentBytes int64         // of a file; 0: 64 MiB, or an eighth of MaxBytes if that is less
	TailBytes    int64         // newest records held in memory; 0: 32 MiB
	Clock        clock.Clock   // for MaxAge; nil: the wall clock
	Reserve      int           // numbers reserved at a time; 0: 65536

	salt func() (uint64, error) // of segments; set by tests for files that can be compared
}

// core is what both forms share: the tail, what is held, and those who wait.
type core struct {
	tail   tail
	sum    *summary
	bell   *bell
	closed atomic.Bool // set under the appender's lock
}

// wait returns when there is a record after position after, or with an error
// when ctx ends or the ring is closed.
func (c *core) wait(ctx context.Context, after uint64) error {
	c.bell.enter()
	defer c.bell.leave()
	for {
		wake := c.bell.listen()
		if c.closed.Load() {
			return ErrClosed
		}
		if c.tail.last.Load() > after {
			return nil
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// NewMemory returns an empty ring in memory. Of the options MaxBytes, MaxAge
// and Clock apply.
func NewMemory(o Options) *Memory {
	return &Memory{o: o.withDefaults(), core: core{sum: newSummary(), bell: newBell()}, counts: map[stationKey]uint64{}}
}

func (o Options) withDefaults() Options {
	if o.MaxBytes == 0 {
		o.MaxBytes = 1 << 30
	}
	if o.TailBytes == 0 {
		o.TailBytes = 32 << 20
	}
	if o.Clock == nil {
		o.Clock = clock.Wall()
	}
	if o.Reserve == 0 {
		o.Reserve = 1 << 16
	}
	return o
}

// Append implements [Ring].
func (m *Memory) Append(it Item) (Item, error) {
	if why := check(&it); why != "" {
		return Item{}, fmt.Errorf("append record to ring: %s", why)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.core.closed.Load() {
		return Item{}, fmt.Errorf("append record to ring: %w", ErrClosed)
	}
	k := stationKey{it.ID.Network, it.ID.Station}
	m.counts[k]++
	it.Sequence = m.counts[k]
	it.Position = m.core.tail.last.Load() + 1
	now := m.o.Clock.Now().Std()
	if n := len(m.ages); n == 0 || it.Position == m.ages[n-1].first+chunkItems {
		m.ages = append(m.ages, aged{it.Position, now})
	}
	m.core.sum.add(m.ages[len(m.ages)-1].first, &it)
	m.core.tail.add(it)
	for len(m.ages) > 1 && (m.core.tail.size > m.o.MaxBytes || m.o.MaxAge > 0 && now.Sub(m.ages[1].at) > m.o.MaxAge) {
		m.core.tail.drop()
		m.core.sum.drop(m.ages[0].first)
		m.ages = m.ages[1:]
	}
	m.core.bell.ring()
	return it, nil
}

// Sync implements [Ring]; there is nothing to do.
func (m *Memory) Sync() error {
	if m.core.closed.Load() {
		return fmt.Errorf("sync ring: %w", ErrClosed)
	}
	return nil
}

// Read implements [Ring].
func (m *Memory) Read(ctx context.Context, after uint64, max int) ([]Item, error) {
	if max < 1 {
		return nil, fmt.Errorf("read ring: at most %d items", max)
	}
	for {
		if m.core.closed.Load() {
			return nil, fmt.Errorf("read ring: %w", ErrClosed)
		}
		items, held := m.core.tail.read(after, max)
		if len(items) > 0 {
			return items, nil
		}
		if !held {
			first := m.core.tail.view.Load().first
			if items, held = m.core.tail.read(first-1, max); held && len(items) > 0 {
				if after == 0 {
					return items, nil
				}
				return items, fmt.Errorf("read ring after %d: %w", after, ErrTrimmed)
			}
			continue // trimmed again meanwhile
		}
		if err := m.core.wait(ctx, after); err != nil {
			return nil, fmt.Errorf("read ring: %w", err)
		}
	}
}

// Bounds implements [Ring].
func (m *Memory) Bounds() (first, last uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v := m.core.tail.view.Load(); v != nil {
		return v.first, m.core.tail.last.Load()
	}
	return 0, 0
}

// Stations implements [Ring].
func (m *Memory) Stations() []Station { return m.core.sum.stations() }

// Close implements [Ring].
func (m *Memory) Close() error {
	m.mu.Lock()
	m.core.closed.Store(true)
	m.mu.Unlock()
	m.core.bell.close()
	return nil
}

var _ Ring = (*Memory)(nil)
