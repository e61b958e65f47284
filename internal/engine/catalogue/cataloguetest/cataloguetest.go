// Package cataloguetest holds every implementation of catalogue.Catalogue to
// the promises of that interface. Start with [Test], and [TestDurable] for one
// that outlives its process.
package cataloguetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/seis"
)

// Test checks a catalogue. open makes an empty one, which Test closes.
func Test(t *testing.T, open func(t *testing.T) catalogue.Catalogue) {
	for _, c := range []struct {
		name string
		test func(*testing.T, catalogue.Catalogue)
	}{
		{"Absent", absent},
		{"Revisions", revisions},
		{"Idempotent", idempotent},
		{"Conflict", conflict},
		{"Hole", hole},
		{"Refused", refused},
		{"EveryField", everyField},
		{"Bits", bits},
		{"Unshared", unshared},
		{"LeapSeconds", leapSeconds},
		{"Meridian", meridian},
		{"Limit", limit},
		{"Queries", queries},
		{"Pages", pages},
		{"PagesWhileAdding", pagesWhileAdding},
		{"ReadWhileAdding", readWhileAdding},
		{"AddAtOnce", addAtOnce},
		{"Cancelled", cancelled},
		{"Closed", closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			cat := open(t)
			defer func() {
				if err := cat.Close(); err != nil {
					t.Error(err)
				}
			}()
			c.test(t, cat)
		})
	}
}

