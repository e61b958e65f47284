package bustest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"houfeng/internal/engine/bus"
)

// TestLocal checks what the bus of one process promises on top of [Test], on
// which replay rests.
func TestLocal(t *testing.T, open func(t *testing.T) bus.Bus) {
	t.Run("RunsToCompletion", func(t *testing.T) { completion(t, open(t)) })
	t.Run("Errors", func(t *testing.T) { handlerErrors(t, open(t)) })
	t.Run("EndedContext", func(t *testing.T) { endedContext(t, open(t)) })
	t.Run("KeptContext", func(t *testing.T) { keptContext(t, open(t)) })
	t.Run("CloseInTurn", func(t *testing.T) { closeInTurn(t, open(t)) })
	t.Run("LongTurn", func(t *testing.T) { longTurn(t, open(t)) })
	t.Run("PanicEndsTurn", func(t *testing.T) { panicEndsTurn(t, open(t)) })
	t.Run("HandleInTurn", func(t *testing.T) { handleInTurn(t, open(t)) })
}

// completion follows one message through three topics. "a" says b and c, "b"
// says c: breadth first, subscription order, everything done on return.
func completion(t *testing.T, b bus.Bus) {
	defer b.Close()
	var log []string
	say := func(ctx context.Context, topic, key string) error {
		err := b.Publish(ctx, bus.Message{Topic: topic, Key: key})
		log = append(log, "said "+topic+key)
		return err
	}
	b.Handle("a", "one", func(ctx context.Context, m bus.Message) error {
		log = append(log, "one a"+m.Key)
		return errors.Join(say(ctx, "b", "1"), say(ctx, "c", "1"))
	})
	b.Handle("c", "four", func(ctx context.Context, m bus.Message) error {
		log = append(log, "four c"+m.Key)
		return nil
	})
	b.Handle("a", "two", func(ctx context.Context, m bus.Message) error {
		log = append(log, "two a"+m.Key)
		return say(ctx, "b", "2")
	})
	b.Handle("b", "three", func(ctx context.Context, m bus.Message) error {
		log = append(log, "three b"+m.Key)
		return say(ctx, "c", "b"+m.Key)
	})
	if err := b.Publish(t.Context(), bus.Message{Topic: "a"}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"one a", "said b1", "said c1", "two a", "said b2",
		"three b1", "said cb1", "four c1", "three b2", "said cb2", "four cb1", "four cb2",
	}
	if !slices.Equal(log, want) {
		t.Errorf("got  %q\nwant %q", log, want)
	}
}

func handlerErrors(t *testing.T, b bus.Bus) {
	defer b.Close()
	errA, errB := errors.New("no velocity model"), errors.New("no inventory")
	ran := 0
	b.Handle("a", "locate", func(ctx context.Context, m bus.Message) error {
		if err := b.Publish(ctx, bus.Message{Topic: "b"}); err != nil {
			t.Errorf("Publish within a turn: %v, want nil", err)
		}
		return errA
	})
	b.Handle("a", "after", func(context.Context, bus.Message) error { ran++; return nil })
	b.Handle("b", "magnitude", func(context.Context, bus.Message) error { ran++; return errB })
	err := b.Publish(t.Context(), bus.Message{Topic: "a"})
	if !errors.Is(err, errA) || !errors.Is(err, errB) || ran != 2 {
		t.Errorf("got %v with %d handlers run after the first, want both errors and 2", err, ran)
	}
	if err == nil || !strings.Contains(err.Error(), "locate on a: no velocity model") {
		t.Errorf("error %q does not name handler and topic", err)
	}
	if err := b.Publish(t.Context(), bus.Message{Topic: "c"}); err != nil {
		t.Errorf("the next turn: %v, want nil", err)
	}
}

// endedContext: a context that has ended begins no turn, and one that ends
// during a turn does not cut it short.
func endedContext(t *testing.T, b bus.Bus) {
	defer b.Close()
	ctx, cancel := context.WithCancel(t.Context())
	heard := 0
	b.Handle("a", "one", func(ctx context.Context, m bus.Message) error {
		cancel()
		return b.Publish(ctx, bus.Message{Topic: "b"})
	})
	b.Handle("b", "two", func(context.Context, bus.Message) error { heard++; return nil })
	if err := b.Publish(ctx, bus.Message{Topic: "a"}); err != nil || heard != 1 {
		t.Errorf("got %v with b heard %d times, want nil and once", err, heard)
	}
	if err := b.Publish(ctx, bus.Message{Topic: "b"}); !errors.Is(err, context.Canceled) || heard != 1 {
		t.Errorf("Publish with an ended context: %v (b heard %d times), want context.Canceled (once)", err, heard)
	}
}

