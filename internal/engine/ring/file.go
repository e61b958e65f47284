package ring

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

	"houfeng/internal/engine/seglog"
)

// format is what the ring's segments begin with ("HOUFENG-RING 1\n").
var format = seglog.Format{Name: "HOUFENG-RING", Version: 1}

// ErrForeign is wrapped by the error of opening files that are no ring, or one
// of a newer version.
var ErrForeign = seglog.ErrForeign

// Recovery says what [Open] found after an unclean end.
type Recovery struct {
	seglog.Recovery
	Numbers error // not nil: the file NUMBERS was lost; numbers go on above a safe distance
}

// File is a ring in the segment files of a directory (package seglog,
// docs/formats/ring.md), with its newest records in memory as well. Readers
// that keep up never touch the disk.
type File struct {
	o        Options
	path     string // of NUMBERS
	log      *seglog.Log
	ids      *idTable
	core     core
	blocks   blocks
	oldest   atomic.Uint64 // nothing before this position is held, even if the tail has it still
	recovery Recovery

	mu      sync.Mutex
	num     *numbers // counts as of last
	changed bool     // something was appended
	last    uint64   // newest position given
	scratch []byte

	reserving sync.Mutex // taken after mu, or without it
	written   uint64     // reserved, as NUMBERS says
}

// Open opens the ring in dir, which it makes if need be, and recovers from an
// unclean end; see [File.Recovered].
func Open(dir string, o Options) (*File, error) {
	o = o.withDefaults()
	r := &File{o: o, path: filepath.Join(dir, "NUMBERS"), ids: newIDTable(), core: core{sum: newSummary()}}
	var err error
	r.log, err = seglog.Open(dir, seglog.Options{
		Format:       format,
		Ext:          ".hfr",
		SegmentBytes: o.SegmentBytes,
		MaxBytes:     o.MaxBytes,
		MaxAge:       o.MaxAge,
		Scanned:      r.scanned,
		Restore:      r.restore,
		Sections:     r.sections,
		Removed:      r.removed,
		Salt:         o.salt,
	})
	if err != nil {
		return nil, fmt.Errorf("open ring: %w", err)
	}
	r.oldest.Store(r.log.First())
	r.recovery.Recovery = r.log.Recovery()
	last, _ := r.log.Last()
	r.num, err = loadNumbers(r.path, last, r.core.sum.stations(), uint64(o.Reserve))
	if err != nil && !errors.Is(err, errGuessed) {
		return nil, errors.Join(fmt.Errorf("open ring: %w", err), r.log.Close())
	}
	r.recovery.Numbers = err
	r.last, r.written = r.num.reserved, r.num.reserved
	r.core.tail.last.Store(last)
	r.core.bell = newBell()
	return r, nil
}

// Recovered returns what Open found after an unclean end.
func (r *File) Recovered() Recovery { return r.recovery }

func (r *File) removed(segment, next uint64) {
	r.core.sum.drop(segment)
	r.oldest.Store(next)
}

func (r *File) scanned(segment uint64, f seglog.Frame) error {
	it, err := decodeItem(f, r.ids)
	if err != nil {
		return err
	}
	r.core.sum.add(segment, &it)
	return nil
}

func (r *File) restore(segment uint64, sections []seglog.Section) error {
	for _, s := range sections {
		if s.Tag != tagStreams {
			continue
		}
		if err := decodeParts(s.Data, r.ids, func(streamKey, part) {}); err != nil {
			return err
		}
		r.core.sum.mu.Lock()
		defer r.core.sum.mu.Unlock()
		return decodeParts(s.Data, r.ids, func(k streamKey, p part) {
			p.segment = segment
			r.core.sum.merge(k, p)
		})
	}
	return errors.New("no list of streams")
}

func (r *File) sections(segment uint64) []seglog.Section {
	b := make([]byte, 4)
	count := uint32(0)
	r.core.sum.inSegment(segment, func(k streamKey, p part) {
		b = appendPart(b, k, p)
		count++
	})
	binary.LittleEndian.PutUint32(b, count)
	return []seglog.Section{{Tag: tagStreams, Data: b}}
}

