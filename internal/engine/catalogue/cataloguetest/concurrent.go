package cataloguetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/seis"
)

// readWhileAdding: readers see whole revisions, never fewer than before, while
// several writers add.
func readWhileAdding(t *testing.T, c catalogue.Catalogue) {
	const writers, revisions = 3, 25
	id := func(w int) string { return fmt.Sprint("event", w) }
	var done atomic.Bool
	var writing, reading sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := 1; i <= revisions; i++ {
				if err := c.AddRevision(t.Context(), Event(id(w), i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for r := range 4 {
		reading.Go(func() {
			seen := map[string]int{}
			check := func(e seis.Event) {
				if e.Revision < seen[e.ID] {
					t.Errorf("%s: revision %d after %d", e.ID, e.Revision, seen[e.ID])
				}
				seen[e.ID] = e.Revision
				if d := Diff([]seis.Event{Event(e.ID, e.Revision)}, []seis.Event{e}); d != "" {
					t.Errorf("(−want +got):\n%s", d)
				}
			}
			for last := false; !last && !t.Failed(); {
				last = done.Load() // one more round after the last revision
				events, err := c.Events(t.Context(), catalogue.Query{})
				if err != nil {
					t.Error(err)
				}
				for _, e := range events {
					check(e)
				}
				all, err := c.Revisions(t.Context(), id(r%writers))
				if err != nil && !errors.Is(err, catalogue.ErrNotFound) {
					t.Error(err)
				}
				for i, e := range all {
					if e.Revision != i+1 {
						t.Errorf("revision %d in place %d", e.Revision, i+1)
					}
				}
				if len(all) > 0 {
					check(all[len(all)-1])
				}
			}
			for w := range writers {
				if seen[id(w)] != revisions && !t.Failed() {
					t.Errorf("%s: last seen is revision %d, want %d", id(w), seen[id(w)], revisions)
				}
			}
		})
	}
	writing.Wait()
	done.Store(true)
	reading.Wait()
}

// addAtOnce: of several who add the same revision with other content, one
// wins; who adds the same content is not told apart.
func addAtOnce(t *testing.T, c catalogue.Catalogue) {
	for revision := 1; revision <= 10; revision++ {
		var wg sync.WaitGroup
		var won, same [4]error
		for i := range won {
			e := Event("a", revision)
			e.Reason = fmt.Sprint("writer ", i)
			wg.Go(func() { won[i] = c.AddRevision(t.Context(), e) })
			wg.Go(func() { same[i] = c.AddRevision(t.Context(), Event("b", revision)) })
		}
		wg.Wait()
		kept, err := c.Event(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		winners := 0
		for i, err := range won {
			switch {
			case err == nil:
				winners++
				if kept.Reason != fmt.Sprint("writer ", i) {
					t.Errorf("writer %d was told that its revision is kept; kept is that of %s", i, kept.Reason)
				}
			case !errors.Is(err, catalogue.ErrConflict):
				t.Error(err)
			}
			if same[i] != nil {
				t.Errorf("the same content: %v", same[i])
			}
		}
		if winners != 1 || kept.Revision != revision {
			t.Errorf("%d winners of revision %d, kept is %d", winners, revision, kept.Revision)
		}
	}
}
