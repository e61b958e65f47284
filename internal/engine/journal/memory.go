package journal

import (
	"fmt"
	"io"
	"sort"
	"sync"

	"houfeng/internal/seis"
)

// Memory is a journal that ends with the process. It keeps entries as the file
// form would write them, so that what comes out is the same for both.
type Memory struct {
	mu      sync.RWMutex
	entries []memoryEntry // entry serial s at s−1
	setups  []uint64      // serials of setup entries
	closed  bool
}

type memoryEntry struct {
	kind    seis.EntryKind
	time    seis.Time
	payload []byte
}

// NewMemory returns an empty journal.
func NewMemory() *Memory { return &Memory{} }

// Append implements [Journal].
func (m *Memory) Append(e seis.Entry) (seis.Entry, error) {
	if err := check(e); err != nil {
		return seis.Entry{}, fmt.Errorf("append to journal: %w", err)
	}
	payload := appendPayload(nil, &e)
	if len(payload) > MaxEntry {
		return seis.Entry{}, fmt.Errorf("append to journal: entry of %d bytes, at most %d", len(payload), MaxEntry)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return seis.Entry{}, fmt.Errorf("append to journal: %w", ErrClosed)
	}
	if n := len(m.entries); n > 0 && e.Time.Before(m.entries[n-1].time) {
		e.Time = m.entries[n-1].time
	}
	m.entries = append(m.entries, memoryEntry{e.Kind, e.Time, payload})
	e.Serial = uint64(len(m.entries))
	if e.Kind == seis.EntrySetup {
		m.setups = append(m.setups, e.Serial)
	}
	return e, nil
}

// Sync implements [Journal]; there is nothing to do.
func (m *Memory) Sync() error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return fmt.Errorf("sync journal: %w", ErrClosed)
	}
	return nil
}

// First implements [Journal]; nothing is ever trimmed.
func (m *Memory) First() uint64 { return 1 }

// Last implements [Journal].
func (m *Memory) Last() uint64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return uint64(len(m.entries))
}

// Setup implements [Journal].
func (m *Memory) Setup(serial uint64) (seis.Entry, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return seis.Entry{}, fmt.Errorf("find setup: %w", ErrClosed)
	}
	i := sort.Search(len(m.setups), func(i int) bool { return m.setups[i] > serial })
	if i == 0 {
		return seis.Entry{}, fmt.Errorf("find setup at entry %d: %w", serial, ErrNoSetup)
	}
	return m.entry(m.setups[i-1])
}

func (m *Memory) entry(serial uint64) (seis.Entry, error) {
	me := m.entries[serial-1]
	e, err := decodePayload(me.kind, me.payload)
	if err != nil {
		return seis.Entry{}, fmt.Errorf("read journal entry %d: %w", serial, err)
	}
	e.Serial, e.Time = serial, me.time
	return e, nil
}

// Read implements [Journal].
func (m *Memory) Read(from uint64) (Reader, error) {
	if from == 0 {
		return nil, fmt.Errorf("read journal from entry 0: entries are counted from 1")
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, fmt.Errorf("read journal: %w", ErrClosed)
	}
	return &memoryReader{m: m, next: from}, nil
}

// Close implements [Journal].
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

type memoryReader struct {
	m      *Memory
	next   uint64
	closed bool
}

func (r *memoryReader) Next() (seis.Entry, error) {
	r.m.mu.RLock()
	defer r.m.mu.RUnlock()
	if r.closed || r.m.closed {
		return seis.Entry{}, fmt.Errorf("read journal: %w", ErrClosed)
	}
	if r.next > uint64(len(r.m.entries)) {
		return seis.Entry{}, io.EOF
	}
	e, err := r.m.entry(r.next)
	if err == nil {
		r.next++
	}
	return e, err
}

func (r *memoryReader) Close() error {
	r.closed = true
	return nil
}
