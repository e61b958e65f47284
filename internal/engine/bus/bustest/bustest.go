// Package bustest checks that a bus keeps the promises of package bus.
package bustest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"houfeng/internal/engine/bus"
)

// patience is how long a test waits for what must happen; it is only used up
// when a promise is broken.
const patience = 20 * time.Second

func message(topic string, i int) bus.Message {
	return bus.Message{Topic: topic, Key: "XX.STA", ID: fmt.Sprint(topic, i), Value: i}
}

// Test checks the promises of every bus. open returns a new, empty one.
func Test(t *testing.T, open func(t *testing.T) bus.Bus) {
	t.Run("Order", func(t *testing.T) { order(t, open(t)) })
	t.Run("OneAtATime", func(t *testing.T) { oneAtATime(t, open(t)) })
	t.Run("TopicsAreApart", func(t *testing.T) { apart(t, open(t)) })
	t.Run("SlowObserver", func(t *testing.T) { slowObserver(t, open(t)) })
	t.Run("ObserverWakes", func(t *testing.T) { observerWakes(t, open(t)) })
	t.Run("ObserverClose", func(t *testing.T) { observerClose(t, open(t)) })
	t.Run("Close", func(t *testing.T) { closeBus(t, open(t)) })
	t.Run("Refusals", func(t *testing.T) { refusals(t, open(t)) })
}

