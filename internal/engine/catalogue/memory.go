package catalogue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"houfeng/internal/seis"
)

// Memory is a catalogue that ends with its process: for tests, replays and
// demonstrations. It may be used by several goroutines.
type Memory struct {
	mu     sync.RWMutex
	closed bool
	events map[string][]seis.Event // revisions, oldest first
}

// NewMemory returns an empty catalogue.
func NewMemory() *Memory { return &Memory{events: map[string][]seis.Event{}} }

var errClosed = errors.New("catalogue is closed")

// AddRevision adds e.
func (m *Memory) AddRevision(_ context.Context, e seis.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return errClosed
	}
	if n := len(m.events[e.ID]); e.Revision != n+1 {
		return fmt.Errorf("add event %s: revision %d follows %d", e.ID, e.Revision, n)
	}
	m.events[e.ID] = append(m.events[e.ID], e)
	return nil
}

// Event returns the newest revision.
func (m *Memory) Event(ctx context.Context, id string) (seis.Event, error) {
	es, err := m.Revisions(ctx, id)
	if err != nil {
		return seis.Event{}, err
	}
	return es[len(es)-1], nil
}

// Revisions returns all revisions, oldest first.
func (m *Memory) Revisions(_ context.Context, id string) ([]seis.Event, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if len(m.events[id]) == 0 {
		return nil, fmt.Errorf("event %q: %w", id, ErrNotFound)
	}
	return slices.Clone(m.events[id]), nil
}

// byTime orders newest origin first, ties by id.
func byTime(a, b seis.Event) int {
	return cmp.Or(b.Origin.Time.Compare(a.Origin.Time), cmp.Compare(a.ID, b.ID))
}
