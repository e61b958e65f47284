// Package bus carries what the parts of the centre say to one another. Parts
// meet here, on typed topics ([Topic], listed in topics.go), and nowhere else.
//
// There are two ways to listen. A stage of the chain uses [Handle]: its handler
// is part of the deterministic course of things. Everyone else (console, ring,
// archive, metrics) uses [Observe]: a bounded queue that never holds the chain
// up.
package bus

import (
	"context"
	"errors"
)

// ErrClosed is returned by a bus that was closed.
var ErrClosed = errors.New("bus is closed")

// Message is a value on its way. Value is shared by all who receive it and must
// not be changed.
type Message struct {
	Topic string
	Key   string // what the value is about: station, event id; for sharding
	ID    string // digest of the content; a bus may deliver a message twice
	Value any
}

// Bus moves messages. Promises, checked by package bustest:
//
//   - messages of one topic reach each subscriber in the order published by
//     one publisher, at least once;
//   - one subscriber's handler is never called twice at the same time;
//   - an observer that does not keep up loses messages of its own queue,
//     oldest first, and can read how many; nobody else is affected.
//
// The local bus promises more, and replay rests on it: Publish returns after
// every handler that the message caused to run, directly or through messages
// published by handlers, has returned; messages are handled in the order
// published, and for each one the handlers run in the order subscribed.
type Bus interface {
	Publish(ctx context.Context, m Message) error
	Handle(topic, name string, h func(context.Context, Message) error) error
	Observe(topic, name string, depth int) (Observer, error)
	Close() error
}

// Observer is a bounded queue of messages.
type Observer interface {
	// Next waits for a message. It returns ErrClosed when the bus or the
	// observer was closed and the queue is empty.
	Next(ctx context.Context) (Message, error)
	// Lost returns how many messages were dropped because the queue was full.
	Lost() uint64
	Close() error
}

// Topic names a stream of values of type T.
type Topic[T any] struct{ Name string }

// Publish says v on topic t.
func Publish[T any](ctx context.Context, b Bus, t Topic[T], key, id string, v T) error {
	return b.Publish(ctx, Message{Topic: t.Name, Key: key, ID: id, Value: v})
}

// Handle makes h a stage of the chain that listens to t.
func Handle[T any](b Bus, t Topic[T], name string, h func(context.Context, T) error) error {
	return b.Handle(t.Name, name, func(ctx context.Context, m Message) error {
		return h(ctx, m.Value.(T))
	})
}