func order(t *testing.T, b bus.Bus) {
	defer b.Close()
	const n = 500
	done := make(chan []int, 2)
	for _, name := range []string{"first", "second"} {
		var got []int
		err := b.Handle("numbers", name, func(_ context.Context, m bus.Message) error {
			if len(got) == 0 || got[len(got)-1] != m.Value.(int) { // at least once
				got = append(got, m.Value.(int))
			}
			if m.Value.(int) == n-1 {
				done <- got
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	o, err := b.Observe("numbers", "watch", n)
	if err != nil {
		t.Fatal(err)
	}
	var want []int
	for i := range n {
		want = append(want, i)
		if err := b.Publish(t.Context(), message("numbers", i)); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		select {
		case got := <-done:
			if !slices.Equal(got, want) {
				t.Errorf("a handler heard %v", got)
			}
		case <-time.After(patience):
			t.Fatal("a handler did not hear the last message")
		}
	}
	for i := range n {
		m, err := o.Next(t.Context())
		if err != nil || m != message("numbers", i) {
			t.Fatalf("observer: got %+v, %v, want number %d", m, err, i)
		}
	}
	if o.Lost() != 0 {
		t.Errorf("Lost() = %d, want 0", o.Lost())
	}
}

func oneAtATime(t *testing.T, b bus.Bus) {
	defer b.Close()
	const publishers, each = 8, 50
	var inside, heard atomic.Int32
	all := make(chan struct{})
	last := map[int]int{} // by publisher; unguarded, for the race detector
	err := b.Handle("numbers", "one", func(_ context.Context, m bus.Message) error {
		if inside.Add(1) != 1 {
			t.Error("the handler was called while it ran")
		}
		p, i := m.Value.(int)/each, m.Value.(int)%each
		if i < last[p] {
			t.Errorf("publisher %d: %d heard after %d", p, i, last[p])
		}
		last[p] = i
		inside.Add(-1)
		if heard.Add(1) == publishers*each {
			close(all)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for p := range publishers {
		wg.Go(func() {
			for i := range each {
				if err := b.Publish(t.Context(), message("numbers", p*each+i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	select {
	case <-all:
	case <-time.After(patience):
		t.Fatalf("heard %d of %d messages", heard.Load(), publishers*each)
	}
}

func apart(t *testing.T, b bus.Bus) {
	defer b.Close()
	o, err := b.Observe("a", "watch", 10)
	if err != nil {
		t.Fatal(err)
	}
	for i, topic := range []string{"b", "a", "A", "a.b", "a"} {
		if err := b.Publish(t.Context(), message(topic, i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{1, 4} {
		if m, err := o.Next(t.Context()); err != nil || m.Value != want {
			t.Errorf("got %v, %v, want %d", m.Value, err, want)
		}
	}
}

// slowObserver: one observer never reads while another, and a handler, hear
// everything; then the slow one finds the newest messages and a count.
func slowObserver(t *testing.T, b bus.Bus) {
	defer b.Close()
	const n, depth = 100, 7
	slow, err := b.Observe("numbers", "watch", depth)
	if err != nil {
		t.Fatal(err)
	}
	quick, err := b.Observe("numbers", "watch", n)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := b.Publish(t.Context(), message("numbers", i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		if m, err := quick.Next(t.Context()); err != nil || m.Value != i {
			t.Fatalf("quick: got %v, %v, want %d", m.Value, err, i)
		}
	}
	for i := n - depth; i < n; i++ {
		if m, err := slow.Next(t.Context()); err != nil || m.Value != i {
			t.Fatalf("slow: got %v, %v, want %d", m.Value, err, i)
		}
	}
	if slow.Lost() != n-depth || quick.Lost() != 0 {
		t.Errorf("lost %d and %d, want %d and 0", slow.Lost(), quick.Lost(), n-depth)
	}
}

func observerWakes(t *testing.T, b bus.Bus) {
	defer b.Close()
	o, err := b.Observe("numbers", "watch", 10)
	if err != nil {
		t.Fatal(err)
	}
	const waiting = 8
	got := make(chan int, waiting)
	for range 100 { // in bursts, so that one signal may stand for several messages
		for range waiting {
			go func() {
				m, err := o.Next(t.Context())
				if err != nil {
					t.Error(err)
					m.Value = -1
				}
				got <- m.Value.(int)
			}()
		}
		runtime.Gosched()
		for i := range waiting {
			if err := b.Publish(t.Context(), message("numbers", i)); err != nil {
				t.Fatal(err)
			}
		}
		seen := map[int]bool{}
		for range waiting {
			select {
			case i := <-got:
				seen[i] = true
			case <-time.After(patience):
				t.Fatal("a waiting observer was not woken")
			}
		}
		if len(seen) != waiting {
			t.Fatalf("%d waiting readers got %v, want each message once", waiting, seen)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Next with an ended context: %v, want context.Canceled", err)
	}
}

func observerClose(t *testing.T, b bus.Bus) {
	defer b.Close()
	o, err := b.Observe("numbers", "watch", 10)
	if err != nil {
		t.Fatal(err)
	}
	other, err := b.Observe("numbers", "watch", 10)
	if err != nil {
		t.Fatal(err)
	}
	b.Publish(t.Context(), message("numbers", 0))
	if _, err := other.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	b.Publish(t.Context(), message("numbers", 1))
	if m, err := other.Next(t.Context()); err != nil || m.Value != 1 {
		t.Errorf("the other observer: %v, %v, want 1", m.Value, err)
	}
	if m, err := o.Next(t.Context()); err == nil && m.Value != 0 {
		t.Errorf("a closed observer heard %v", m.Value)
	} else if err == nil {
		_, err = o.Next(t.Context())
		if !errors.Is(err, bus.ErrClosed) {
			t.Errorf("Next on a closed observer: %v, want ErrClosed", err)
		}
	}
	if err := o.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func closeBus(t *testing.T, b bus.Bus) {
	o, err := b.Observe("numbers", "watch", 10)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 2)
	for range 2 {
		go func() {
			for {
				if _, err := o.Next(t.Context()); err != nil {
					ended <- err
					return
				}
			}
		}()
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		select {
		case err := <-ended:
			if !errors.Is(err, bus.ErrClosed) {
				t.Errorf("Next after Close: %v, want ErrClosed", err)
			}
		case <-time.After(patience):
			t.Fatal("Close did not wake an observer")
		}
	}
	if err := b.Publish(t.Context(), message("numbers", 0)); !errors.Is(err, bus.ErrClosed) {
		t.Errorf("Publish after Close: %v, want ErrClosed", err)
	}
	if err := b.Handle("numbers", "late", func(context.Context, bus.Message) error { return nil }); !errors.Is(err, bus.ErrClosed) {
		t.Errorf("Handle after Close: %v, want ErrClosed", err)
	}
	if _, err := b.Observe("numbers", "late", 1); !errors.Is(err, bus.ErrClosed) {
		t.Errorf("Observe after Close: %v, want ErrClosed", err)
	}
	if err := b.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func refusals(t *testing.T, b bus.Bus) {
	defer b.Close()
	h := func(context.Context, bus.Message) error { return nil }
	if err := b.Handle("numbers", "one", h); err != nil {
		t.Fatal(err)
	}
	if err := b.Handle("numbers", "one", h); err == nil {
		t.Error("two handlers of one topic got the same name")
	}
	if err := b.Handle("others", "one", h); err != nil {
		t.Errorf("the name on another topic: %v", err)
	}
	if err := b.Handle("numbers", "none", nil); err == nil {
		t.Error("a nil handler was taken")
	}
	if _, err := b.Observe("numbers", "shallow", 0); err == nil {
		t.Error("a queue of depth 0 was made")
	}
}