// Add adds revisions and fails the test if that fails.
func Add(t testing.TB, c catalogue.Catalogue, events ...seis.Event) {
	t.Helper()
	for _, e := range events {
		if err := c.AddRevision(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

// Check compares what is kept of an event with its revisions, oldest first.
func Check(t testing.TB, c catalogue.Catalogue, want ...seis.Event) {
	t.Helper()
	id := want[0].ID
	got, err := c.Revisions(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if d := Diff(want, got); d != "" {
		t.Errorf("revisions of %s (−want +got):\n%s", id, d)
	}
	newest, err := c.Event(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if d := Diff(want[len(want)-1:], []seis.Event{newest}); d != "" {
		t.Errorf("newest revision of %s (−want +got):\n%s", id, d)
	}
}

func ids(events []seis.Event) string {
	var s []string
	for _, e := range events {
		s = append(s, e.ID)
	}
	return strings.Join(s, " ")
}

func absent(t *testing.T, c catalogue.Catalogue) {
	Add(t, c, Event("a", 1))
	for _, id := range []string{"", "b", "A", "a ", "a\x00"} {
		if _, err := c.Event(t.Context(), id); !errors.Is(err, catalogue.ErrNotFound) {
			t.Errorf("Event(%q): %v, want ErrNotFound", id, err)
		}
		if _, err := c.Revisions(t.Context(), id); !errors.Is(err, catalogue.ErrNotFound) {
			t.Errorf("Revisions(%q): %v, want ErrNotFound", id, err)
		}
	}
}

func revisions(t *testing.T, c catalogue.Catalogue) {
	got, err := c.Events(t.Context(), catalogue.Query{})
	if err != nil || len(got) != 0 {
		t.Errorf("an empty catalogue lists %v, %v", got, err)
	}
	var a, b []seis.Event
	for i := 1; i <= 12; i++ { // past the number that sorts as text
		a, b = append(a, Event("a", i)), append(b, Event("b", i))
		Add(t, c, a[i-1], b[i-1])
		Check(t, c, a...)
	}
	Check(t, c, b...)
	got, err = c.Events(t.Context(), catalogue.Query{})
	if err != nil {
		t.Fatal(err)
	}
	if d := Diff([]seis.Event{a[11], b[11]}, got); d != "" {
		t.Errorf("events (−want +got):\n%s", d)
	}
}

func idempotent(t *testing.T, c catalogue.Catalogue) {
	events := []seis.Event{Full("a", 1), Full("a", 2), Full("a", 3)}
	Add(t, c, events...)
	Add(t, c, events...)
	again := Full("a", 2)
	again.Origin.Arrivals = append(make([]seis.Arrival, 0, 9), again.Origin.Arrivals...)
	Add(t, c, again)
	// Empty and nil are the same revision.
	bare := Event("b", 1)
	Add(t, c, bare)
	bare.Intensities, bare.Origin.Flags = []seis.Shaking{}, []string{}
	Add(t, c, bare)
	Check(t, c, events...)
}

func conflict(t *testing.T, c catalogue.Catalogue) {
	a := []seis.Event{Full("a", 1), Full("a", 2)}
	Add(t, c, a...)
	for name, change := range map[string]func(e *seis.Event){
		"reason":            func(e *seis.Event) { e.Reason += "." },
		"one bit":           func(e *seis.Event) { e.Origin.Latitude = math.Nextafter(e.Origin.Latitude, 90) },
		"sign of zero":      func(e *seis.Event) { e.Origin.DepthSigmaKm = math.Copysign(0, -1) },
		"one nanosecond":    func(e *seis.Event) { e.Origin.Time = seis.TimeOf(e.Origin.Time.Nanos()+1, e.Origin.Time.Leap()) },
		"leap flag":         func(e *seis.Event) { e.Made = seis.TimeOf(e.Made.Nanos(), !e.Made.Leap()) },
		"no magnitude":      func(e *seis.Event) { e.Magnitude = nil },
		"not one intensity": func(e *seis.Event) { e.Intensities = nil },
		"number for NaN":    func(e *seis.Event) { e.Origin.Arrivals[0].TakeoffDeg = 90 },
	} {
		for revision := 1; revision <= 2; revision++ {
			e := Full("a", revision)
			e.Origin.DepthSigmaKm = 0
			e.Origin.Arrivals[0].TakeoffDeg = math.NaN()
			e.ID = "a " + name
			was := e
			was.Origin.Arrivals = append([]seis.Arrival(nil), e.Origin.Arrivals...)
			Add(t, c, was)
			change(&e)
			if err := c.AddRevision(t.Context(), e); !errors.Is(err, catalogue.ErrConflict) {
				t.Errorf("revision %d, %s: %v, want ErrConflict", revision, name, err)
			}
			kept, err := c.Event(t.Context(), e.ID)
			if err != nil {
				t.Fatal(err)
			}
			if d := Diff([]seis.Event{was}, []seis.Event{kept}); d != "" {
				t.Errorf("revision %d, %s: kept after the conflict (−want +got):\n%s", revision, name, d)
			}
		}
	}
	old := Full("a", 1)
	old.Region = "elsewhere"
	if err := c.AddRevision(t.Context(), old); !errors.Is(err, catalogue.ErrConflict) {
		t.Errorf("an older revision with other content: %v, want ErrConflict", err)
	}
	Check(t, c, a...)
}

func hole(t *testing.T, c catalogue.Catalogue) {
	for _, step := range []struct {
		revision int
		want     error
	}{{2, catalogue.ErrHole}, {math.MaxInt32, catalogue.ErrHole}, {1, nil}, {3, catalogue.ErrHole}, {2, nil}, {4, catalogue.ErrHole}, {3, nil}} {
		if err := c.AddRevision(t.Context(), Event("a", step.revision)); !errors.Is(err, step.want) {
			t.Errorf("revision %d: %v, want %v", step.revision, err, step.want)
		}
	}
	Check(t, c, Event("a", 1), Event("a", 2), Event("a", 3))
}

func refused(t *testing.T, c catalogue.Catalogue) {
	for _, e := range []seis.Event{
		Event("", 1), Event("a", 0), Event("a", -1), Event("a", math.MinInt), Event(strings.Repeat("a", 256), 1),
		Event("a\x00b", 1), Event("a\nb", 1), Event("\xff", 1),
	} {
		err := c.AddRevision(t.Context(), e)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%.64q revision %d", e.ID, e.Revision)) {
			t.Errorf("id %.20q, revision %d: %v, want an error that names them", e.ID, e.Revision, err)
		}
	}
	if got, err := c.Events(t.Context(), catalogue.Query{IncludeRejected: true}); err != nil || len(got) != 0 {
		t.Errorf("lists %v, %v after refusals only", got, err)
	}
	long, words := Event(strings.Repeat("地", 85), 1), Event("同 %' \" $1 --", 1)
	Add(t, c, long, words)
	Check(t, c, long)
	Check(t, c, words)
}

func unshared(t *testing.T, c catalogue.Catalogue) {
	spoil := func(e *seis.Event) {
		e.Magnitude.Value = -9
		e.Magnitude.Stations[0].Type = "spoilt"
		e.Origin.Arrivals[0].Pick.Trust.Reasons[0] = "spoilt"
		e.Intensities[0].Flags[0] = "spoilt"
	}
	e := Full("a", 1)
	Add(t, c, e)
	spoil(&e)
	for range 2 {
		got, err := c.Event(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		spoil(&got)
		listed, err := c.Events(t.Context(), catalogue.Query{})
		if err != nil {
			t.Fatal(err)
		}
		spoil(&listed[0])
	}
	Check(t, c, Full("a", 1))
}

func cancelled(t *testing.T, c catalogue.Catalogue) {
	Add(t, c, Event("a", 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, event := c.Event(ctx, "a")
	_, revisions := c.Revisions(ctx, "a")
	_, events := c.Events(ctx, catalogue.Query{})
	for name, err := range map[string]error{
		"AddRevision": c.AddRevision(ctx, Event("a", 2)), "Event": event, "Revisions": revisions, "Events": events,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a context that is cancelled: %v, want context.Canceled", name, err)
		}
	}
	Check(t, c, Event("a", 1))
	Add(t, c, Event("a", 2))
}

func closed(t *testing.T, c catalogue.Catalogue) {
	Add(t, c, Event("a", 1))
	for range 2 {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, event := c.Event(t.Context(), "a")
	_, revisions := c.Revisions(t.Context(), "a")
	_, events := c.Events(t.Context(), catalogue.Query{})
	for name, err := range map[string]error{
		"AddRevision": c.AddRevision(t.Context(), Event("a", 2)), "Event": event, "Revisions": revisions, "Events": events,
	} {
		if !errors.Is(err, catalogue.ErrClosed) {
			t.Errorf("%s after Close: %v, want ErrClosed", name, err)
		}
	}
}

// TestDurable checks what a catalogue that outlives its process promises on
// top of [Test]. open opens the catalogue kept in folder dir.
func TestDurable(t *testing.T, open func(t *testing.T, dir string) catalogue.Catalogue) {
	dir := t.TempDir()
	var a []seis.Event
	for life := 1; life <= 4; life++ {
		c := open(t, dir)
		if life > 1 {
			Check(t, c, a...)
			Add(t, c, a...)
			other := a[0]
			other.Reason = "other"
			if err := c.AddRevision(t.Context(), other); !errors.Is(err, catalogue.ErrConflict) {
				t.Errorf("life %d: other content: %v, want ErrConflict", life, err)
			}
		}
		if err := c.AddRevision(t.Context(), Full("a", len(a)+2)); !errors.Is(err, catalogue.ErrHole) {
			t.Errorf("life %d: a hole: %v, want ErrHole", life, err)
		}
		for range 3 {
			a = append(a, Full("a", len(a)+1))
			Add(t, c, a[len(a)-1])
		}
		Add(t, c, Event(fmt.Sprint("b", life), 1))
		Check(t, c, a...)
		got, err := c.Events(t.Context(), catalogue.Query{})
		if err != nil || len(got) != 1+life {
			t.Errorf("life %d lists %s, %v", life, ids(got), err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
