package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// Memory is an archive that ends with the process.
type Memory struct {
	mu      sync.RWMutex
	streams map[fdsn.ID][]record // by start
	closed  bool
}

// NewMemory returns an empty archive.
func NewMemory() *Memory { return &Memory{streams: map[fdsn.ID][]record{}} }

// Add implements [Archive].
func (m *Memory) Add(ctx context.Context, records []*seis.Record) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("add to archive: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return fmt.Errorf("add to archive: %w", ErrClosed)
	}
	var errs []error
	for _, r := range records {
		rec, err := take(r)
		if err != nil {
			errs = append(errs, fmt.Errorf("add record of %s to archive: %w", r.ID, err))
			continue
		}
		rec.raw = bytes.Clone(rec.raw)
		m.streams[r.ID] = insert(m.streams[r.ID], rec)
	}
	return errors.Join(errs...)
}

// Sync implements [Archive]; there is nothing to do.
func (m *Memory) Sync() error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return fmt.Errorf("sync archive: %w", ErrClosed)
	}
	return nil
}

// Read implements [Archive].
func (m *Memory) Read(ctx context.Context, id fdsn.ID, start, end seis.Time) ([][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("read archive: %w", err)
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, fmt.Errorf("read archive: %w", ErrClosed)
	}
	var raw [][]byte
	for _, r := range m.streams[id] {
		if r.overlaps(start, end) {
			raw = append(raw, bytes.Clone(r.raw))
		}
	}
	return raw, nil
}

// Streams implements [Archive].
func (m *Memory) Streams(ctx context.Context) ([]fdsn.ID, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("list archive: %w", err)
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, fmt.Errorf("list archive: %w", ErrClosed)
	}
	var ids []fdsn.ID
	for id := range m.streams {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, fdsn.Compare)
	return ids, nil
}

// Close implements [Archive].
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

var _ Archive = (*Memory)(nil)
