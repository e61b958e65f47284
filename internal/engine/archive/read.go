package archive

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// Read implements [Archive]. Records that began before start's day are found
// as far back as the stream's records are long: the longest record of the days
// asked for, and of the one before them, says how far.
func (a *Folder) Read(ctx context.Context, id fdsn.ID, start, end seis.Time) ([][]byte, error) {
	if err := checkID(id); err != nil {
		return nil, fmt.Errorf("read archive: stream %q: %w", id, err)
	}
	ds, err := a.days(id)
	if err != nil {
		return nil, fmt.Errorf("read archive: %w", err)
	}
	var found []record
	var longest int64 // ns
	from, to := dayOf(start), dayOf(end)
	earlier := false // a day before from was read
	for _, n := range slices.Backward(ds) {
		if n > to {
			continue
		}
		if n < from && earlier && n < dayOf(before(start, longest)) {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("read archive: %w", err)
		}
		ps, err := a.readDay(id, n)
		if err != nil {
			return nil, fmt.Errorf("read archive: %w", err)
		}
		var overlapping []record
		for _, p := range ps {
			longest = max(longest, p.end.Nanos()-p.start.Nanos())
			if p.overlaps(start, end) {
				overlapping = append(overlapping, p.record)
			}
		}
		found = append(overlapping, found...)
		earlier = earlier || n < from
	}
	slices.SortStableFunc(found, compareStarts)
	raw := make([][]byte, 0, len(found))
	for _, r := range found {
		raw = append(raw, bytes.Clone(r.raw))
	}
	return raw, nil
}

// before returns t−ns, or the first time there is.
func before(t seis.Time, ns int64) seis.Time {
	if t.Nanos() < math.MinInt64+ns {
		return seis.TimeOf(math.MinInt64, false)
	}
	return seis.TimeOf(t.Nanos()-ns, false)
}

// days lists the days for which there is a file of the stream, or will be.
func (a *Folder) days(id fdsn.ID) ([]day, error) {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return nil, ErrClosed
	}
	var ds []day
	for n := range a.files[id] {
		ds = append(ds, n)
	}
	a.mu.Unlock()
	stored, err := days(a.root, id)
	if err != nil {
		return nil, err
	}
	ds = append(ds, stored...)
	slices.Sort(ds)
	return slices.Compact(ds), nil
}

func (a *Folder) readDay(id fdsn.ID, n day) ([]piece, error) {
	a.mu.Lock()
	d := a.files[id][n]
	a.mu.Unlock()
	if d == nil {
		d = &dayFile{path: filepath.Join(a.root, path(id, n))} // nothing in memory
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.read()
}

// Streams implements [Archive].
func (a *Folder) Streams(ctx context.Context) ([]fdsn.ID, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("list archive: %w", err)
	}
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return nil, fmt.Errorf("list archive: %w", ErrClosed)
	}
	var waiting []*dayFile
	for d := range a.changed {
		waiting = append(waiting, d)
	}
	a.mu.Unlock()
	ids, err := streams(a.root)
	if err != nil {
		return nil, fmt.Errorf("list archive: %w", err)
	}
	for _, d := range waiting {
		d.mu.Lock()
		if d.pending() {
			ids = append(ids, d.id)
		}
		d.mu.Unlock()
	}
	slices.SortFunc(ids, fdsn.Compare)
	return slices.Compact(ids), nil
}
