package httpdtest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/seis"
)

// Catalogue keeps events in memory; it reads like a catalogue.Catalogue.
type Catalogue struct {
	mu     sync.Mutex
	events map[string][]seis.Event
}

// Add adds a revision, which must follow the one before.
func (c *Catalogue) Add(e seis.Event) error {
	c.mu.Lock()
	n := len(c.events[e.ID])
	c.mu.Unlock()
	if e.Revision != n+1 {
		return fmt.Errorf("add event %s: revision %d follows %d", e.ID, e.Revision, n)
	}
	c.put(e)
	return nil
}

func (c *Catalogue) put(e seis.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.events == nil {
		c.events = map[string][]seis.Event{}
	}
	c.events[e.ID] = append(c.events[e.ID], e)
}

// Revisions returns all revisions, oldest first.
func (c *Catalogue) Revisions(_ context.Context, id string) ([]seis.Event, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.events[id]) == 0 {
		return nil, fmt.Errorf("event %q: %w", id, catalogue.ErrNotFound)
	}
	return slices.Clone(c.events[id]), nil
}

// Event returns the newest revision.
func (c *Catalogue) Event(ctx context.Context, id string) (seis.Event, error) {
	es, err := c.Revisions(ctx, id)
	if err != nil {
		return seis.Event{}, err
	}
	return es[len(es)-1], nil
}

// Events returns the newest revisions that q selects, newest origin first.
func (c *Catalogue) Events(_ context.Context, q catalogue.Query) ([]seis.Event, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []seis.Event
	for _, es := range c.events {
		if e := es[len(es)-1]; selects(q, &e) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b seis.Event) int {
		return cmp.Or(b.Origin.Time.Compare(a.Origin.Time), cmp.Compare(a.ID, b.ID))
	})
	limit := cmp.Or(q.Limit, 1000)
	return out[:min(limit, len(out))], nil
}

func selects(q catalogue.Query, e *seis.Event) bool {
	o := &e.Origin
	below := func(limit *float64, v float64) bool { return limit != nil && v < *limit }
	above := func(limit *float64, v float64) bool { return limit != nil && v > *limit }
	switch {
	case !q.Start.IsZero() && o.Time.Before(q.Start), !q.End.IsZero() && !o.Time.Before(q.End),
		!q.UpdatedAfter.IsZero() && !e.Made.After(q.UpdatedAfter),
		e.Status == seis.Rejected && !q.IncludeRejected,
		below(q.MinLatitude, o.Latitude), above(q.MaxLatitude, o.Latitude),
		below(q.MinLongitude, o.Longitude), above(q.MaxLongitude, o.Longitude):
		return false
	case !q.BeforeTime.IsZero():
		if c := o.Time.Compare(q.BeforeTime); c > 0 || c == 0 && e.ID <= q.BeforeID {
			return false
		}
	}
	if q.MinMagnitude != nil || q.MaxMagnitude != nil {
		return e.Magnitude != nil && !below(q.MinMagnitude, e.Magnitude.Value) && !above(q.MaxMagnitude, e.Magnitude.Value)
	}
	return true
}
