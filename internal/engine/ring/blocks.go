package ring

import (
	"container/list"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sort"
	"sync"

	"houfeng/internal/engine/seglog"
)

// block is a stretch of the log, read and decoded once for all readers that
// pass there.
type block struct {
	items  []Item
	damage []damaged
	to     uint64 // number after the last one of the stretch
}

// damaged is a place in a block where items are missing.
type damaged struct {
	after uint64 // position before it
	index int    // of the first item behind it
	err   DamageError
}

// after returns up to max items after position p. Damage that is first in line
// comes with the items behind it; items end before damage that is not.
func (b *block) after(p uint64, max int) ([]Item, *DamageError) {
	i := sort.Search(len(b.items), func(i int) bool { return b.items[i].Position > p })
	end := min(len(b.items), i+max)
	var first *DamageError
	for k := range b.damage {
		d := &b.damage[k]
		switch {
		case d.index < i || d.after < p:
			continue // passed
		case d.index == i:
			e := d.err
			first = &e
		default:
			end = min(end, d.index)
		}
	}
	items := b.items[i:end:end]
	if first != nil {
		first.Resume = b.to - 1
		if len(items) > 0 {
			first.Resume = items[len(items)-1].Position
		}
	}
	return items, first
}

// loadBlock reads extent x of the log.
func (r *File) loadBlock(x seglog.Extent) (*block, error) {
	c, err := r.log.Cursor(x.From, seglog.CursorOptions{Keep: true, Chunk: int(x.Bytes)})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	most := min(int64(x.To-x.From), x.Bytes/itemHead)
	b := &block{to: x.To, items: make([]Item, 0, most)}
	for {
		f, err := c.Next()
		var d *seglog.DamageError
		switch {
		case err == nil && f.Number >= x.To, err == io.EOF:
			return b, nil
		case err == nil:
			it, err := decodeItem(f, r.ids)
			if err == nil {
				b.items = append(b.items, it)
				continue
			}
			d = &seglog.DamageError{Path: filepath.Dir(r.path), After: f.Number - 1, Why: fmt.Sprintf("position %d: %v", f.Number, err)}
		case !errors.As(err, &d):
			return nil, err
		case d.After >= x.To-1:
			return b, nil // the next block's
		}
		b.damage = append(b.damage, damaged{
			after: d.After, index: len(b.items),
			err: DamageError{Path: d.Path, Offset: d.Offset, Bytes: d.Bytes, Why: d.Why},
		})
	}
}

// blocks keeps the blocks that were used last.
type blocks struct {
	mu    sync.Mutex
	held  map[uint64]*list.Element // of *slot, by first number
	order list.List                // most recently used first
	bytes int64
}

// slot holds a block, or the place of one that is being read.
type slot struct {
	from  uint64
	bytes int64
	once  sync.Once
	block *block
	err   error
}

// mostBlocks is how many bytes of the log are kept.
const mostBlocks = 32 << 20

// get returns the block of extent x, reading it with load if need be. Those
// who want a block that is being read wait for it. One to which the log may
// still add is not kept.
func (b *blocks) get(x seglog.Extent, load func(seglog.Extent) (*block, error)) (*block, error) {
	if !x.Whole {
		return load(x)
	}
	b.mu.Lock()
	if b.held == nil {
		b.held = map[uint64]*list.Element{}
	}
	e := b.held[x.From]
	if e == nil {
		e = b.order.PushFront(&slot{from: x.From, bytes: x.Bytes})
		b.held[x.From] = e
		b.bytes += x.Bytes
		for b.bytes > mostBlocks && b.order.Len() > 1 {
			b.drop(b.order.Back())
		}
	} else {
		b.order.MoveToFront(e)
	}
	s := e.Value.(*slot)
	b.mu.Unlock()
	s.once.Do(func() { s.block, s.err = load(x) })
	if s.err != nil {
		b.mu.Lock()
		if b.held[x.From] == e {
			b.drop(e) // the next one tries again
		}
		b.mu.Unlock()
	}
	return s.block, s.err
}

func (b *blocks) drop(e *list.Element) {
	s := b.order.Remove(e).(*slot)
	delete(b.held, s.from)
	b.bytes -= s.bytes
}
