package ring

import (
	"sync"
	"sync/atomic"
)

// tail holds the newest items in memory. One goroutine appends; any number read
// without a lock and without being in anybody's way.
type tail struct {
	last atomic.Uint64        // newest position held
	view atomic.Pointer[view] // replaced, never changed
	size int64                // bytes held, as itemCost counts them
}

// view is a run of items with positions first, first+1, …
type view struct {
	first  uint64
	chunks []*chunk // all full but the last
}

const chunkItems = 256

// chunk is filled from the front. An item at or before tail.last is never
// written again.
type chunk struct {
	items [chunkItems]Item
	size  int64
}

// itemCost is what an item takes in memory, roughly.
func itemCost(it *Item) int64 { return int64(len(it.Raw)) + 200 }

// add appends it; its position is one more than the one before, unless the tail
// is empty.
func (t *tail) add(it Item) {
	v := t.view.Load()
	n := 0
	if v != nil {
		n = int(it.Position - v.first)
	}
	if v == nil || n == len(v.chunks)*chunkItems {
		next := &view{first: it.Position}
		if v != nil {
			next.first, next.chunks = v.first, v.chunks
		}
		next.chunks = append(next.chunks[:len(next.chunks):len(next.chunks)], &chunk{})
		v = next
		t.view.Store(v)
	}
	c := v.chunks[n/chunkItems]
	c.items[n%chunkItems] = it
	cost := itemCost(&it)
	c.size += cost
	t.size += cost
	t.last.Store(it.Position)
}

// drop lets go of the oldest chunk and returns its items; nil when there is
// only one chunk, which stays.
func (t *tail) drop() []Item {
	v := t.view.Load()
	if v == nil || len(v.chunks) < 2 {
		return nil
	}
	c := v.chunks[0]
	t.view.Store(&view{first: v.first + chunkItems, chunks: v.chunks[1:]})
	t.size -= c.size
	return c.items[:]
}

// read returns up to max items after position after. held is false when some
// of those asked for are older than the tail.
func (t *tail) read(after uint64, max int) (items []Item, held bool) {
	last := t.last.Load() // before the view, which then reaches at least there
	v := t.view.Load()
	if v == nil || after+1 < v.first {
		return nil, v == nil && after >= last
	}
	if after >= last {
		return nil, true
	}
	n := int(min(last-after, uint64(max)))
	items = make([]Item, 0, n)
	for i := int(after + 1 - v.first); len(items) < n; {
		c := v.chunks[i/chunkItems]
		from := i % chunkItems
		k := min(chunkItems-from, n-len(items))
		items = append(items, c.items[from:from+k]...)
		i += k
	}
	return items, true
}

// bell wakes those who wait for a new record. Ringing it costs the appender
// next to nothing: a goroutine of the bell's own does the waking.
type bell struct {
	waiting atomic.Int32
	kick    chan struct{}
	done    sync.WaitGroup

	mu     sync.Mutex
	wake   chan struct{} // closed to wake everybody; then replaced
	closed bool
}

func newBell() *bell {
	b := &bell{kick: make(chan struct{}, 1), wake: make(chan struct{})}
	b.done.Go(func() {
		for range b.kick {
			b.mu.Lock()
			close(b.wake)
			b.wake = make(chan struct{})
			b.mu.Unlock()
		}
	})
	return b
}

// ring wakes everybody who waits. It is not called after close.
func (b *bell) ring() {
	if b.waiting.Load() == 0 {
		return
	}
	select {
	case b.kick <- struct{}{}:
	default:
	}
}

// listen announces a wait. Who listens, then looks whether there is something,
// and waits on the channel only if not, misses nothing. leave ends it.
func (b *bell) listen() (wake <-chan struct{}, leave func()) {
	b.waiting.Add(1)
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wake, func() { b.waiting.Add(-1) }
}

// close wakes everybody for the last time.
func (b *bell) close() {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return
	}
	b.closed = true
	b.mu.Unlock()
	close(b.kick)
	b.done.Wait()
	b.mu.Lock()
	close(b.wake)
	b.wake = make(chan struct{})
	b.mu.Unlock()
}