// Append implements [Ring]. The record is in memory when it returns and can be
// read; see Sync. When the disk refuses, it was not appended.
func (r *File) Append(it Item) (Item, error) {
	if why := check(&it); why != "" {
		return Item{}, fmt.Errorf("append record to ring: %s", why)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.core.closed.Load() {
		return Item{}, fmt.Errorf("append record to ring: %w", ErrClosed)
	}
	if r.last == r.num.reserved {
		n := *r.num
		n.reserved, n.asOf = r.last+uint64(r.o.Reserve), r.last
		if err := r.reserve(n.reserved, n.encode()); err != nil {
			return Item{}, fmt.Errorf("append record to ring: %w", err)
		}
		r.num.reserved = max(r.num.reserved, n.reserved)
	}
	k := stationKey{it.ID.Network, it.ID.Station}
	it.Position, it.Sequence = r.last+1, r.num.count(k)+1
	r.scratch = appendItem(r.scratch[:0], &it)
	segment, err := r.log.Append(seglog.Frame{Number: it.Position, Time: r.o.Clock.Now(), Kind: kindRecord, Payload: r.scratch})
	if err != nil {
		return Item{}, fmt.Errorf("append record to ring: %w", err)
	}
	r.last, r.num.counts[k], r.changed = it.Position, it.Sequence, true
	r.core.sum.add(segment, &it)
	r.core.tail.add(it)
	for r.core.tail.size > r.o.TailBytes && r.core.tail.drop() != nil {
	}
	r.core.bell.ring()
	return it, nil
}

// reserve replaces NUMBERS by b, which reserves up to position n, unless it
// does already.
func (r *File) reserve(n uint64, b []byte) error {
	r.reserving.Lock()
	defer r.reserving.Unlock()
	if n <= r.written {
		return nil
	}
	if err := seglog.WriteDurably(r.path, b); err != nil {
		return fmt.Errorf("reserve numbers: %w", err)
	}
	r.written = n
	return nil
}

// Sync implements [Ring]. It does not hold Append up, and reserves numbers in
// time so that Append need not.
func (r *File) Sync() error {
	if r.core.closed.Load() {
		return fmt.Errorf("sync ring: %w", ErrClosed)
	}
	r.mu.Lock()
	var ahead []byte
	var to uint64
	if r.num.reserved-r.last < uint64(r.o.Reserve)/2 && r.num.reserved > r.last {
		n := *r.num
		n.reserved, n.asOf = r.last+uint64(r.o.Reserve), r.last
		ahead, to = n.encode(), n.reserved
	}
	r.mu.Unlock()
	if ahead != nil {
		if err := r.reserve(to, ahead); err != nil {
			return fmt.Errorf("sync ring: %w", err)
		}
		r.mu.Lock()
		r.num.reserved = max(r.num.reserved, to)
		r.mu.Unlock()
	}
	if err := r.log.Sync(); err != nil {
		return fmt.Errorf("sync ring: %w", err)
	}
	return nil
}

// Synced returns the position up to which records are durable.
func (r *File) Synced() uint64 { return r.log.Durable() }

// Read implements [Ring].
func (r *File) Read(ctx context.Context, after uint64, max int) ([]Item, error) {
	if max < 1 {
		return nil, fmt.Errorf("read ring: at most %d items", max)
	}
	asked := after
	for {
		if r.core.closed.Load() {
			return nil, fmt.Errorf("read ring: %w", ErrClosed)
		}
		from, trimmed := after, false
		if oldest := r.oldest.Load(); after+1 < oldest {
			from, trimmed = oldest-1, after > 0
		}
		items, held := r.core.tail.read(from, max)
		var damage *DamageError
		if newest := r.core.tail.last.Load(); !held && from < newest {
			var err error
			if items, damage, err = r.readLog(from, newest, max); errors.Is(err, seglog.ErrTrimmed) {
				continue
			} else if err != nil {
				return nil, fmt.Errorf("read ring: %w", err)
			}
			after = newest // to wait for, if nothing more can be read up to there
		}
		if len(items) > 0 || damage != nil {
			return items, missing(trimmed, asked, damage)
		}
		if err := r.core.wait(ctx, after); err != nil {
			return nil, fmt.Errorf("read ring: %w", err)
		}
	}
}

// readLog reads from the segments what is older than the tail: up to max items
// after position after, of those up to newest.
func (r *File) readLog(after, newest uint64, max int) ([]Item, *DamageError, error) {
	for n := after + 1; n <= newest; {
		x := r.log.Extent(n)
		b, err := r.blocks.get(x, r.loadBlock)
		if err != nil {
			return nil, nil, translate(err)
		}
		if items, damage := b.after(after, max); len(items) > 0 || damage != nil {
			return items, damage, nil
		}
		n = x.To
	}
	return nil, nil, nil
}

// missing makes the error that goes with items.
func missing(trimmed bool, after uint64, damage *DamageError) error {
	var errs []error
	if trimmed {
		errs = append(errs, fmt.Errorf("read ring after %d: %w", after, ErrTrimmed))
	}
	if damage != nil {
		errs = append(errs, damage)
	}
	return errors.Join(errs...)
}

func translate(err error) error {
	if errors.Is(err, seglog.ErrClosed) {
		return ErrClosed
	}
	return err
}

// Bounds implements [Ring].
func (r *File) Bounds() (first, last uint64) {
	last = r.core.tail.last.Load()
	first = r.log.First()
	if last == 0 || first > last {
		return 0, 0
	}
	return first, last
}

// Stations implements [Ring].
func (r *File) Stations() []Station { return r.core.sum.stations() }

// Size returns how many bytes the ring's segments have.
func (r *File) Size() int64 { return r.log.Size() }

// Close syncs and closes the ring; readers end with it. What is read after
// opening it again has the numbers that follow.
func (r *File) Close() error {
	r.mu.Lock()
	if r.core.closed.Swap(true) {
		r.mu.Unlock()
		return nil
	}
	n := *r.num
	n.reserved, n.asOf = r.last, r.last
	b, changed := n.encode(), r.changed
	r.mu.Unlock()
	r.core.bell.close()
	err := r.log.Close()
	if err == nil && changed {
		r.reserving.Lock()
		err = seglog.WriteDurably(r.path, b)
		r.reserving.Unlock()
	}
	if err != nil {
		return fmt.Errorf("close ring: %w", err)
	}
	return nil
}

var _ Ring = (*File)(nil)
