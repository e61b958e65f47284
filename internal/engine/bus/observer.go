package bus

import (
	"context"
	"sync"
)

// observer is a bounded queue; when it is full the oldest message goes.
type observer struct {
	leave func() // tells the bus to forget this observer
	wake  chan struct{}

	mu     sync.Mutex
	queue  []Message // a circle: n messages from head
	head   int
	n      int
	depth  int
	lost   uint64
	closed bool
}

func newObserver(depth int) *observer {
	return &observer{depth: depth, wake: make(chan struct{}, 1)}
}

func (o *observer) put(m Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	if o.n == o.depth {
		o.pop()
		o.lost++
	}
	if o.n == len(o.queue) {
		o.grow()
	}
	o.queue[(o.head+o.n)%len(o.queue)] = m
	o.n++
	o.signal()
}

// grow doubles the circle, up to depth, so that a deep queue costs nothing
// while its reader keeps up.
func (o *observer) grow() {
	q := make([]Message, min(max(16, 2*len(o.queue)), o.depth))
	for i := range o.n {
		q[i] = o.queue[(o.head+i)%len(o.queue)]
	}
	o.queue, o.head = q, 0
}

func (o *observer) pop() Message {
	m := o.queue[o.head]
	o.queue[o.head] = Message{}
	o.head = (o.head + 1) % len(o.queue)
	o.n--
	return m
}

// signal wakes one waiting Next; it wakes the next one if there is more.
func (o *observer) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Next returns the oldest message queued, waiting for one until ctx ends.
func (o *observer) Next(ctx context.Context) (Message, error) {
	for {
		o.mu.Lock()
		if o.n > 0 {
			m := o.pop()
			if o.n > 0 || o.closed {
				o.signal()
			}
			o.mu.Unlock()
			return m, nil
		}
		if o.closed {
			o.signal()
			o.mu.Unlock()
			return Message{}, ErrClosed
		}
		o.mu.Unlock()
		select {
		case <-o.wake:
		case <-ctx.Done():
			return Message{}, ctx.Err()
		}
	}
}

func (o *observer) Lost() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lost
}

// end accepts nothing more; what is queued can still be read.
func (o *observer) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.signal()
}

// Close ends the observer and gives its place on the bus back.
func (o *observer) Close() error {
	o.end()
	o.leave()
	return nil
}
