package catalogue

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"houfeng/internal/seis"
)

// Memory is a catalogue that ends with its process.
type Memory struct {
	mu     sync.RWMutex
	closed bool
	events map[string]*kept
}

// kept is one event: the documents of its revisions, oldest first. Documents
// are immutable, so that nothing is shared with callers.
type kept struct {
	newest    summary
	documents []string
}

// NewMemory returns an empty catalogue.
func NewMemory() *Memory { return &Memory{events: map[string]*kept{}} }

var _ Catalogue = (*Memory)(nil)

// AddRevision implements [Catalogue].
func (m *Memory) AddRevision(ctx context.Context, e seis.Event) error {
	doc, err := prepare(ctx, &e)
	if err != nil {
		return addError(&e, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return addError(&e, ErrClosed)
	}
	k := m.events[e.ID]
	if k == nil {
		k = &kept{}
	}
	switch n := len(k.documents); {
	case e.Revision <= n:
		return addError(&e, same(k.documents[e.Revision-1], doc))
	case e.Revision > n+1:
		return addError(&e, hole(n))
	}
	k.newest = summaryOf(&e)
	k.documents = append(k.documents, doc)
	m.events[e.ID] = k
	return nil
}

// Event implements [Catalogue].
func (m *Memory) Event(ctx context.Context, id string) (seis.Event, error) {
	docs, err := m.documents(ctx, id)
	if err != nil {
		return seis.Event{}, readError(id, err)
	}
	return decodeRevision(docs[len(docs)-1], id, len(docs))
}

// Revisions implements [Catalogue].
func (m *Memory) Revisions(ctx context.Context, id string) ([]seis.Event, error) {
	docs, err := m.documents(ctx, id)
	if err != nil {
		return nil, readError(id, err)
	}
	events := make([]seis.Event, len(docs))
	for i, doc := range docs {
		if events[i], err = decodeRevision(doc, id, i+1); err != nil {
			return nil, err
		}
	}
	return events, nil
}

func (m *Memory) documents(ctx context.Context, id string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, ErrClosed
	}
	k := m.events[id]
	if k == nil {
		return nil, ErrNotFound
	}
	return k.documents[:len(k.documents):len(k.documents)], nil
}

// Events implements [Catalogue].
func (m *Memory) Events(ctx context.Context, q Query) ([]seis.Event, error) {
	limit, err := q.limit()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, listError(err)
	}
	type found struct {
		summary
		document string
	}
	var all []found
	m.mu.RLock()
	closed := m.closed
	for _, k := range m.events {
		if q.selects(&k.newest) {
			all = append(all, found{k.newest, k.documents[len(k.documents)-1]})
		}
	}
	m.mu.RUnlock()
	if closed {
		return nil, listError(ErrClosed)
	}
	slices.SortFunc(all, func(a, b found) int { return byTime(a.summary, b.summary) })
	all = all[:min(limit, len(all))]
	events := make([]seis.Event, len(all))
	for i, f := range all {
		if events[i], err = decodeRevision(f.document, f.id, f.revision); err != nil {
			return nil, listError(err)
		}
	}
	return events, nil
}

// Close implements [Catalogue]; what was kept is gone.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed, m.events = true, nil
	return nil
}

func addError(e *seis.Event, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("add event %.64q revision %d: %w", e.ID, e.Revision, err)
}

func readError(id string, err error) error { return fmt.Errorf("read event %.64q: %w", id, err) }

func listError(err error) error { return fmt.Errorf("list events: %w", err) }
