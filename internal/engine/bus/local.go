package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Local is the bus inside one process. It keeps the stronger promise of [Bus]:
// a message that no handler is publishing starts a turn, and the turn ends when
// nothing is left to handle.
//
// During a turn a handler publishes with the context it was given (or one
// derived from it); such a message is put at the end of the queue, Publish
// returns at once, and the message is handled later in the same turn. A handler
// that publishes with another context waits for its own turn to end, that is,
// for ever. Turns of several publishers follow one another.
//
// All handlers of a message run, also when one of them fails; the Publish that
// began the turn returns all their errors joined. The end of a context does
// not cut a turn short, since half a turn could not be replayed; it only keeps
// a turn from beginning.
//
// Observers receive a message when its turn to be handled comes, before the
// handlers do.
type Local struct {
	turn chan struct{} // holds one token: the right to run a turn

	mu        sync.Mutex
	closed    bool
	running   *turn
	handlers  map[string][]handler   // slices are replaced, never changed
	observers map[string][]*observer // likewise
}

type handler struct {
	name string
	call func(context.Context, Message) error
}

// turn is everything that one outermost Publish causes.
type turn struct{ queue []Message }

type turnKey struct{ bus *Local }

// NewLocal returns an empty local bus.
func NewLocal() *Local {
	return &Local{
		turn:      make(chan struct{}, 1),
		handlers:  map[string][]handler{},
		observers: map[string][]*observer{},
	}
}

// Publish says m; see [Local] for what a handler's Publish does. It returns
// ErrClosed, ctx's error when ctx ended before the turn began, or what the
// handlers returned.
func (b *Local) Publish(ctx context.Context, m Message) error {
	if t, ok := ctx.Value(turnKey{b}).(*turn); ok {
		b.mu.Lock()
		if b.running == t {
			t.queue = append(t.queue, m)
			b.mu.Unlock()
			return nil
		}
		b.mu.Unlock() // a context kept beyond its turn
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("publish on %s: %w", m.Topic, err)
	}
	select {
	case b.turn <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("publish on %s: %w", m.Topic, ctx.Err())
	}
	defer func() { <-b.turn }()
	return b.run(ctx, m)
}

func (b *Local) run(ctx context.Context, m Message) error {
	t := &turn{queue: []Message{m}}
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return fmt.Errorf("publish on %s: %w", m.Topic, ErrClosed)
	}
	b.running = t
	b.mu.Unlock()
	ended := false
	defer func() { // also when a handler panics
		if !ended {
			b.mu.Lock()
			b.end()
			b.mu.Unlock()
		}
	}()

	ctx = context.WithValue(ctx, turnKey{b}, t)
	var errs []error
	for i := 0; ; i++ {
		b.mu.Lock()
		if i == len(t.queue) {
			b.end()
			ended = true
			b.mu.Unlock()
			return errors.Join(errs...)
		}
		m := t.queue[i]
		t.queue[i] = Message{} // the value may be large
		if i == 1024 {         // a long turn keeps no more than it has to
			n := copy(t.queue, t.queue[i:])
			clear(t.queue[n:])
			t.queue, i = t.queue[:n], 0
		}
		hs, os := b.handlers[m.Topic], b.observers[m.Topic]
		b.mu.Unlock()
		for _, o := range os {
			o.put(m)
		}
		for _, h := range hs {
			if err := h.call(ctx, m); err != nil {
				errs = append(errs, fmt.Errorf("%s on %s: %w", h.name, m.Topic, err))
			}
		}
	}
}

// end ends the running turn; b.mu is held.
func (b *Local) end() {
	b.running = nil
	if b.closed {
		b.closeObservers()
	}
}

// Handle subscribes h to topic. The name tells handlers of a topic apart and
// must not be used twice on it. A handler subscribed during a turn hears the
// messages handled after that.
func (b *Local) Handle(topic, name string, h func(context.Context, Message) error) error {
	if h == nil {
		return fmt.Errorf("handle %s as %q: no handler", topic, name)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return fmt.Errorf("handle %s as %q: %w", topic, name, ErrClosed)
	}
	old := b.handlers[topic]
	for _, o := range old {
		if o.name == name {
			return fmt.Errorf("handle %s as %q: the name is taken", topic, name)
		}
	}
	b.handlers[topic] = append(old[:len(old):len(old)], handler{name, h})
	return nil
}

// Observe subscribes a queue of at most depth (at least 1) messages to topic.
// Several observers may share a name.
func (b *Local) Observe(topic, name string, depth int) (Observer, error) {
	if depth < 1 {
		return nil, fmt.Errorf("observe %s as %q: depth %d, want at least 1", topic, name, depth)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, fmt.Errorf("observe %s as %q: %w", topic, name, ErrClosed)
	}
	o := newObserver(depth)
	o.leave = func() { b.forget(topic, o) }
	old := b.observers[topic]
	b.observers[topic] = append(old[:len(old):len(old)], o)
	return o, nil
}

func (b *Local) forget(topic string, o *observer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var rest []*observer
	for _, other := range b.observers[topic] {
		if other != o {
			rest = append(rest, other)
		}
	}
	b.observers[topic] = rest
}

// Close ends the bus: no turn begins after it. A turn under way runs to its
// end, so a handler may call Close. Observers keep what they have queued.
func (b *Local) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.running == nil {
		b.closeObservers()
	}
	return nil
}

func (b *Local) closeObservers() {
	for _, os := range b.observers {
		for _, o := range os {
			o.end()
		}
	}
}