// keptContext: the context of a turn that is over begins a turn of its own.
func keptContext(t *testing.T, b bus.Bus) {
	defer b.Close()
	var kept context.Context
	heard := 0
	b.Handle("a", "one", func(ctx context.Context, m bus.Message) error { kept = ctx; return nil })
	b.Handle("b", "two", func(context.Context, bus.Message) error { heard++; return nil })
	b.Publish(t.Context(), bus.Message{Topic: "a"})
	if err := b.Publish(kept, bus.Message{Topic: "b"}); err != nil || heard != 1 {
		t.Errorf("got %v with b heard %d times, want nil and once", err, heard)
	}
}

// closeInTurn: a bus closed by a handler ends the turn first.
func closeInTurn(t *testing.T, b bus.Bus) {
	heard := 0
	o, err := b.Observe("b", "watch", 4)
	if err != nil {
		t.Fatal(err)
	}
	b.Handle("a", "one", func(ctx context.Context, m bus.Message) error {
		b.Close()
		return b.Publish(ctx, bus.Message{Topic: "b"})
	})
	b.Handle("b", "two", func(context.Context, bus.Message) error { heard++; return nil })
	if err := b.Publish(t.Context(), bus.Message{Topic: "a"}); err != nil || heard != 1 {
		t.Errorf("got %v with b heard %d times, want nil and once", err, heard)
	}
	if m, err := o.Next(t.Context()); err != nil || m.Topic != "b" {
		t.Errorf("observer: got %v, %v, want the message of the last turn", m, err)
	}
	if _, err := o.Next(t.Context()); !errors.Is(err, bus.ErrClosed) {
		t.Errorf("observer: %v, want ErrClosed", err)
	}
	if err := b.Publish(t.Context(), bus.Message{Topic: "b"}); !errors.Is(err, bus.ErrClosed) || heard != 1 {
		t.Errorf("Publish after the turn: %v, want ErrClosed", err)
	}
}

// longTurn: thousands of messages in one turn keep their order.
func longTurn(t *testing.T, b bus.Bus) {
	defer b.Close()
	const n = 5000
	var got []int
	b.Handle("n", "count", func(ctx context.Context, m bus.Message) error {
		i := m.Value.(int)
		got = append(got, i)
		for _, next := range []int{2 * i, 2*i + 1} { // a tree, level by level
			if next < n {
				b.Publish(ctx, message("n", next))
			}
		}
		return nil
	})
	if err := b.Publish(t.Context(), message("n", 1)); err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		if v != i+1 {
			t.Fatalf("message %d came as number %d", v, i+1)
		}
	}
	if len(got) != n-1 {
		t.Errorf("heard %d messages, want %d", len(got), n-1)
	}
}

func panicEndsTurn(t *testing.T, b bus.Bus) {
	defer b.Close()
	b.Handle("a", "bad", func(context.Context, bus.Message) error { panic("a bug") })
	func() {
		defer func() {
			if fmt.Sprint(recover()) != "a bug" {
				t.Error("the panic of a handler was swallowed")
			}
		}()
		b.Publish(t.Context(), bus.Message{Topic: "a"})
	}()
	done := make(chan error, 1)
	go func() { done <- b.Publish(t.Context(), bus.Message{Topic: "b"}) }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("the turn of a handler that panicked never ended")
	}
}

func handleInTurn(t *testing.T, b bus.Bus) {
	defer b.Close()
	heard := 0
	b.Handle("a", "one", func(ctx context.Context, m bus.Message) error {
		return b.Handle("a", "two", func(context.Context, bus.Message) error { heard++; return nil })
	})
	if err := b.Publish(t.Context(), bus.Message{Topic: "a"}); err != nil || heard != 0 {
		t.Errorf("got %v, new handler heard %d, want nil and 0", err, heard)
	}
	if err := b.Publish(t.Context(), bus.Message{Topic: "a"}); err == nil || heard != 1 {
		t.Errorf("got %v, new handler heard %d, want the taken name and 1", err, heard)
	}
}
