package ring

import (
	"sync"
	"sync/atomic"
	"time"
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

// read returns up to max items after position after, without copying them, and
// so only as many as lie in one chunk. held is false when the first of those
// asked for is older than the tail.
func (t *tail) read(after uint64, max int) (items []Item, held bool) {
	last := t.last.Load() // before the view, which then reaches at least there
	v := t.view.Load()
	if v == nil || after+1 < v.first {
		return nil, v == nil && after >= last
	}
	if after >= last {
		return nil, true
	}
	i := int(after + 1 - v.first)
	from := i % chunkItems
	n := min(int(min(last-after, uint64(max))), chunkItems-from)
	return v.chunks[i/chunkItems].items[from : from+n : from+n], true
}

// bell wakes those who wait for a new record. Ringing it costs the appender
// next to nothing: a goroutine of the bell's own does the waking. When many
// wait it then pauses, longer the more they are (1,000: 5 ms), so that a
// thousand readers are woken a few hundred times a second, each time for
// several records, and not for each of them.
type bell struct {
	waiting atomic.Int32
	wake    atomic.Pointer[chan struct{}] // closed to wake everybody, after it was replaced
	kick    chan struct{}
	once    sync.Once
	done    sync.WaitGroup
}

const (
	bellFew  = 10 // so many are woken for each record
	bellEach = 5 * time.Microsecond
	bellMost = 5 * time.Millisecond
)

func newBell() *bell {
	b := &bell{kick: make(chan struct{}, 1)}
	ch := make(chan struct{})
	b.wake.Store(&ch)
	b.done.Go(func() {
		for range b.kick {
			b.wakeAll()
			if n := b.waiting.Load(); n > bellFew {
				time.Sleep(min(bellMost, time.Duration(n)*bellEach))
			}
		}
	})
	return b
}

func (b *bell) wakeAll() {
	ch := make(chan struct{})
	close(*b.wake.Swap(&ch))
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

// enter announces a wait, which leave ends.
func (b *bell) enter() { b.waiting.Add(1) }
func (b *bell) leave() { b.waiting.Add(-1) }

// listen returns a channel that is closed when there is something new. Who has
// entered, listens, then looks, and waits only if there is nothing, misses
// nothing.
func (b *bell) listen() <-chan struct{} { return *b.wake.Load() }

// close wakes everybody for the last time.
func (b *bell) close() {
	b.once.Do(func() {
		close(b.kick)
		b.done.Wait()
		b.wakeAll()
	})
}
